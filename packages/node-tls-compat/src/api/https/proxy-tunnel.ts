import type Https from 'node:https'
import net from 'node:net'
import type { ConnectionOptions } from '../../connection/config/options.ts'
import { nodeError } from '../../errors/node-error.ts'
import { http } from '../../host/http.ts'
import { tls } from '../tls.ts'
import type { TLSSocket } from '../tls-socket-type.ts'

/** The proxy that an agent's `proxyEnv` names, as Node has read it, with Node's rules of who is reached without it. */
interface Proxy {
  readonly href: string
  readonly protocol: string
  /** Of the header Proxy-Authorization. */
  readonly auth?: string
  readonly proxyConnectionOptions: net.TcpNetConnectOpts
  shouldUseProxy(host: string, port: number | string | undefined): boolean
}

type ProxiedOptions = ConnectionOptions & { readonly protocol?: string; readonly socketPath?: string }
type Done = (error: Error | null, socket?: TLSSocket) => void

/** The proxy for a request; Node since 22.21 and 24.5 knows of some. */
export function proxyFor(agent: Https.Agent, options: ProxiedOptions): Proxy | undefined {
  const symbol = Object.getOwnPropertySymbols(agent).find(({ description }) => description === 'kProxyConfig')
  const proxy = symbol && (agent as unknown as Record<symbol, Proxy | null>)[symbol]
  const { protocol = (agent as { protocol?: string }).protocol, host = 'localhost', port, socketPath } = options
  return proxy && protocol === 'https:' && !socketPath && proxy.shouldUseProxy(host, port) ? proxy : undefined
}

/** The request for a tunnel (RFC 9110 §9.3.6). */
function connectRequest(agent: Https.Agent, { auth }: Proxy, { host = 'localhost', port }: ProxiedOptions): string {
  const target = `${net.isIPv6(host) ? `[${host}]` : host}:${port || (agent as { defaultPort?: number }).defaultPort}`
  if (/[\r\n]/.test(target)) {
    throw nodeError(TypeError, 'ERR_INVALID_CHAR', 'Invalid character in the name of the host')
  }
  const keeps = (agent as { keepAlive?: boolean }).keepAlive || agent.maxSockets !== Number.POSITIVE_INFINITY
  return [
    `CONNECT ${target} HTTP/1.1`,
    ...(auth ? [`proxy-authorization: ${auth}`] : []),
    ...(keeps ? ['proxy-connection: keep-alive'] : []),
    `host: ${target}`,
    '\r\n',
  ].join('\r\n')
}

/**
 * Asks a proxy for a tunnel, and connects to the server through it.
 *
 * @param secured is given the TLS socket before its handshake begins
 * @param done is called once: with the socket when its handshake is done, or with what went wrong
 */
export function connectThroughProxy(
  agent: Https.Agent,
  proxy: Proxy,
  options: ProxiedOptions,
  secured: (socket: TLSSocket) => TLSSocket,
  done: Done,
): void {
  const request = connectRequest(agent, proxy, options)
  const { timeout } = options
  const limit = (options as { maxHeaderSize?: number }).maxHeaderSize || http.maxHeaderSize
  const to = { ...proxy.proxyConnectionOptions }
  const tunnel: net.Socket = proxy.protocol === 'http:' ? net.connect(to) : tls.connect(to)
  let answer = Buffer.alloc(0)

  const stopListening = () => {
    tunnel.off('error', fail).off('end', onEnd).off('timeout', onTimeout).off('readable', read)
    tunnel.setTimeout(0)
  }
  const fail = (error: Error) => {
    stopListening()
    tunnel.on('error', () => {})
    tunnel.destroy()
    done(error)
  }
  const refuse = (message: string, more: object = {}) => fail(nodeError(Error, 'ERR_PROXY_TUNNEL', message, more))
  const onEnd = () => refuse('Connection to establish proxy tunnel ended unexpectedly')
  const onTimeout = () =>
    refuse(`Connection to establish proxy tunnel timed out after ${timeout}ms`, { proxyTunnelTimeout: timeout })

  function read(): void {
    for (let chunk = tunnel.read() as Buffer | null; chunk !== null; chunk = tunnel.read() as Buffer | null) {
      answer = Buffer.concat([answer, chunk])
      const end = answer.indexOf('\r\n\r\n')
      if ((end < 0 ? answer.length : end + 4) > limit) {
        refuse(`Proxy response headers exceeded ${limit} bytes`)
        return
      }
      if (end >= 0) {
        onAnswer(answer.toString('latin1', 0, answer.indexOf('\r\n')))
        return
      }
    }
  }

  function onAnswer(statusLine: string): void {
    const status = statusLine.split(' ')[1]
    if (status !== '200') {
      const target = request.split(' ', 2)[1]
      const message = `Failed to establish tunnel to ${target} via ${proxy.href}: ${statusLine}`
      refuse(message, { statusCode: Number.parseInt(status ?? '', 10) })
      return
    }
    stopListening()
    const named = options.servername || net.isIP(options.host ?? '') ? {} : { servername: options.host }
    const socket = secured(tls.connect({ ...named, ...options, socket: tunnel }))
    const onError = (error: Error) => done(error)
    socket.once('error', onError)
    socket.once('secureConnect', () => {
      socket.off('error', onError)
      done(null, socket)
    })
  }

  tunnel.on('error', fail).on('end', onEnd)
  if (timeout && timeout > 0) {
    tunnel.setTimeout(timeout, onTimeout)
  }
  tunnel.on('readable', read)
  tunnel.write(request)
}
