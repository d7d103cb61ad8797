import type Http2 from 'node:http2'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { named } from '#host'
import type { ConnectionOptions } from '../../connection/config/options.ts'
import { nodeError } from '../../errors/node-error.ts'
import { http2, promisify } from '../../host/http2.ts'
import { standInForNative } from '../stand-in.ts'
import { tls } from '../tls.ts'

/** Where a session goes, as Node hands it to `createConnection`: a URL, or what a program gave in its place. */
interface Authority {
  readonly protocol?: string
  readonly hostname?: string
  readonly host?: string
  readonly port?: string | number
}

type SessionOptions = (Http2.ClientSessionOptions | Http2.SecureClientSessionOptions) & ConnectionOptions
type Listener = (session: Http2.ClientHttp2Session, socket: net.Socket) => void

/** Options that Node checks in a client that makes its own connection, and in servers, but not behind `createConnection`. */
const CHECKED_BY_SERVERS = [
  'settings',
  'remoteCustomSettings',
  'maxSessionInvalidFrames',
  'maxSessionRejectedStreams',
  'unknownProtocolTimeout',
]

/** The connection that Node would make for a session, on this stack. */
function createConnection(authority: Authority, options: SessionOptions): Duplex {
  const protocol = authority.protocol || (options as { protocol?: string }).protocol || 'https:'
  const port = `${authority.port !== '' ? authority.port : authority.protocol === 'http:' ? 80 : 443}`
  const host = authority.hostname?.replace(/^\[(.*)\]$/, '$1') || authority.host || 'localhost'
  if (protocol === 'http:') {
    return net.connect({ port: port as unknown as number, host, ...(options as object) })
  }
  if (protocol !== 'https:') {
    throw nodeError(Error, 'ERR_HTTP2_UNSUPPORTED_PROTOCOL', `protocol "${protocol}" is unsupported.`)
  }
  const servername = options.servername || (net.isIP(host) ? undefined : host)
  const ALPNProtocols = (options as { allowHTTP1?: boolean }).allowHTTP1 === true ? ['h2', 'http/1.1'] : ['h2']
  return tls.connect(port, host, {
    ...options,
    ...(!options.ALPNCallback && { ALPNProtocols }),
    ...(servername && { servername }),
  })
}

/**
 * `http2.connect`, with sessions over this stack where the authority is of `https:`.
 *
 * @see https://nodejs.org/api/http2.html#http2connectauthority-options-listener
 */
export const connect = function connect(
  authority: string | URL,
  options?: SessionOptions | Listener,
  listener?: Listener,
): Http2.ClientHttp2Session {
  standInForNative()
  if (typeof options === 'function') {
    listener = options
    options = undefined
  }
  // What is no object is Node's to refuse.
  const given = options === undefined ? {} : options
  const own = typeof given === 'object' &&
    given !== null &&
    typeof given.createConnection !== 'function' && { createConnection }
  if (own && CHECKED_BY_SERVERS.some((name) => (given as Record<string, unknown>)[name] !== undefined)) {
    http2.createServer(given as Http2.ServerOptions)
  }
  return http2.connect(authority, own ? ({ ...given, ...own } as SessionOptions) : given, listener as never)
} as typeof Http2.connect

named('connect', connect)
Object.defineProperty(connect, promisify.custom, {
  value: (authority: string | URL, options?: SessionOptions) =>
    new Promise((resolve, reject) => {
      const session = connect(authority, options, () => {
        session.off('error', reject)
        resolve(session)
      })
      session.once('error', reject)
    }),
})
