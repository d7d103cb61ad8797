import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { createAuthority, encodePfx } from '@x/x509'
import { describe, expect, it } from 'vitest'
import { type AnyTls, listen, NATIVE, OURS } from './harness.ts'

/** A server with certificates for two types of key: which of them a client sees is not for the order in which they were given. */
const authority = createAuthority({ provider: nodeProvider, subject: 'Two certificates' })
const rsa = authority.issue('localhost', { key: { type: 'rsa', bits: 2048 } })
const ec = authority.issue('localhost', { key: { type: 'ec', curve: 'secp256r1' } })

const RSA_FIRST = 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256'
const EC_FIRST = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256'
const PSS_FIRST = 'rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256'
const ECDSA_FIRST = 'ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256'

interface Case {
  readonly given: readonly (typeof rsa)[]
  readonly server?: object
  readonly client?: object
}

const cases: Case[] = [
  [rsa, ec],
  [ec, rsa],
].flatMap((given) => [
  ...[RSA_FIRST, EC_FIRST].flatMap((servers) =>
    [true, false].map((honorCipherOrder) => ({
      given,
      server: { maxVersion: 'TLSv1.2', ciphers: servers, honorCipherOrder },
      client: { ciphers: servers === RSA_FIRST ? EC_FIRST : RSA_FIRST },
    })),
  ),
  ...[undefined, PSS_FIRST, ECDSA_FIRST].flatMap((sigalgs) =>
    [true, false].map((honorCipherOrder) => ({ given, server: { honorCipherOrder }, client: { sigalgs } })),
  ),
  { given, server: { sigalgs: PSS_FIRST }, client: { sigalgs: ECDSA_FIRST } },
  { given, server: { maxVersion: 'TLSv1.2', sigalgs: PSS_FIRST }, client: { sigalgs: ECDSA_FIRST } },
  {
    given,
    server: { maxVersion: 'TLSv1.2', sigalgs: PSS_FIRST, honorCipherOrder: false },
    client: { sigalgs: ECDSA_FIRST },
  },
])

/** What the client sees, and what both say of the schemes they share. */
async function seen(tls: AnyTls, { given, server, client }: Case, extra: object = {}): Promise<unknown> {
  const cert = given.map((one) => one.cert)
  const key = given.map((one) => one.key)
  const listening = await listen(tls, { cert, key, ...server, ...extra }, (socket) =>
    // DSA is in nobody's certificates here, and not ours.
    socket.end(
      socket
        .getSharedSigalgs()
        .filter((name) => !name.startsWith('DSA'))
        .join(),
    ),
  )
  try {
    return await new Promise((resolve, reject) => {
      const socket = NATIVE.connect({
        port: listening.port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.cert,
        ...client,
      })
      let shared = ''
      socket.on('data', (chunk) => {
        shared += chunk
      })
      socket.on('error', reject)
      socket.on('end', () =>
        resolve([
          (socket.getPeerCertificate() as { asn1Curve?: string }).asn1Curve ?? 'rsa',
          socket.getCipher().name,
          shared,
        ]),
      )
    })
  } finally {
    listening.server.close()
  }
}

describe('two certificates: the one that node:tls shows', () => {
  for (const one of cases) {
    const name = `${one.given.map((each) => (each === rsa ? 'RSA' : 'EC')).join()} ${JSON.stringify([one.server, one.client])}`
    it(name, async () => {
      const expected = await seen(NATIVE, one)
      expect(await seen(OURS, one)).toEqual(expected)
      expect(await seen(OURS, one, { provider: portableProvider })).toEqual(expected)
    })
  }
})

it('a pfx beside another key and cert of its type: the pfx is taken, as by node:tls', async () => {
  const other = authority.issue('other.example', { key: { type: 'rsa', bits: 2048 } })
  const pfx = Buffer.from(
    encodePfx({
      keys: [{ key: rsa.privateKey!.data }],
      certificates: rsa.chain,
      passphrase: 'x',
      provider: nodeProvider,
    }),
  )
  for (const tls of [NATIVE, OURS]) {
    const { server, port } = await listen(tls, { cert: other.cert, key: other.key, pfx, passphrase: 'x' }, (socket) =>
      socket.end(),
    )
    const subject = await new Promise((resolve, reject) => {
      const socket = NATIVE.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert }, () => {
        resolve(socket.getPeerCertificate().subject.CN)
        socket.destroy()
      })
      socket.on('error', reject)
    })
    server.close()
    expect(subject).toBe('localhost')
  }
})

it('a key that belongs to the first of two certificates of a type is refused, as by node:tls', () => {
  const other = authority.issue('other.example', { key: { type: 'rsa', bits: 2048 } })
  for (const tls of [NATIVE, OURS]) {
    const make = (key: string[]) => () => tls.createSecureContext({ cert: [other.cert, rsa.cert], key })
    expect(make([rsa.key])).not.toThrow()
    expect(make([other.key])).toThrow('key values mismatch')
  }
})
