import { once } from 'node:events'
import type nativeTls from 'node:tls'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { afterEach, describe, expect, test } from 'vitest'
import { authority, leaf, listen, OURS, otherAuthority, trusting } from './harness.ts'

/** What somebody puts on Object.prototype is no option of ours, and accepts nobody. */

const open: { close(): void }[] = []
const everybodys = Object.prototype as Record<string, unknown>
afterEach(() => {
  for (const one of open.splice(0)) {
    one.close()
  }
})

/** Runs with `name` on Object.prototype; assertions come behind. */
async function polluted<T>(name: string, value: unknown, work: () => Promise<T>): Promise<T> {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: false })
  try {
    return await work()
  } finally {
    delete everybodys[name]
  }
}

const VALUES = [true, () => undefined, {}, Number.NaN, 0, '']
const OWN = ['verify', 'provider', 'NPNProtocols']
const CONTEXT = ['securityLevel', 'hybridFirst', 'defaultTrust', 'cipherList', 'cipherSuites', 'crls', 'signer']
const HANDSHAKE = [
  'verifyPeer',
  'verifierId',
  'allowUnverifiedPeer',
  'allowUnverifiedSession',
  'reason',
  'verified',
  'psks',
  'selectNpn',
  'requireCertificate',
]
const NODES = ['checkServerIdentity', 'rejectUnauthorized', 'requestCert', 'minDHSize', 'allowPartialTrustChain']

/** How a connection ends: what refuses it, or `accepted`. */
async function outcome(options: object): Promise<string> {
  try {
    const socket = OURS.connect(options as nativeTls.ConnectionOptions)
    const error = await Promise.race([once(socket, 'secureConnect').then(() => undefined), once(socket, 'error')])
    socket.destroy()
    return error ? 'refused' : 'accepted'
  } catch {
    return 'refused'
  }
}

const versions = ['TLSv1.2', 'TLSv1.3'] as const
const providers = [
  ['default', nodeProvider],
  ['portable', portableProvider],
] as const

describe.each(versions)('%s', (maxVersion) => {
  describe.each(providers)('%s provider', (kind, provider) => {
    const more = { maxVersion, provider } as object
    test.each(kind === 'default' ? [...OWN, ...CONTEXT, ...HANDSHAKE, ...NODES] : [...OWN, ...HANDSHAKE])(
      '%s',
      async (name) => {
        const { server, port } = await listen(OURS, { maxVersion }, (socket) => socket.on('error', () => {}))
        server.on('tlsClientError', () => {})
        open.push(server)
        for (const value of kind === 'default' ? VALUES : VALUES.slice(0, 3)) {
          const seen = await polluted(name, value, async () => [
            await outcome({ ...trusting(port, more), ca: otherAuthority.cert }),
            await outcome({ ...trusting(port, more), servername: 'other.test' }),
          ])
          expect(seen, `${name}: ${String(value)}`).toEqual(['refused', 'refused'])
        }
      },
    )
  })

  test.each([...OWN, ...CONTEXT, ...HANDSHAKE])('a server that asks for certificates: %s', async (name) => {
    const accepted: unknown[] = []
    const { server, port } = await listen(
      OURS,
      { maxVersion, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
      (socket) => void accepted.push(socket.on('error', () => {})),
    )
    server.on('tlsClientError', () => {})
    open.push(server)
    const stranger = otherAuthority.issue('alice', { extKeyUsage: ['clientAuth'] })
    for (const value of VALUES) {
      await polluted(name, value, async () => {
        for (const who of [{}, { cert: stranger.cert, key: stranger.key }]) {
          try {
            const socket = OURS.connect(trusting(port, { maxVersion, ...who })).resume()
            socket.on('error', () => {})
            await once(socket, 'close')
          } catch {}
        }
      })
    }
    expect(accepted).toEqual([])
  })

  test.each(OWN)('an own option is not everybody’s: %s', async (name) => {
    const { server, port } = await listen(OURS, { maxVersion, cert: leaf.cert, key: leaf.key })
    open.push(server)
    for (const value of VALUES) {
      expect(await polluted(name, value, () => outcome(trusting(port, { maxVersion })))).toBe('accepted')
    }
  })
})

test.each(OWN)('%s of a prototype was meant, and is refused', (name) => {
  const options = Object.create({ [name]: () => undefined })
  for (const call of [OURS.connect, OURS.createServer, OURS.createSecureContext] as ((options: object) => unknown)[]) {
    expect(() => call(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
  }
})

test.each([
  ['verify', 'yes'],
  ['verify', null],
  ['provider', {}],
  ['provider', null],
  ['NPNProtocols', 'spdy/3'],
])('%s of another kind is refused: %j', (name, value) => {
  const options = { [name]: value, port: 1 }
  for (const call of [OURS.connect, OURS.createServer] as ((options: object) => unknown)[]) {
    expect(() => call(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  }
})
