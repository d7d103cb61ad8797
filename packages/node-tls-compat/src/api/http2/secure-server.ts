import type Http2 from 'node:http2'
import { givePrototype } from '#host'
import type { TlsOptions } from '../../connection/config/options.ts'
import { http2 } from '../../host/http2.ts'
import { acceptHere } from '../server.ts'
import { ServerBehaviour } from '../server-behaviour.ts'
import { standInForNative } from '../stand-in.ts'

export type SecureServerOptions = Http2.SecureServerOptions & TlsOptions
type Listener = Parameters<typeof Http2.createSecureServer>[1]
type Construct = new (options?: SecureServerOptions, listener?: Listener) => Http2.Http2SecureServer

let Http2SecureServer: Construct | undefined

/** Node's class has no public name, but its servers have it; ours are built by it, with our methods in front of its own. */
function serverClass(): Construct {
  if (!Http2SecureServer) {
    const Native = http2.createSecureServer({}).constructor as Construct
    Http2SecureServer = class Http2SecureServer extends Native {}
    givePrototype(Http2SecureServer, Native, ServerBehaviour)
  }
  return Http2SecureServer
}

/**
 * An HTTP/2 server on this stack, with Node's own sessions and streams above it.
 *
 * @see https://nodejs.org/api/http2.html#http2createsecureserveroptions-onrequesthandler
 */
export function createSecureServer(listener?: Listener): Http2.Http2SecureServer
export function createSecureServer(options?: SecureServerOptions, listener?: Listener): Http2.Http2SecureServer
export function createSecureServer(options?: SecureServerOptions | Listener, listener?: Listener) {
  standInForNative()
  const server = new (serverClass())(options as SecureServerOptions, listener)
  acceptHere(server, (options ?? {}) as TlsOptions)
  return server
}
