import { peerError } from '@x/tls-record'
import type { TlsConfig } from '../config.ts'
import type { HandshakeContext } from '../handshake/context.ts'
import type { Wire } from '../handshake/wire.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import { decodeKeyUpdate } from '../messages/key-update.ts'
import { nextTrafficSecret } from './key-schedule.ts'
import type { ConnectionSecrets } from './secrets.ts'
import { TrafficKeys } from './traffic-keys.ts'

type Context = HandshakeContext<TlsConfig>

/** The peer changes its keys, and may ask us to change ours (RFC 9846 §4.7.3). */
export function receiveKeyUpdate(hs: Context, message: HandshakeMessage): void {
  const requested = decodeKeyUpdate(message)
  const limit = hs.config.limits?.keyUpdates ?? 32
  if (hs.wire.countKeyUpdate() > limit) {
    throw peerError(
      'unexpected_message',
      'TOO_MANY_KEY_UPDATES',
      `more than ${limit} KeyUpdates without application data`,
    )
  }
  // RFC 9846 §4.7.3 #3, #8: at once; what is not under the next keys is not understood.
  updateReadKeys(hs)
  hs.wire.peerUpdatedKeys(requested)
  hs.wire.emit({ type: 'keyUpdate' })
}

function updateReadKeys({ secrets, wire }: Context): void {
  const next = nextTrafficSecret(secrets.hash!, secrets.read!)
  secrets.read!.fill(0)
  secrets.read = next
  wire.changeReadKeys(new TrafficKeys(secrets.cipher!, next))
}

/** What we write from here on is under the next keys (RFC 9846 §4.7.3 #2, #7). To be called right after our KeyUpdate was sent. */
export function updateWriteKeys(own: { secrets: ConnectionSecrets; wire: Pick<Wire, 'changeWriteKeys'> }): void {
  const { secrets, wire } = own
  const next = nextTrafficSecret(secrets.hash!, secrets.write!)
  // RFC 9846 §7.2 #1.
  secrets.write!.fill(0)
  secrets.write = next
  wire.changeWriteKeys(new TrafficKeys(secrets.cipher!, next))
}
