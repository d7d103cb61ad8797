import { generateKeyPairSync } from 'node:crypto'
import type net from 'node:net'
import { nodeProvider } from '@x/crypto-primitives/node'
import { type Authority, createAuthority, parsePublicKey } from '@x/x509'
import { describe, expect, it } from 'vitest'
import { type AnyTls, NATIVE, OURS } from './harness.ts'

/** `getPeerCertificate(true)` and `getCertificate()`: fields, their order and their values, as on the Node this runs on. */

/** Each certificate as a list of names and values, so that the order counts. */
function shape(object: object, seen = new Set<object>()): unknown {
  if (seen.has(object)) {
    return 'seen before'
  }
  seen.add(object)
  return Object.entries(object).map(([name, value]) => [
    name,
    name === 'issuerCertificate' ? shape(value, seen) : value instanceof Buffer ? value.toString('hex') : value,
  ])
}

async function seen(tls: AnyTls, identity: { cert: string; key: string }, ca: string): Promise<object> {
  let own: unknown
  const server = tls.createServer(identity, (socket) => {
    own = shape(socket.getCertificate()!)
    socket.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as net.AddressInfo
  const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca })
  await new Promise((resolve) => client.once('secureConnect', resolve))
  const peer = shape(client.getPeerCertificate(true))
  await new Promise((resolve) => client.resume().once('close', resolve))
  server.close()
  return { own, peer }
}

/** An identity whose key has an exponent with letters among its digits: their case is the running Node's. */
function withLetters(authority: Authority): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 0xa88b })
  const { cert } = authority.issue('localhost', {
    publicKey: parsePublicKey(publicKey.export({ format: 'pem', type: 'spki' }).toString()),
  })
  return { cert, key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }
}

describe('certificate objects', () => {
  it('an uncommon exponent', async () => {
    const authority = createAuthority({ provider: nodeProvider, subject: 'Test CA' })
    const identity = withLetters(authority)
    expect(await seen(OURS, identity, authority.cert)).toEqual(await seen(NATIVE, identity, authority.cert))
  })

  for (const spec of [{ type: 'ec', curve: 'secp256r1' }, { type: 'rsa', bits: 2048 }, { type: 'ed25519' }] as const) {
    it(spec.type, async () => {
      const authority = createAuthority({ provider: nodeProvider, subject: 'Test CA' })
      const { cert, key } = authority.issue('localhost', { key: spec, extKeyUsage: ['serverAuth'] })
      const ours = await seen(OURS, { cert, key }, authority.cert)
      expect(ours).toEqual(await seen(NATIVE, { cert, key }, authority.cert))
    })
  }
})
