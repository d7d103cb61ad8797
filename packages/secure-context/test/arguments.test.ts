import type { CryptoProvider } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority, encodePfx, encodePrivateKey } from '@x/x509'
import { describe, expect, test } from 'vitest'
import {
  allowedAtSecurityLevel,
  CIPHER_SUITES,
  decodeOpenSslSession,
  enabledVersions,
  methodVersions,
  parseCipherList,
  parseGroups,
  parseSignatureSchemes,
  parseTls13Suites,
  readAuthorities,
  securityLevelBits,
  TicketKeys,
  TlsContext,
} from '../src/index.ts'

/** What is asked for is done, or refused: no argument of another kind turns a check off. */

const provider = nodeProvider
const make = (options: object) => () => new TlsContext({ provider, ...options } as never)
const refused = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' })

describe('TlsContext refuses', () => {
  test.each<[string, object]>([
    ['an unknown option', { rejectUnauthorised: true }],
    ['an option of Node’s that is another’s here', { ciphers: 'DEFAULT' }],
    ['no provider', { provider: undefined }],
    ['a provider that is none', { provider: {} }],
    ['a version that does not exist', { minVersion: 'TLSv1.4' }],
    ['a version in other letters', { maxVersion: 'tlsv1.2' }],
    ['a security level that is no number', { securityLevel: Number.NaN }],
    ['a security level in words', { securityLevel: '2' }],
    ['a security level out of range', { securityLevel: 6 }],
    ['secureOptions that are no number', { secureOptions: Number.NaN }],
    ['CRLs without one', { crl: [] }],
    ['a CRL alone', { crl: 'pem' }],
    ['a ca alone', { ca: 'pem' }],
    ['trust that is no function', { defaultTrust: {} }],
    ['ticket keys too short', { ticketKeys: new Uint8Array(47) }],
    ['empty ticket keys', { ticketKeys: new Uint8Array(0) }],
    ['a lifetime that is no number', { sessionTimeout: Number.NaN }],
    ['a negative lifetime', { sessionTimeout: -1 }],
    ['work without a number', { passphraseWork: Number.NaN }],
    ['work in words', { passphraseWork: '5' }],
    ['less work than none', { passphraseWork: -1 }],
    ['truth in words', { allowPartialTrustChain: 'false' }],
    ['compression that is none', { certificateCompression: ['zlib'] }],
    ['a key that is another’s too', { key: [{ pem: '', signer: { sign() {} } }] }],
    ['an empty list of schemes', { sigalgs: '' }],
  ])('%s', (name, options) => {
    // The last is OpenSSL's own to refuse.
    if (name.startsWith('an empty list')) expect(make(options)).toThrow()
    else expect(make(options)).toThrow(refused)
  })

  test('options of a prototype, and takes none from everybody’s', () => {
    expect(() => new TlsContext(Object.create({ provider }))).toThrow(refused)
    expect(() => new TlsContext(Object.assign(Object.create({ crl: ['x'] }), { provider }))).toThrow(refused)
    const everybodys = Object.prototype as Record<string, unknown>
    try {
      everybodys.allowPartialTrustChain = true
      everybodys.securityLevel = 0
      everybodys.ticketKeys = new Uint8Array(48)
      const context = make({})()
      expect(context.securityLevel).toBe(1)
      expect(context.ticketKeys.bytes).not.toEqual(new Uint8Array(48))
    } finally {
      for (const name of ['allowPartialTrustChain', 'securityLevel', 'ticketKeys']) delete everybodys[name]
    }
  })
})

test('the work that a passphrase may take is bounded, of a key and of a PFX', () => {
  const { certificate, privateKey } = createAuthority({ provider }).issue('a.test')
  const iterations = 5000
  const secret = { passphrase: 'x', provider } as const
  const pem = encodePrivateKey(privateKey!.data, { ...secret, encryption: { scheme: 'pbes2', iterations } })
  const bytes = encodePfx({ keys: [{ key: privateKey!.data }], certificates: [certificate], ...secret, iterations })
  const key = { cert: [certificate.toPem()], key: [{ pem, passphrase: 'x' }] }
  const pfx = { pfx: [{ bytes, passphrase: 'x' }] }
  for (const options of [key, pfx]) {
    for (const passphraseWork of [0, 9000]) {
      const cause = expect.objectContaining({ code: 'LIMIT_EXCEEDED' })
      expect(make({ ...options, passphraseWork })).toThrow(expect.objectContaining({ cause }))
    }
    for (const passphraseWork of [undefined, 100_000, Number.POSITIVE_INFINITY])
      expect(make({ ...options, passphraseWork })().credentials).toHaveLength(1)
  }
})

describe('so do', () => {
  const nothing = undefined as never
  test.each<[string, () => unknown]>([
    ['parseCipherList', () => parseCipherList(nothing)],
    ['parseTls13Suites', () => parseTls13Suites(5 as never)],
    ['parseSignatureSchemes', () => parseSignatureSchemes(null as never)],
    ['parseGroups', () => parseGroups(['x25519'] as never, provider)],
    ['parseGroups, of its provider', () => parseGroups('x25519', {} as CryptoProvider)],
    ['methodVersions', () => methodVersions({} as never, { min: 0x0303, max: 0x0304 })],
    ['enabledVersions, of the level', () => enabledVersions({ min: 0x0301, max: 0x0304 }, 0, Number.NaN)],
    ['enabledVersions, of the bits', () => enabledVersions({ min: 0x0301, max: 0x0304 }, Number.NaN, 1)],
    ['securityLevelBits', () => securityLevelBits(Number.NaN)],
    ['allowedAtSecurityLevel', () => allowedAtSecurityLevel(CIPHER_SUITES[0]!, nothing)],
    ['decodeOpenSslSession, of the side', () => decodeOpenSslSession(new Uint8Array(9), 'both' as never)],
    ['decodeOpenSslSession', () => decodeOpenSslSession('session' as never, 'client')],
    ['readAuthorities', () => readAuthorities(null as never)],
    ['TicketKeys', () => new TicketKeys(new Uint8Array(0), provider)],
    ['TicketKeys, of a text', () => new TicketKeys('k'.repeat(48) as never, provider)],
    ['setTicketKeys', () => make({})().setTicketKeys(new Uint8Array(49))],
    ['setOptions', () => make({})().setOptions(Number.NaN)],
    ['setCiphers', () => make({})().setCiphers(nothing)],
    ['addCACert', () => make({})().addCACert(nothing)],
  ])('%s', (_name, call) => {
    expect(call).toThrow(refused)
  })

  test('a level between two is the higher', () => {
    expect(securityLevelBits(1.5)).toBe(112)
  })
})
