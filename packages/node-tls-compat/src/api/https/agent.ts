import type Https from 'node:https'
import type { Duplex } from 'node:stream'
import { givePrototype, named } from '#host'
import type { ConnectionOptions } from '../../connection/config/options.ts'
import { checkServerIdentity } from '../../connection/trust/check-server-identity.ts'
import { verifierId } from '../../connection/trust/verifier-id.ts'
import { https } from '../../host/http.ts'
import { standInForNative } from '../stand-in.ts'
import { tls } from '../tls.ts'
import type { TLSSocket } from '../tls-socket-type.ts'
import { connectThroughProxy, proxyFor } from './proxy-tunnel.ts'

export type Agent = Https.Agent

export interface AgentConstructor {
  new (options?: Https.AgentOptions): Agent
  (options?: Https.AgentOptions): Agent
  readonly prototype: Agent
}

/** Node's agent, with what it does not say about itself. */
interface AgentInside extends Agent {
  _getSession(key: string): Uint8Array | undefined
  _cacheSession(key: string, session: Uint8Array): void
  _evictSession(key: string): void
  keepSocketAlive(socket: Duplex): boolean
  createConnection(...args: unknown[]): Duplex | undefined
}

type RequestOptions = ConnectionOptions & { readonly _agentKey?: string }

/** Connections that were made under a function which came with the request: nobody else can have that. */
const ofOneRequest = new WeakSet<Duplex>()

const NodesAgent = https.Agent as unknown as new () => AgentInside

/** What an Agent does besides what Node's does: it connects on this stack. */
class AgentBehaviour extends NodesAgent {
  /** What was made under one `verify` or `checkServerIdentity` is not for requests with another. */
  override getName(options?: Https.RequestOptions): string {
    const name = super.getName(options)
    const id = options && verifierId(options)
    return id ? `${name}:${id}` : name
  }

  override keepSocketAlive(socket: Duplex): boolean {
    return !ofOneRequest.has(socket) && super.keepSocketAlive(socket)
  }

  /**
   * A connection for a request, through the proxy that the agent knows for it if there is one.
   *
   * @param args options; or port, host and options; then a callback
   * @returns the connection; nothing where it has to wait for a proxy, and the callback is told of it
   */
  override createConnection(...args: unknown[]): Duplex | undefined {
    const options = connectionOptions(args)
    const done = args.at(-1)
    const own = isOfOneRequest(options, this.options as ConnectionOptions)
    const key = own ? undefined : options._agentKey
    const session = key && this._getSession(key)
    const connecting = session ? { session, ...options } : options
    const secured = (socket: TLSSocket) => {
      if (own) {
        ofOneRequest.add(socket)
      }
      if (key) {
        keepSessions(this, key, socket)
      }
      return socket
    }
    const proxy = proxyFor(this, options)
    if (!proxy) {
      return secured(tls.connect(connecting))
    }
    connectThroughProxy(this, proxy, connecting, secured, typeof done === 'function' ? (done as () => void) : () => {})
    return undefined
  }
}

/** What a server gives for the next connection of this name; gone when this one fails. */
function keepSessions(agent: AgentInside, key: string, socket: TLSSocket): void {
  socket.on('session', (session: Uint8Array) => agent._cacheSession(key, session))
  socket.once('close', (hadError) => {
    if (hadError) {
      agent._evictSession(key)
    }
  })
}

/** `createConnection(options)`, `(port, options)`, `(port, host, options)`. */
function connectionOptions(args: readonly unknown[]): RequestOptions {
  const [first, second, third] = args
  const given = [first, second, third].find((arg) => arg !== null && typeof arg === 'object') as
    | RequestOptions
    | undefined
  return {
    ...given,
    ...(typeof first === 'number' && { port: first }),
    ...(typeof second === 'string' && { host: second }),
  }
}

/** A function of the agent's is every request's; one that came with a request may be nobody's afterwards. */
function isOfOneRequest(options: RequestOptions, ofAgent: ConnectionOptions): boolean {
  const { verify, checkServerIdentity: check } = options
  return (
    (!!verify && verify !== ofAgent.verify) ||
    (!!check &&
      check !== checkServerIdentity &&
      check !== tls.checkServerIdentity &&
      check !== ofAgent.checkServerIdentity)
  )
}

/**
 * An agent whose connections are ours.
 *
 * @see https://nodejs.org/api/https.html#class-httpsagent
 */
export const Agent = function Agent(this: Agent, options?: Https.AgentOptions) {
  if (!(this instanceof Agent)) {
    return Reflect.construct(Agent, [options]) as Agent
  }
  standInForNative()
  Reflect.apply(https.Agent as unknown as Function, this, [options])
  return undefined
} as unknown as AgentConstructor

givePrototype(named('Agent', Agent), https.Agent, AgentBehaviour)
