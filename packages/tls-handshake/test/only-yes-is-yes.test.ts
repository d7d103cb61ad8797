import { Alert } from '@x/tls-record'
import { peerCertificateReader } from '@x/x509/tls'
import { describe, expect, test } from 'vitest'
import type { ClientConfig, PeerVerdict, ServerConfig } from '../src/index.ts'
import { encodeCertificate13 } from '../src/messages/certificate.ts'
import { encodeCertificate12 } from '../src/messages/certificate12.ts'
import { credential, der, pem } from './harness/credentials.ts'
import { on } from './harness/edit.ts'
import { client12, handshake12, server12, suite } from './harness/legacy.ts'
import { Message } from './harness/names.ts'
import { handshake, type Pair, utf8 } from './harness/pair.ts'
import { provider } from './harness/provider.ts'
import * as victim from './harness/victim.ts'

const versions = [[[0x0304]], [[0x0303]], [[0x0302]], [[0x0301]]] as const
const credentialReader = peerCertificateReader(provider)
const both = { credentials: [credential('client')] }

/** Each side's hook answers so; the other side's is content. */
function judged(
  side: 'client' | 'server',
  answer: () => unknown,
  more: Partial<ClientConfig & ServerConfig> = {},
): Pair {
  const config = { ...more, verifyPeer: answer as () => PeerVerdict }
  return handshake(
    { ...both, versions: more.versions, ...(side === 'client' && config) },
    { requestCertificate: true, versions: more.versions, ...(side === 'server' && config) },
  )
}

const REFUSALS: [string, () => unknown][] = [
  ['{ ok: false }', () => ({ ok: false })],
  ['{ ok: 1 }', () => ({ ok: 1 })],
  ["{ ok: 'true' }", () => ({ ok: 'true' })],
  ['{}', () => ({})],
  ['nothing', () => undefined],
  ['null', () => null],
  ['true', () => true],
  ['false', () => false],
  ['[true]', () => [true]],
  ['an Error', () => new Error('no')],
  ['a function', () => () => ({ ok: true })],
]

describe.each(versions)('verifyPeer says yes by `ok: true` alone (%j)', (only) => {
  describe.each(['client', 'server'] as const)('a %s', (side) => {
    test.each(REFUSALS)('%s is no', (_name, answer) => {
      const pair = judged(side, answer, { versions: only })
      expect(pair[side].tls.error).toMatchObject({ alert: Alert.bad_certificate, reason: 'CERTIFICATE_VERIFY_FAILED' })
      expect(pair[side].tls.peer).toBeUndefined()
      expect(pair[side === 'client' ? 'server' : 'client'].tls.error).toMatchObject({ alertReceived: true })
    })

    test('nor is a yes on Object.prototype', () => {
      const answer = () => {
        ;(Object.prototype as { ok?: boolean }).ok = true
        return {}
      }
      try {
        expect(judged(side, answer, { versions: only })[side].tls.error?.alert).toBe(Alert.bad_certificate)
      } finally {
        delete (Object.prototype as { ok?: boolean }).ok
      }
    })

    test('nor is what Object.prototype says about the configuration', () => {
      const names = ['allowUnverifiedPeer', 'allowUnverifiedSession'] as const
      const polluted = Object.prototype as Record<string, unknown>
      for (const name of names) polluted[name] = true
      try {
        expect(judged(side, () => ({ ok: false }), { versions: only })[side].tls.error?.alert).toBe(
          Alert.bad_certificate,
        )
      } finally {
        for (const name of names) delete polluted[name]
      }
    })

    test('going on unverified is asked for by name, and needs a clear no', () => {
      const more = { versions: only, allowUnverifiedPeer: true }
      const pair = judged(side, () => ({ ok: false, result: 'self-signed' }), more)
      expect(pair[side].tls.handshakeComplete).toBe(true)
      expect(pair[side].tls.peer!.verification).toEqual({ ok: false, result: 'self-signed' })
      for (const [name, answer] of REFUSALS.slice(1)) {
        expect(judged(side, answer, more)[side].tls.error, name).toMatchObject({ alert: Alert.bad_certificate })
      }
      expect(judged(side, () => ({ ok: false, alert: 46 }), more)[side].tls.error).toMatchObject({ alert: 46 })
      const truthy = { versions: only, allowUnverifiedPeer: 1 as unknown as boolean }
      expect(() => judged(side, () => ({ ok: false }), truthy)).toThrow('allowUnverifiedPeer must be true or false')
    })
  })
})

test('a verdict cannot be changed afterwards', () => {
  const verdict = { ok: false }
  const pair = handshake({ allowUnverifiedPeer: true, verifyPeer: () => verdict })
  verdict.ok = true
  expect(pair.client.tls.peerVerification).toEqual({ ok: false })
  expect(Object.isFrozen(pair.client.tls.peerVerification)).toBe(true)
})

describe('nothing anonymous', () => {
  const ANONYMOUS = suite(0xc018)

  test('a client that has someone verified takes no anonymous server', () => {
    const pair = handshake12(
      { ...client12(ANONYMOUS, 0x0303), allowUnverifiedPeer: false },
      server12(ANONYMOUS, 0x0303),
    )
    expect(pair.client.tls.error).toMatchObject({ reason: 'PEER_DID_NOT_RETURN_A_CERTIFICATE', alert: 40 })
    const { peer } = handshake12(client12(ANONYMOUS, 0x0303), server12(ANONYMOUS, 0x0303)).client.tls
    expect(peer!.certificates).toBeUndefined()
    expect(peer!.verification).toBeUndefined()
  })

  test('a server that requires a certificate chooses no suite without one', () => {
    const asks = { requestCertificate: true, requireCertificate: true }
    const pair = handshake12(client12(ANONYMOUS, 0x0303), { ...server12(ANONYMOUS, 0x0303), ...asks })
    expect(pair.server.tls.error).toMatchObject({ reason: 'NO_SHARED_CIPHER' })
    // Beside others it is passed over.
    const some = { cipherSuites: [ANONYMOUS.id, 0xc02f] }
    const other = handshake12(
      { ...client12(ANONYMOUS, 0x0303), ...some, ...both },
      { ...server12(ANONYMOUS, 0x0303), ...some, ...asks },
    )
    expect(other.server.tls.cipherSuite).toBe(0xc02f)
    expect(other.server.tls.peerCertificates).toEqual([der('client')])
  })
})

describe('an empty key is no PSK', () => {
  const nobody = { identity: utf8('nobody'), key: new Uint8Array(0) }
  const somebody = { identity: utf8('us'), key: utf8('a secret') }
  const alone = { verifyPeer: undefined }

  test.each([
    ['psks', { psks: [nobody] }],
    ['selectPsk', { selectPsk: () => nobody }],
    ['imported', { psks: [{ ...nobody, importer: { context: utf8('here') } }] }],
  ])('a TLS 1.3 server’s %s', (_name, own) => {
    // The client is another program, which makes its binder of the empty key.
    const scene = victim.server(undefined, { credentials: [], ...own }, { ...alone, psks: [somebody] })
    expect(scene.victim.tls.handshakeComplete).toBe(false)
    const pair = handshake({ psks: [nobody], ...alone }, { credentials: [], ...own })
    expect(pair.server.tls.peer).toBeUndefined()
    expect(pair.server.types).toContain('error')
  })

  test('a TLS 1.3 client offers none, nor one without a name', () => {
    for (const psk of [nobody, { identity: new Uint8Array(0), key: utf8('a secret') }]) {
      const pair = handshake({ psks: [psk] }, { psks: [psk] })
      expect(pair.client.tls.handshakeComplete).toBe(true)
      expect(pair.client.tls.pskIdentity).toBeUndefined()
      expect(handshake({ psks: [psk], ...alone }, { psks: [psk] }).client.types).toContain('error')
    }
  })

  test.each([0x008c, 0x0090, 0x0094, 0xc035])('below, suite 0x%x', (id) => {
    const psk = suite(id)
    const client = client12(psk, 0x0303)
    const server = server12(psk, 0x0303)
    const empty = handshake12(client, { ...server, pskCallback: () => new Uint8Array(0) })
    expect(empty.server.tls.error).toMatchObject({ reason: 'PSK_IDENTITY_NOT_FOUND', alert: 115 })
    const none = handshake12({ ...client, pskCallback: () => nobody }, { ...server, pskCallback: () => nobody.key })
    expect(none.client.tls.error).toMatchObject({ reason: 'PSK_IDENTITY_NOT_FOUND', alert: 40 })
  })
})

describe('every certificate of a list is read when it comes', () => {
  const chain = (more: Uint8Array) => [...credential('client').chain, more]
  const bad: [string, Uint8Array][] = [
    ['an empty SEQUENCE', Uint8Array.of(0x30, 0)],
    ['a byte behind a certificate', new Uint8Array([...der('rsa'), 0])],
    ['half a certificate', der('rsa').subarray(0, 300)],
    ['a certificate as text', utf8(pem('rsa', 'pem'))],
  ]

  test.each(bad)('%s, of a client', (_name, der) => {
    const asks = { requestCertificate: true, parseCertificate: credentialReader }
    const evil13 = on(Message.certificate, () => encodeCertificate13({ context: new Uint8Array(0), chain: chain(der) }))
    victim.expectAlert(victim.server(evil13, asks, both), 'decode_error', 'CANNOT_PARSE_CERT')
    const evil12 = on(Message.certificate, () => encodeCertificate12(chain(der)))
    const tls12 = { versions: [0x0303] } as const
    victim.expectAlert(
      victim.server(evil12, { ...asks, ...tls12 }, { ...both, ...tls12 }),
      'decode_error',
      'CANNOT_PARSE_CERT',
    )
  })

  test('above the leaf no key is asked for', () => {
    const parseCertificate: ClientConfig['parseCertificate'] = (bytes) => {
      const read = credentialReader(bytes)
      if (bytes.length === der('client').length) return read
      return {
        der: bytes,
        issuer: read.issuer,
        get publicKey(): never {
          throw new Error('a key of a kind that nobody knows')
        },
      }
    }
    const shows = { credentials: [{ ...credential('client'), chain: chain(der('rsa')) }] }
    for (const [only] of versions) {
      const asks = { versions: only, requestCertificate: true, parseCertificate }
      const pair = handshake({ ...shows, versions: only }, asks)
      expect(pair.server.tls.peerCertificates).toEqual(chain(der('rsa')))
    }
  })
})
