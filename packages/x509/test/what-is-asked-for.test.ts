import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import {
  authorityFrom,
  checkName,
  createAuthority,
  createCertificateSync,
  createCrlSync,
  createOcspRequest,
  createOcspResponseSync,
  createTrustStore,
  encodePem,
  encodePfx,
  encodePkcs7,
  encodePrivateKey,
  matchesDnsName,
  parsePfx,
  parsePrivateKey,
  publicKeyFromJwk,
  TrustStore,
  verifyAsNode,
  verifyChainSync,
  X509CertificateLike,
} from '../src/index.ts'
import { nodeProfile, peerVerifier } from '../src/verify.ts'

/** Whoever asks for something gets it or is told, in what writes and reads as in what verifies. */

const DAY = 86_400_000
const now = Date.now()

describe.each([nodeProvider, portableProvider])('$name provider', (provider) => {
  const ca = createAuthority({ provider })
  const leaf = ca.issue('a.example')
  const { data } = leaf.privateKey!
  const secret = { passphrase: 'x', provider }
  const pem = encodePrivateKey(data, { ...secret, encryption: { scheme: 'pbes2', iterations: 1 } })
  const pfx = encodePfx({ ...secret, keys: [{ key: data }], iterations: 1 })
  const like = new X509CertificateLike(leaf.cert, provider)
  const inherited = (options: object, own: object = {}) => Object.assign(Object.create(options), own)
  const refuses = (what: () => unknown) =>
    expect(what).toThrow(expect.objectContaining({ name: 'X509Error', code: 'INVALID_ARGUMENT' }))

  test.each<[string, unknown]>([
    ['a misspelt passphrase: the key would be written open', { passphrse: 'x', provider }],
    ['an empty passphrase', { passphrase: '', provider }],
    ['no passphrase, by null', { passphrase: null, provider }],
    ['a passphrase that is a number', { passphrase: 5, provider }],
    ['an inherited passphrase', inherited({ passphrase: 'x' }, { provider })],
    ['an encryption without a passphrase', { provider, encryption: { scheme: 'pbes2' } }],
    ['a cipher without a passphrase', { provider, type: 'traditional', cipher: 'aes-256-cbc' }],
    ['a cipher of the other form', { ...secret, cipher: 'aes-256-cbc' }],
    ['an encryption of the other form', { ...secret, type: 'traditional', encryption: { scheme: 'pbes2' } }],
    ['a scheme that does not exist', { ...secret, encryption: { scheme: 'pbes3' } }],
    ['a number of the other scheme', { ...secret, encryption: { scheme: 'scrypt', iterations: 1e6 } }],
    ['iterations misspelt', { ...secret, encryption: { scheme: 'pbes2', iteration: 1e6 } }],
    ['iterations that are no number', { ...secret, encryption: { scheme: 'pbes2', iterations: Number.NaN } }],
    ['no iterations', { ...secret, encryption: { scheme: 'pbes2', iterations: 0 } }],
    ['a cost that is no power of two', { ...secret, encryption: { scheme: 'scrypt', cost: 3 } }],
    ['a cipher that is a method of every object', { ...secret, type: 'traditional', cipher: 'toString' }],
    ['a form that does not exist', { type: 'pkcs1' }],
    ['text for options', 'secret'],
    ['null for options', null],
  ])('encodePrivateKey refuses %s', (_, options) => {
    refuses(() => encodePrivateKey(data, options as never))
  })

  test.each<[string, unknown]>([
    ['work that is no number', { ...secret, work: Number.NaN }],
    ['work as text', { ...secret, work: '5' }],
    ['work below nothing', { ...secret, work: -1 }],
    ['work misspelt', { ...secret, wrk: 5 }],
    ['work of a prototype', inherited({ work: 5 }, secret)],
    ['a passphrase that is none', { ...secret, passphrase: null }],
    ['a provider that is none', { ...secret, provider: {} }],
    ['null', null],
  ])('parsePrivateKey and parsePfx refuse %s', (_, options) => {
    refuses(() => parsePrivateKey(pem, options as never))
    refuses(() => parsePfx(pfx, options as never))
  })

  test.each<[string, object]>([
    ['iterations that are no number', { iterations: Number.NaN }],
    ['no iterations', { iterations: 0 }],
    ['a protection that does not exist', { protection: 'none' }],
    ['iterations misspelt', { iteration: 1e6 }],
    ['no passphrase', { passphrase: undefined }],
    ['certificates by another name', { certs: [leaf.certificate] }],
    ['certificates as text', { certificates: [leaf.cert] }],
    ['a key without its entry', { keys: [data] }],
    ['an entry misspelt', { keys: [{ key: data, frendlyName: 'x' }] }],
    ['nothing to write', { keys: [] }],
  ])('encodePfx refuses %s', (_, options) => {
    refuses(() => encodePfx({ ...secret, keys: [{ key: data }], ...options } as never))
  })

  test.each<[string, object, object?]>([
    ['a status of another spelling, which would say unknown', {}, { status: 'Revoked' }],
    ['no status', {}, { status: undefined }],
    ['a time of revocation of what is good', {}, { revocationTime: now }],
    ['a reason that does not exist', {}, { status: 'revoked', revocationReason: 'bored' }],
    ['an answer misspelt', {}, { revocationtime: now }],
    ['a time that is no number', { thisUpdate: Number.NaN }],
    ['a time that is text', { thisUpdate: '2026-01-01' }],
    ['an end before the beginning', { nextUpdate: now - DAY }],
    ['no answers', { answers: [] }],
    ['an option that does not exist', { nextUpdte: now + DAY }],
    ['a nonce of no bytes', { nonce: new Uint8Array(0) }],
    ['a nonce of 129 bytes', { nonce: new Uint8Array(129) }],
    ["another's key", { signer: leaf.privateKey }],
    ['a responder as text', { responder: ca.cert }],
  ])('createOcspResponse refuses %s', (_, options, answer) => {
    const answers = [{ certificate: leaf.certificate, issuer: ca.certificate, status: 'good', ...answer }]
    refuses(() =>
      createOcspResponseSync({ provider, signer: ca.signer, responder: ca.certificate, answers, ...options } as never),
    )
  })

  test.each<[string, unknown]>([
    ['a nonce misspelt', { nnce: new Uint8Array(8) }],
    ['a nonce of a prototype', inherited({ nonce: new Uint8Array(8) })],
    ['a nonce that is text', { nonce: 'x' }],
    ['a hash of another spelling', { hash: 'SHA1' }],
    ['null', null],
  ])('createOcspRequest refuses %s', (_, options) => {
    refuses(() => createOcspRequest(leaf.certificate, ca.certificate, provider, options as never))
  })

  test.each<[string, unknown]>([
    ['an option misspelt, which would leave wildcards on', { wildcrds: false }],
    ['a subject of another spelling', { subject: 'Never' }],
    ['a subject of a prototype', inherited({ subject: 'never' })],
    ['0 for false', { wildcards: 0 }],
    ['null', null],
  ])('checkHost and checkEmail refuse %s', (_, options) => {
    refuses(() => like.checkHost('a.example', options as never))
    refuses(() => like.checkEmail('a@a.example', options as never))
  })

  test.each([undefined, null, 5, new Uint8Array(4)])('%s is no name', (name) => {
    refuses(() => like.checkHost(name as never))
    refuses(() => like.checkIP(name as never))
    refuses(() => checkName(leaf.certificate, name as never))
    refuses(() => matchesDnsName('a.example', name as never))
    refuses(() => ca.issue(name as never))
  })

  test('a name with a kind that does not exist', () => {
    refuses(() => checkName(leaf.certificate, { type: 'DNS', value: 'a.example' } as never))
    refuses(() => checkName(leaf.certificate, { typ: 'dns', value: 'a.example' } as never))
  })

  test('a trust store out of a file that had no certificates, or of text', () => {
    refuses(() => createTrustStore([]))
    refuses(() => createTrustStore(ca.cert as never))
    refuses(() => createTrustStore([ca.cert as never]))
    refuses(() => createTrustStore([undefined as never]))
    refuses(() => createTrustStore(null as never))
    refuses(() => createTrustStore().add(ca.cert as never))
    const check = { leaf: leaf.certificate, provider, name: 'a.example' }
    refuses(() => verifyChainSync({ ...check, anchors: new TrustStore([]) }))
    refuses(() => peerVerifier({ provider, anchors: createTrustStore() }))
    // As for Node, whose `ca: []` trusts nobody.
    expect((verifyAsNode({ ...check, anchors: createTrustStore() }) as { ok: boolean }).ok).toBe(false)
    // One that is filled by and by.
    const store = createTrustStore()
    store.add(ca.certificate)
    expect(verifyChainSync({ ...check, anchors: store }).ok).toBe(true)
  })

  test('how CRLs are read, without CRLs', () => {
    const check = { leaf: leaf.certificate, anchors: [ca.certificate], provider, name: 'a.example' }
    refuses(() => verifyChainSync({ ...check, deltaCrls: true }))
    refuses(() => verifyChainSync({ ...check, extendedCrls: true }))
  })

  describe('a verifier of peers', () => {
    const old = createAuthority({ provider, notBefore: now - 900 * DAY })
    const { certificate } = old.issue('a.example', { notBefore: now - 800 * DAY, notAfter: now - 500 * DAY })
    const peer = { side: 'client' as const, chain: [certificate.raw], serverName: 'a.example' }

    test.each([Number.NaN, new Date('x'), '2026', undefined, null, {}, Infinity])('refuses the time %s', (time) => {
      const verify = peerVerifier({ anchors: [old.certificate], provider, now: () => time as never })
      refuses(() => verify(peer))
    })

    test('wants a name, and a side that there is', async () => {
      const verify = peerVerifier({ anchors: [ca.certificate], provider, profile: nodeProfile })
      const shown = { side: 'client' as const, chain: [leaf.certificate.raw] }
      expect(await verify({ ...shown, serverName: 'a.example' })).toEqual({ ok: true })
      expect(await verify({ ...shown, serverName: null as never })).toMatchObject({ ok: false })
      refuses(() => verify({ ...shown, serverName: ['a.example'] as never }))
      refuses(() => verify({ ...shown, side: 'Client' as never }))
    })
  })

  describe('issuing', () => {
    test('a certificate that would never be valid', () => {
      refuses(() => ca.issue('a.example', { notAfter: now - 10 * DAY }))
      refuses(() => createAuthority({ provider, notAfter: now - 10 * DAY }))
      refuses(() => ca.createIntermediate({ notBefore: now + 10 * DAY, notAfter: now + 9 * DAY }))
      const exact = { subject: 'x', issuer: 'x', publicKey: ca.signer.publicKey!, signer: ca.signer, serialNumber: 1 }
      refuses(() => createCertificateSync({ ...exact, notBefore: now, notAfter: now - DAY }))
      expect(
        createCertificateSync({ ...exact, notBefore: now, notAfter: now - DAY, allow: ['never-valid'] }).notAfter,
      ).toBeLessThan(now)
      refuses(() => createCertificateSync({ ...exact, serialNumber: 0, notBefore: now, notAfter: now }))
      refuses(() =>
        createCrlSync({ issuer: ca.certificate.subject, signer: ca.signer, thisUpdate: now, nextUpdate: now - DAY }),
      )
    })

    test('an authority where the ones above allow none', () => {
      const last = createAuthority({ provider, pathLength: 0 })
      refuses(() => last.createIntermediate())
      refuses(() => last.createIntermediate({ pathLength: 0 }))
      // Through one that says nothing itself.
      const middle = createAuthority({ provider, pathLength: 1 }).createIntermediate()
      refuses(() => middle.createIntermediate())
      refuses(() => authorityFrom(last.certificate, last.signer, provider).createIntermediate())
      const ca = [{ name: 'basicConstraints', critical: true, value: { ca: true } }] as const
      refuses(() => middle.issue('a.example', { extensions: ca }))
      expect(last.createIntermediate({ allow: ['path-length'] }).certificate.extension('basicConstraints')?.ca).toBe(
        true,
      )
      expect(middle.issue('a.example').cert).toContain('BEGIN')
    })

    test('options of an authority below are its own', () => {
      refuses(() => ca.createIntermediate(inherited({ pathLength: 0 })))
      refuses(() => ca.createIntermediate(null as never))
      refuses(() => ca.createIntermediate({ provider } as never))
      refuses(() => authorityFrom(ca.certificate, ca.signer, undefined as never))
    })

    test.each<[string, unknown]>([
      ['misspelt, the extension would not be critical', { name: 'extKeyUsage', critcal: true, value: ['serverAuth'] }],
      ['of a name that there is not', { name: 'extkeyusage', value: ['serverAuth'] }],
      ['of the name of a method', { name: 'toString', value: ['serverAuth'] }],
      ['by name and OID', { name: 'extKeyUsage', oid: '2.5.29.37', value: ['serverAuth'] }],
      ['without a value', { name: 'extKeyUsage' }],
      ['as text', { oid: '1.2.3', value: 'x' }],
      ['critical by text', { oid: '1.2.3', critical: 'no', value: Uint8Array.of(5, 0) }],
      ['with a limit misspelt', { name: 'basicConstraints', value: { ca: true, pathLen: 0 } }],
      ['with a limit that is no number', { name: 'basicConstraints', value: { ca: true, pathLength: Number.NaN } }],
      ['of an authority by text', { name: 'basicConstraints', value: { ca: 'false' } }],
      ['with constraints misspelt', { name: 'nameConstraints', value: { permited: [] } }],
      ['with a use that there is not', { name: 'keyUsage', value: ['sign'] }],
    ])('refuses an extension %s', (_, extension) => {
      refuses(() => ca.issue('a.example', { extensions: [extension as never] }))
    })

    test.each<[string, unknown]>([
      ['of a kind that there is not', { type: 'host', value: 'b.example' }],
      ['misspelt', { type: 'dns', valu: 'b.example' }],
      ['an address as text', { type: 'ip', value: '10.0.0.1' }],
      ['an address of three bytes', { type: 'ip', value: new Uint8Array(3) }],
      ['in a list', ['b.example']],
    ])('refuses a name %s', (_, name) => {
      refuses(() => ca.issue('a.example', { names: [name as never] }))
    })
  })
})

test('what is no JWK, PEM or bag', () => {
  const code = (what: () => unknown) => {
    try {
      what()
      return 'taken'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect(code(() => publicKeyFromJwk({ kty: 'AKP', alg: 'constructor', pub: 'AA' }))).toBe('UNSUPPORTED')
  expect(code(() => publicKeyFromJwk({ kty: 'OKP', crv: 'toString', x: 'AA' }))).toBe('UNSUPPORTED')
  expect(code(() => publicKeyFromJwk(undefined as never))).toBe('INVALID_ARGUMENT')
  expect(code(() => encodePem('X\nY', Uint8Array.of(1)))).toBe('INVALID_ARGUMENT')
  expect(code(() => encodePem('X-----', Uint8Array.of(1)))).toBe('INVALID_ARGUMENT')
  expect(code(() => encodePem('X', Uint8Array.of(1), { a: 'b\n\nAAAA' }))).toBe('INVALID_ARGUMENT')
  expect(code(() => encodePem('X', 'AAAA' as never))).toBe('INVALID_ARGUMENT')
  expect(code(() => encodePkcs7({ certs: [] } as never))).toBe('INVALID_ARGUMENT')
})
