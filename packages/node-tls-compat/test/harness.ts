import type net from 'node:net'
import nativeTls from 'node:tls'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { createAuthority } from '@x/x509'
import ours from '../src/index.ts'

/** What both modules have in common, so that one test can be held against Node's own behaviour. */
export type AnyTls = Pick<typeof nativeTls, 'connect' | 'createServer' | 'createSecureContext' | 'TLSSocket' | 'Server'>

/** The module with the portable provider in every context that it makes. */
function portable(tls: AnyTls): AnyTls {
  const by = <T extends object>(options: T): T => ({ provider: portableProvider, ...options })
  return Object.assign(Object.create(tls) as AnyTls, {
    connect: (options: nativeTls.ConnectionOptions, listener?: () => void) => tls.connect(by(options), listener),
    createServer: (options: nativeTls.TlsOptions, listener?: (socket: nativeTls.TLSSocket) => void) =>
      tls.createServer(by(options), listener),
    createSecureContext: (options: object) => tls.createSecureContext(by(options)),
  })
}

const module = ours as unknown as AnyTls
/** `portable-provider.test.ts` runs some files again with the other provider. */
export const OURS = process.env.TEST_PROVIDER === 'portable' ? portable(module) : module
export const NATIVE: AnyTls = nativeTls

export const authority = createAuthority({ provider: nodeProvider, subject: 'Test CA' })
export const leaf = authority.issue('localhost')
export const otherAuthority = createAuthority({ provider: nodeProvider, subject: 'Another CA' })

/** A server on a free port of the loopback. */
export function listen(
  tls: AnyTls,
  options: nativeTls.TlsOptions = {},
  onSocket?: (socket: nativeTls.TLSSocket) => void,
): Promise<{ server: nativeTls.Server; port: number }> {
  return new Promise((resolve) => {
    const server = tls.createServer({ cert: leaf.cert, key: leaf.key, ...options }, onSocket)
    server.listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as net.AddressInfo).port }))
  })
}

/** Options of a client that trusts the test's authority. */
export function trusting(port: number, options: nativeTls.ConnectionOptions = {}): nativeTls.ConnectionOptions {
  return { port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert, ...options }
}

/** One echo over a fresh connection: the server still serves. */
export function stillServes(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = OURS.connect(trusting(port), () => socket.end('ping'))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}
