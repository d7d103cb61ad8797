/** `./http2` as programs see it: Node's declarations, whichever `@types/node` there is, with what is ours in them. */
import type * as node from 'node:http2'
import type net from 'node:net'
import type { OwnConnectionOptions } from '../public-types.ts'

type With<Options> = Omit<Options, keyof OwnConnectionOptions> & OwnConnectionOptions
type OnRequest = (request: node.Http2ServerRequest, response: node.Http2ServerResponse) => void
type OnSession = (session: node.ClientHttp2Session, socket: net.Socket) => void

/** @see https://nodejs.org/api/http2.html#http2connectauthority-options-listener */
export type Http2SecureClientOptions = With<node.SecureClientSessionOptions>
/** @see https://nodejs.org/api/http2.html#http2createsecureserveroptions-onrequesthandler */
export type Http2SecureServerOptions = With<node.SecureServerOptions>

interface OwnModule {
  connect: typeof node.connect &
    ((authority: string | URL, options: Http2SecureClientOptions, listener?: OnSession) => node.ClientHttp2Session)
  createSecureServer: typeof node.createSecureServer &
    ((options: Http2SecureServerOptions, onRequestHandler?: OnRequest) => node.Http2SecureServer)
}

/** The whole module. */
export type Http2 = Omit<typeof node, keyof OwnModule | 'default'> & OwnModule
