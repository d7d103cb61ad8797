import http2 from 'node:http2'
import { adopt } from './api/adopted-server.ts'
import { tls } from './api/tls.ts'
import { TLSSocket } from './api/tls-socket.ts'
import type { ConnectionOptions, TlsOptions } from './connection/config/options.ts'
import { native } from './host/native-tls.ts'

let linked = false

/** http2 waits for `'secureConnect'` only on what it knows as a TLSSocket: the native prototype goes behind ours. */
function link(): void {
  if (linked) {
    return
  }
  linked = true
  Object.setPrototypeOf(TLSSocket.prototype, native.TLSSocket.prototype)
}

type RequestListener = Parameters<typeof http2.createSecureServer>[1]

/** An HTTP/2 server on this stack, with Node's own sessions and streams above it. Nothing is patched. */
export function createSecureServer(
  options: http2.SecureServerOptions & TlsOptions,
  listener?: RequestListener,
): http2.Http2SecureServer {
  link()
  const { key: _key, cert: _cert, pfx: _pfx, ca: _ca, ciphers: _ciphers, ...rest } = options as Record<string, unknown>
  const protocols = options.allowHTTP1 ? ['h2', 'http/1.1'] : ['h2']
  return adopt(http2.createSecureServer(rest as http2.SecureServerOptions, listener), {
    ALPNProtocols: protocols,
    ...options,
  } as TlsOptions)
}

/** `http2.connect` for `https:` authorities over this stack. */
export function connect(
  authority: string | URL,
  options: http2.SecureClientSessionOptions & ConnectionOptions = {},
  listener?: (session: http2.ClientHttp2Session) => void,
): http2.ClientHttp2Session {
  link()
  const url = new URL(authority)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const createConnection = () =>
    tls.connect({
      ALPNProtocols: ['h2'],
      host,
      port: Number(url.port || 443),
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...options,
    } as ConnectionOptions)
  return http2.connect(authority, { ...options, createConnection } as http2.SecureClientSessionOptions, listener)
}
