import type { RequestListener } from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { adopt } from './api/adopted-server.ts'
import { tls } from './api/tls.ts'
import type { ConnectionOptions, TlsOptions } from './connection/config/options.ts'
import { verifierId } from './connection/trust/verifier-id.ts'

/**
 * An HTTPS server on this stack: Node's own `https.Server` with its parser, timeouts and connection keeping, accepting
 * connections here. Nothing is patched.
 */
export function createServer(options: https.ServerOptions & TlsOptions, listener?: RequestListener): https.Server {
  // Node offers http/1.1 when nobody says otherwise.
  const protocols = options.ALPNProtocols || options.ALPNCallback ? {} : { ALPNProtocols: ['http/1.1'] }
  return adopt(https.createServer(bare(options), listener), { ...options, ...protocols })
}

/** Context options are ours to read; the native server underneath is made without them. */
function bare(options: object): https.ServerOptions {
  const { key: _key, cert: _cert, pfx: _pfx, ca: _ca, ciphers: _ciphers, ...rest } = options as Record<string, unknown>
  return rest as https.ServerOptions
}

/** An agent whose connections are ours: `https.request({ agent: new Agent() })`. */
export class Agent extends https.Agent {
  /** As Node keeps `checkServerIdentity` apart since 24.21: what was made under one verifier is not for requests with another. */
  override getName(options?: object): string {
    const id = options && verifierId(options)
    return id ? `${super.getName(options)}:${id}` : super.getName(options)
  }

  override createConnection(...args: unknown[]): Duplex {
    const options = args.find((arg) => typeof arg === 'object' && arg !== null) as ConnectionOptions & {
      _agentKey?: string
    }
    const agent = this as unknown as {
      _getSession(key: string): Uint8Array | undefined
      _cacheSession(key: string, session: Uint8Array): void
      _evictSession(key: string): void
    }
    const key = options._agentKey
    const session = key && !options.session ? agent._getSession(key) : options.session
    const socket = tls.connect({ ...options, ...(session && { session }) })
    if (key) {
      socket.on('session', (fresh: Uint8Array) => agent._cacheSession(key, fresh))
      socket.once('close', (hadError) => {
        if (hadError) {
          agent._evictSession(key)
        }
      })
    }
    return socket
  }
}

/** An agent for all requests made through this module. */
export const globalAgent: Agent = /* @__PURE__ */ new Agent({ keepAlive: true, timeout: 5000 })

type RequestArguments = Parameters<typeof https.request>

function withAgent(args: unknown[]): RequestArguments {
  const at = args.findIndex((arg) => typeof arg === 'object' && arg !== null && !(arg instanceof URL))
  if (at >= 0) {
    return args.map((arg, index) =>
      index === at ? { agent: globalAgent, ...(arg as object) } : arg,
    ) as RequestArguments
  }
  return [...args.slice(0, 1), { agent: globalAgent }, ...args.slice(1)] as RequestArguments
}

/** `https.request` over this stack. */
export function request(...args: RequestArguments) {
  return https.request(...withAgent(args))
}

/** `https.get` over this stack. */
export function get(...args: RequestArguments) {
  return https.get(...withAgent(args))
}
