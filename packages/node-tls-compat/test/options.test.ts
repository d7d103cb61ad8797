import type nativeTls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { authority, leaf, NATIVE, OURS, otherAuthority } from './harness.ts'

type Tls = typeof nativeTls
type Words = Record<string, unknown>

const other = otherAuthority.issue('localhost')
const GARBAGE = '-----BEGIN GARBAGE-----\nAAAA\n-----END GARBAGE-----\n'

/** Options that Node refuses when the context is made, or takes without a word. */
const CONTEXTS: [string, unknown][] = [
  ['key: no PEM', { key: 'garbage' }],
  ['key: a number', { key: 1 }],
  ['key: another type of block', { key: GARBAGE }],
  ['cert: no PEM', { cert: 'garbage' }],
  ['cert: an object', { cert: {} }],
  ['key of another certificate', { cert: leaf.cert, key: other.key }],
  ['ca: no PEM', { ca: 'garbage' }],
  ['ca: a number', { ca: 1 }],
  ['crl: no PEM', { crl: 'garbage' }],
  ['crl: a number', { crl: 1 }],
  ['passphrase: a number', { key: leaf.key, cert: leaf.cert, passphrase: 1 }],
  ['pfx: garbage', { pfx: 'sample' }],
  ['pfx: a number', { pfx: 1 }],
  ['ciphers: a number', { ciphers: 1 }],
  ['ciphers: unknown', { ciphers: 'no-such-cipher' }],
  ['ciphers: empty', { ciphers: '' }],
  ['ciphers: TLS 1.3 only', { ciphers: 'TLS_AES_128_GCM_SHA256' }],
  ['ecdhCurve: a number', { ecdhCurve: 1 }],
  ['ecdhCurve: unknown', { ecdhCurve: 'no-such-curve' }],
  ['ecdhCurve: null', { ecdhCurve: null }],
  ['sigalgs: a number', { sigalgs: 1 }],
  ['sigalgs: empty', { sigalgs: '' }],
  ['sigalgs: unknown', { sigalgs: 'nope' }],
  ['dhparam: a number', { dhparam: 1 }],
  ['dhparam: garbage', { dhparam: 'garbage' }],
  ['dhparam: auto', { dhparam: 'auto' }],
  ['minVersion: unknown', { minVersion: 'x' }],
  ['maxVersion: unknown', { maxVersion: 'x' }],
  ['minVersion above maxVersion', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }],
  ['secureProtocol: unknown', { secureProtocol: 'blargh' }],
  ['secureProtocol: SSLv2_method', { secureProtocol: 'SSLv2_method' }],
  ['secureProtocol: SSLv3_method', { secureProtocol: 'SSLv3_method' }],
  ['secureProtocol: a number', { secureProtocol: 1 }],
  ['secureProtocol and minVersion', { secureProtocol: 'TLSv1_2_method', minVersion: 'TLSv1.2' }],
  ['secureOptions: a string', { secureOptions: 'x' }],
  ['sessionIdContext: a number', { sessionIdContext: 1 }],
  ['sessionTimeout: a string', { sessionTimeout: 'x' }],
  ['sessionTimeout: negative', { sessionTimeout: -1 }],
  ['ticketKeys: a string', { ticketKeys: 'x' }],
  ['ticketKeys: 47 bytes', { ticketKeys: Buffer.alloc(47) }],
  ['clientCertEngine: a number', { clientCertEngine: 1 }],
  ['privateKeyEngine: a number', { privateKeyEngine: 1, privateKeyIdentifier: 'x' }],
  ['privateKeyIdentifier: a number', { privateKeyEngine: 'x', privateKeyIdentifier: 1 }],
  ['null', null],
  ['a string', 'x'],
]

const CALLS: [string, (tls: Tls) => unknown][] = [
  ['createServer: a string', (tls) => tls.createServer('x' as never)],
  ['createServer: handshakeTimeout', (tls) => tls.createServer({ handshakeTimeout: 'x' as never })],
  ['createServer: SNICallback', (tls) => tls.createServer({ SNICallback: 'x' as never })],
  ['createServer: pskCallback', (tls) => tls.createServer({ pskCallback: 'x' as never })],
  ['createServer: pskIdentityHint', (tls) => tls.createServer({ pskIdentityHint: 1 as never })],
  [
    'createServer: ALPNCallback and ALPNProtocols',
    (tls) => tls.createServer({ ALPNCallback: () => undefined, ALPNProtocols: ['x'] }),
  ],
  ['createServer: a long ALPN name', (tls) => tls.createServer({ ALPNProtocols: ['x'.repeat(256)] })],
  ['addContext without a name', (tls) => tls.createServer().addContext('', {})],
  ['setTicketKeys: a string', (tls) => tls.createServer().setTicketKeys('x' as never)],
  ['setSecureContext: nothing', (tls) => tls.createServer().setSecureContext(undefined as never)],
  ['connect: nothing', (tls) => (tls.connect as () => unknown)()],
  ['connect: secureContext', (tls) => tls.connect({ port: 1, secureContext: {} as never })],
  ['connect: enableTrace', (tls) => tls.connect({ port: 1, enableTrace: 1 as never })],
  ['connect: pskCallback', (tls) => tls.connect({ port: 1, pskCallback: 1 as never })],
  [
    'convertALPNProtocols: a long name',
    (tls) => (tls as never as { convertALPNProtocols: Function }).convertALPNProtocols(['x'.repeat(256)], {}),
  ],
  [
    'checkServerIdentity: a bad list of names',
    (tls) => tls.checkServerIdentity('a.com', { subject: {}, subjectaltname: 'DNS:"a.com' } as never),
  ],
]

/** What a call gives: an error with all that programs look at, or the name of what it returns. */
function outcome(run: () => unknown): unknown {
  try {
    const value = run()
    return (value as object | undefined)?.constructor.name ?? value
  } catch (error) {
    const { name, message, code, library, reason, opensslErrorStack } = error as Error & Words
    // OpenSSL puts the number of its thread before the message of some.
    return { name, message: message.replace(/^[0-9A-F]{8,16}:/, ''), code, library, reason, opensslErrorStack }
  }
}

it('connect: checkServerIdentity must be a function (Node 20 calls it a bug of its own)', () => {
  const call = () => OURS.connect({ port: 1, checkServerIdentity: 1 as never })
  expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
})

describe('options, as the running Node takes or refuses them', () => {
  it.each(CONTEXTS)('createSecureContext: %s', (_title, options) => {
    const run = (tls: Tls) => outcome(() => tls.createSecureContext(options as nativeTls.SecureContextOptions))
    expect(run(OURS as Tls)).toEqual(run(NATIVE as Tls))
  })

  it.each(CALLS)('%s', (_title, call) => {
    expect(outcome(() => call(OURS as Tls))).toEqual(outcome(() => call(NATIVE as Tls)))
  })

  it('a context of everything at once is a context', () => {
    const options = {
      ...leaf,
      ca: [authority.cert, Buffer.from(otherAuthority.cert)],
      ciphers: 'ECDHE+AESGCM:TLS_AES_256_GCM_SHA384:@STRENGTH',
      ecdhCurve: 'P-256:X25519',
      sigalgs: 'RSA-PSS+SHA256:ecdsa_secp256r1_sha256',
      dhparam: 'auto',
      minVersion: 'TLSv1.2' as const,
      honorCipherOrder: true,
      sessionIdContext: 'x',
      sessionTimeout: 10,
      ticketKeys: Buffer.alloc(48),
    } satisfies nativeTls.SecureContextOptions
    expect(outcome(() => OURS.createSecureContext(options))).toBe('SecureContext')
    expect(outcome(() => NATIVE.createSecureContext(options))).toBe('SecureContext')
  })
})
