import { once } from 'node:events'
import net from 'node:net'
import type nativeTls from 'node:tls'
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority } from '@x/x509'
import { describe, expect, it } from 'vitest'
import { authority, leaf, listen, OURS, trusting } from './harness.ts'

type Caused = Error & { code: string; cause?: Error }

/** What both ends say of a connection that fails. */
async function failing(
  server: nativeTls.TlsOptions,
  client: nativeTls.ConnectionOptions,
): Promise<{ ofServer: Caused; ofClient: Caused }> {
  const { server: listening, port } = await listen(OURS, server)
  const refused = once(listening, 'tlsClientError')
  const socket = OURS.connect(trusting(port, client))
  const ofClient = await new Promise<Caused>((resolve) => socket.once('error', (error) => resolve(error as Caused)))
  const [ofServer] = await refused
  listening.close()
  return { ofServer, ofClient }
}

/** What a client says of a server that answers so. */
async function answered(bytes: string | Uint8Array): Promise<Caused> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = OURS.connect(trusting((server.address() as net.AddressInfo).port))
  const error = await new Promise<Caused>((resolve) => socket.once('error', (error) => resolve(error as Caused)))
  server.close()
  return error
}

const strangers = createAuthority({ provider: nodeProvider, subject: 'Strangers' }).issue('localhost')

describe('the cause of a certificate error says which certificate, and what is wrong with it', () => {
  it.each([
    ['an authority nobody trusts', strangers, /the issuer "CN=Strangers" .* is not trusted/],
    ['no longer valid', authority.issue('localhost', { notAfter: new Date(Date.now() - 1000) }), /was valid until/],
  ] as const)('%s', async (_title, { cert, key }, sentence) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { server, port } = await listen(OURS, { cert, key, maxVersion })
      const socket = OURS.connect(trusting(port))
      const error = await new Promise<Caused>((resolve) => socket.once('error', (error) => resolve(error as Caused)))
      expect(error.cause?.message).toMatch(sentence)
      server.close()
    }
  })
})

describe('what two ends do not have in common is listed, both lists', () => {
  const P256 = { ecdhCurve: 'P-256' }
  const P384 = { ecdhCurve: 'P-384' }
  it.each([
    [
      'cipher suites, TLS 1.3',
      { ciphers: 'TLS_AES_128_GCM_SHA256', minVersion: 'TLSv1.3' },
      { ciphers: 'TLS_AES_256_GCM_SHA384', minVersion: 'TLSv1.3' },
      'offers TLS_AES_256_GCM_SHA384; enabled: TLS_AES_128_GCM_SHA256',
    ],
    [
      'cipher suites, TLS 1.2',
      { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
      { ciphers: 'ECDHE-RSA-AES256-GCM-SHA384', maxVersion: 'TLSv1.2' },
      'offers TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384; enabled: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    ],
    ['groups, TLS 1.3', { ...P256, minVersion: 'TLSv1.3' }, P384, 'offers secp384r1; enabled: secp256r1'],
    ['groups, TLS 1.2', { ...P256, maxVersion: 'TLSv1.2' }, P384, 'offers secp384r1; enabled: secp256r1'],
    ['versions', { minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }, 'offers TLS 1.2; enabled: TLS 1.3'],
    ['signatures', { minVersion: 'TLSv1.3' }, { sigalgs: 'ed448' }, /offers ed448; enabled: .*ecdsa_secp256r1_sha256/],
    ['application protocols', { ALPNProtocols: ['a'] }, { ALPNProtocols: ['b', 'c'] }, 'offers "b", "c"; enabled: "a"'],
  ] as [string, nativeTls.TlsOptions, nativeTls.ConnectionOptions, string | RegExp][])(
    '%s',
    async (_title, server, client, lists) => {
      const { ofServer, ofClient } = await failing(server, client)
      expect(ofServer.cause?.message).toMatch(lists)
      // The alert says none of it: what was offered stands beside it.
      expect(ofClient.cause?.message).toMatch(/the peer sent the fatal alert .*; we offered TLSv1/)
    },
  )

  it('no certificate at all', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { ofServer } = await failing({ cert: undefined, key: undefined, maxVersion }, {})
      expect(ofServer.cause?.message).toMatch(/there is (none|no certificate): /)
    }
  })

  it('a list of thousands is not repeated', async () => {
    const ALPNProtocols = Array.from({ length: 1000 }, (_, index) => `p${index}`)
    const { ofServer } = await failing({ ALPNProtocols: ['a'] }, { ALPNProtocols })
    expect(ofServer.cause!.message.length).toBeLessThan(300)
  })
})

describe('who does not speak TLS is recognized', () => {
  it.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', '"HTTP/1.1 400 Bad": plain HTTP'],
    ['220 mail.example ESMTP\r\n', '"220 mail.example"'],
    ['SSH-2.0-OpenSSH_9.6\r\n', '"SSH-2.0-OpenSSH_"'],
  ])('%j', async (text, words) => {
    const error = await answered(text)
    expect(error.code).toBe('ERR_SSL_WRONG_VERSION_NUMBER')
    expect(error.cause?.message).toContain(words)
  })

  it('bytes are not shown as text', async () => {
    const error = await answered(Uint8Array.of(1, 2, 3, 4, 5, 6, 7))
    expect(error.cause?.message).not.toContain('text')
  })
})

it('an alert while connected says nothing of offers', async () => {
  const { server, port } = await listen(OURS, { cert: leaf.cert, requestCert: true, ca: authority.cert })
  const socket = OURS.connect(trusting(port))
  const [error] = (await once(socket, 'error').catch((error) => [error])) as [Caused]
  expect(error.cause?.message).toBe('the peer sent the fatal alert certificate_required')
  server.close()
})
