import type { TlsConfig } from '@x/tls-handshake'
import { Buffer } from '#host'
import { tell } from '../../errors/listener-exceptions.ts'
import type { ConfiguredSocket } from './configured-socket.ts'

/** `'keylog'`: where somebody listens when there is a line to tell. */
export function keyLogger(socket: ConfiguredSocket): TlsConfig['onKeyLog'] {
  if (socket.listenerCount('keylog') === 0) {
    return undefined
  }
  return (line) => tell(socket, 'keylog', Buffer.from(`${line}\n`))
}
