import type net from 'node:net'
import type { TlsOptions } from '../connection/config/options.ts'
import { setUpServer } from './server.ts'
import type { Server } from './server-type.ts'

/**
 * Makes a server that Node built on its own `tls.Server` accept its connections on this stack: what listened to
 * `'connection'` is replaced, everything above `'secureConnection'` stays.
 */
export function adopt<T extends net.Server>(server: T, options: TlsOptions): T {
  server.removeAllListeners('connection')
  setUpServer(server as unknown as Server, options)
  return server
}
