import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import {
  type CmsSigner,
  CONTENT_TYPE,
  countersignCmsSync,
  parseSignedData,
  signCms,
  signCmsSync,
  type VerifyCmsOptions,
  verifyCms,
  verifyCmsSync,
} from '../src/cms.ts'
import * as der from '../src/der.ts'
import { createAuthority, createCrlSync, parsePrivateKey } from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()
const authority = createAuthority({ provider: nodeProvider, subject: 'Mail CA' })
openssl.write('ca.pem', authority.cert)
const content = new TextEncoder().encode('Content-Type: text/plain\r\n\r\nA message.\r\n')
openssl.write('content', content)

/** The kinds of key that a signer has. */
const kinds = [
  { type: 'rsa', bits: 2048 },
  { type: 'ec', curve: 'secp256r1' },
  { type: 'ec', curve: 'secp384r1' },
  { type: 'ec', curve: 'secp521r1' },
  { type: 'ed25519' },
] as const
const people = kinds.map((key) => {
  const name = `${key.type}${'bits' in key ? key.bits : 'curve' in key ? key.curve : ''}@a.test`
  const issued = authority.issue(name, { key, extKeyUsage: ['emailProtection'] })
  openssl.write(`${name}.pem`, issued.cert + issued.key)
  return { name, issued, certificate: issued.certificate, signer: issued.privateKey! }
})
const anchors = [authority.certificate]
/** OpenSSL 3.0 has no Ed25519 in CMS. */
const forOpenssl = people.filter(({ name }) => !name.startsWith('ed'))

describe.each([
  ['node', nodeProvider],
  ['portable', portableProvider],
] as const)('signed messages (%s)', (_name, provider) => {
  test.each(forOpenssl)('$name: ours, read by openssl and by us', ({ certificate, issued }) => {
    const signer = provider.importPrivateKey(parsePrivateKey(issued.key))
    for (const detached of [false, true]) {
      const message = signCmsSync({ content, provider, signers: [{ certificate, signer }], detached })
      openssl.write('signed', message)
      const out = openssl.run(`cms -verify -binary -inform DER -in signed -CAfile ca.pem -content content`)
      expect(out).toBe(new TextDecoder().decode(content))
      const verdict = verifyCmsSync({ message, provider, anchors, ...(detached && { content }) })
      expect(verdict).toMatchObject({ ok: true, reason: '' })
      expect(verdict.content).toEqual(detached ? undefined : content)
    }
  })

  test.each(forOpenssl)("$name: openssl's, read by us", ({ name }) => {
    for (const more of ['', ' -noattr', ' -keyid', ' -stream', ' -cades', ' -nocerts', ' -md sha512']) {
      openssl.run(`cms -sign -binary -in content -signer ${name}.pem -outform DER -out signed -nodetach${more}`)
      const verdict = verifyCmsSync({
        message: openssl.read('signed'),
        provider,
        anchors,
        ...(more === ' -nocerts' && { certificates: people.map(({ certificate }) => certificate) }),
      })
      expect(verdict, more).toMatchObject({ ok: true, code: 'OK' })
      expect(verdict.content).toEqual(content)
    }
  })

  test.each([
    ...people.map(({ certificate, issued }) => ({ certificate, key: parsePrivateKey(issued.key), how: {} })),
    ...(['sha1', 'sha256', 'sha512'] as const).map((hash) => ({
      certificate: people[0]!.certificate,
      key: parsePrivateKey(people[0]!.issued.key),
      how: { signatureAlgorithm: { name: 'rsa-pss', hash, mgfHash: hash, saltLength: 20 } as const },
    })),
  ])('both ways, $certificate.subject.attributes.0.value $how', ({ certificate, key, how }) => {
    const signer = provider.importPrivateKey(key)
    const message = signCmsSync({ content, provider, signers: [{ certificate, signer, ...how }] })
    const isWeak = (how as Partial<CmsSigner>).signatureAlgorithm !== undefined && JSON.stringify(how).includes('sha1')
    expect(verifyCmsSync({ message, provider, anchors }).code).toBe(isWeak ? 'WEAK_ALGORITHM' : 'OK')
    expect(verifyCmsSync({ message, provider, anchors, securityLevel: 0 }).code).toBe('OK')
  })

  test('ML-DSA', () => {
    if (!provider.supportsSignature({ name: 'ml-dsa-65' })) return
    const { certificate, privateKey } = authority.issue('q@a.test', { key: { type: 'ml-dsa-65' } })
    const signer = provider.importPrivateKey(privateKey!.data)
    const message = signCmsSync({ content, provider, signers: [{ certificate, signer }] })
    expect(verifyCmsSync({ message, provider, anchors, purpose: 'any' })).toMatchObject({ ok: true })
  })
})

const [rsa, ec] = people as [(typeof people)[number], (typeof people)[number]]
const provider = nodeProvider
const by = ({ certificate, signer }: typeof rsa, more: Partial<CmsSigner> = {}): CmsSigner => ({
  certificate,
  signer,
  ...more,
})
const sign = (signer: CmsSigner, more: object = {}) => signCmsSync({ content, provider, signers: [signer], ...more })
const verify = (message: VerifyCmsOptions['message'], more: Partial<VerifyCmsOptions> = {}) =>
  verifyCmsSync({ message, provider, anchors, ...more })
const code = (...given: Parameters<typeof verify>) => verify(...given).code

describe('what a signature does not say is refused', () => {
  test('another content, no content, and two of them', () => {
    const detached = sign(by(ec), { detached: true })
    expect(code(detached, { content })).toBe('OK')
    expect(code(detached, { content: content.subarray(1) })).toBe('DIGEST_MISMATCH')
    expect(code(detached)).toBe('NO_CONTENT')
    expect(code(sign(by(ec)), { content })).toBe('CONTENT_TWICE')
  })

  test('nobody, a stranger, a name, an expired and a revoked signer', () => {
    const nobody = createAuthority({ provider }).issue('n@a.test')
    expect(code(sign({ certificate: nobody.certificate, signer: nobody.privateKey! }))).toBe(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    )
    const message = sign(by(ec))
    expect(code(message, { name: { type: 'email', value: 'b@a.test' } })).not.toBe('OK')
    expect(code(message, { name: { type: 'email', value: ec.name } })).toBe('OK')
    expect(code(message, { time: ec.certificate.notAfter + 86_400_000 })).toBe('CERT_HAS_EXPIRED')
    const crl = (...revoked: (typeof ec)[]) =>
      createCrlSync({
        issuer: authority.certificate.subject,
        signer: authority.signer,
        revoked: revoked.map(({ certificate }) => ({ serialNumber: certificate.serialNumber })),
      })
    expect(code(message, { crls: [crl()] })).toBe('OK')
    expect(code(message, { crls: [crl(ec)] })).toBe('CERT_REVOKED')
    expect(code(sign(by(ec), { withoutCertificates: true }))).toBe('NO_SIGNER_CERTIFICATE')
    const bag = der.sequence(der.oid(CONTENT_TYPE.signedData), der.explicit(0, der.sequence(
      der.integer(1), der.set(), der.sequence(der.oid(CONTENT_TYPE.data), der.explicit(0, der.octetString(content))), der.set(),
    ))) // biome-ignore format: as it stands in the message
    expect(verify(bag)).toMatchObject({ ok: false, code: 'NO_SIGNER', content: undefined })
  })

  test('a certificate or a key for something else', () => {
    for (const [options, wanted] of [
      [{ extKeyUsage: ['serverAuth'] }, 'INVALID_PURPOSE'],
      [{ extensions: [{ name: 'keyUsage', value: ['keyAgreement'] }] }, 'INVALID_PURPOSE'],
      [{ extKeyUsage: ['emailProtection'] }, 'OK'],
    ] as const) {
      const { certificate, privateKey } = authority.issue('p@a.test', options as never)
      expect(code(sign({ certificate, signer: privateKey! }))).toBe(wanted)
    }
    expect(() => sign({ certificate: ec.certificate, signer: rsa.signer })).toThrow('the key is not that of CN=')
  })

  test('one of two signers that fails', () => {
    const stranger = createAuthority({ provider }).issue('s@a.test')
    const signers = [by(rsa), { certificate: stranger.certificate, signer: stranger.privateKey! }]
    const verdict = verify(signCmsSync({ content, provider, signers }))
    expect(verdict).toMatchObject({ ok: false, content: undefined })
    expect(verdict.signers.map(({ ok }) => ok).sort()).toEqual([false, true])
    expect(code(signCmsSync({ content, provider, signers: [by(rsa), by(ec)] }))).toBe('OK')
  })

  test('all signers together cost what one verification may', () => {
    const message = signCmsSync({ content, provider, signers: [by(rsa), by(ec), by(rsa), by(ec)] })
    // A signature of the message and one of the certificate, for each.
    const verdict = verify(message, { budget: { signatures: 5 } })
    expect(verdict).toMatchObject({ ok: false, code: 'UNSPECIFIED', content: undefined })
    expect(verdict.signers.map(({ ok }) => ok)).toEqual([true, true, false, false])
    expect(verdict.reason).toContain('the budget of signature checks was spent')
    expect(verify(message, { budget: { signatures: 8 } }).ok).toBe(true)
    expect(verify(message, { budget: { time: 0 } }).code).toBe('UNSPECIFIED')
  })

  test('a type that is another, and content that is somebody’s attributes', () => {
    const typed = sign(by(ec), { contentType: '1.2.3.4' })
    expect(code(typed)).toBe('WRONG_CONTENT_TYPE')
    expect(code(typed, { contentType: '1.2.3.4' })).toBe('OK')
    expect(code(typed, { contentType: 'any' })).toBe('OK')
    // What the signer signed is its attributes; given out as a content without attributes the signature would fit.
    const [signer] = parseSignedData(sign(by(ec))).signers
    const attributes = signer!.signedAttributesDer!
    const info = der.sequence(
      der.integer(1),
      der.sequence(ec.certificate.issuer.raw, der.rawInteger(ec.certificate.serialNumber)),
      signer!.digestAlgorithm.raw,
      signer!.signatureAlgorithm.raw,
      der.octetString(signer!.signature),
    )
    const confused = der.sequence(
      der.oid(CONTENT_TYPE.signedData),
      der.explicit(
        0,
        der.sequence(
          der.integer(1),
          der.setOf([signer!.digestAlgorithm.raw]),
          der.sequence(der.oid(CONTENT_TYPE.data), der.explicit(0, der.octetString(attributes))),
          der.element(0xa0, ec.certificate.raw),
          der.setOf([info]),
        ),
      ),
    )
    expect(verify(confused)).toMatchObject({ ok: false, code: 'WRONG_CONTENT_TYPE', content: undefined })
  })

  test('no bit of a message can be another without its showing', () => {
    const message = sign(by(ec))
    for (let at = 0; at < message.length * 8; at += 3) {
      const changed = message.slice()
      changed[at >> 3]! ^= 1 << (at & 7)
      const verdict = verify(changed)
      if (!verdict.ok) expect(verdict.content).toBeUndefined()
      // What is not signed may be another: versions, the order of lists, how the digests are announced.
      else expect(verdict.content).toEqual(content)
    }
  })

  test('what is no message is a verdict; what is no option is an error', () => {
    expect(code(new Uint8Array(0))).toBe('MALFORMED')
    expect(code('no PEM at all')).toBe('MALFORMED')
    expect(() => verify(sign(by(ec)), { contnet: content } as never)).toThrow('"contnet" is no option here')
    expect(() => verify(sign(by(ec)), { anchors: [] })).toThrow('a list that is not empty')
    expect(() => verify(sign(by(ec)), { name: undefined })).toThrow('name')
    expect(() => signCmsSync({ content, provider, signers: [] })).toThrow('a list that is not empty')
    expect(() => signCmsSync({ content, provider, signers: [{ ...by(ec), hsah: 'md5' } as never] })).toThrow('hash')
    expect(() => sign(by(ec, { attributes: [{ oid: '1.2.840.113549.1.9.3', values: [] }] }))).toThrow('written already')
  })
})

describe('ways of signing', () => {
  test('content in pieces, at once and later', async () => {
    const pieces = [content.subarray(0, 7), content.subarray(7)]
    async function* later() {
      for (const piece of pieces) yield piece
    }
    const message = sign(by(ec), { content: pieces })
    expect(code(message, { content })).toBe('OK')
    expect(await verifyCms({ message, provider, anchors, content: later() })).toMatchObject({ ok: true })
    const promised = await signCms({ content: later(), provider, signers: [by(ec)] })
    expect(code(promised, { content: pieces })).toBe('OK')
    expect(() => sign(by(ec), { content: pieces, detached: false })).toThrow('the message is detached')
    expect(() => sign(by(ec), { content: ['text'] })).toThrow('each must be a Uint8Array')
  })

  test('a signer far away', async () => {
    const signer = {
      ...ec.signer,
      sign: async (...given: Parameters<typeof ec.signer.sign>) => ec.signer.sign(...given),
    }
    const message = await signCms({ content, provider, signers: [by(ec, { signer })], format: 'pem' })
    expect(message).toMatch(/^-----BEGIN CMS-----/)
    expect(code(message)).toBe('OK')
    expect(() => sign(by(ec, { signer }))).toThrow('answered with a promise')
  })

  test('by key identifier, without and with another time of signing', () => {
    const time = Date.UTC(2026, 0, 1)
    const message = sign(by(ec, { identifiedBy: 'key', signingTime: time }))
    expect(verify(message).signers[0]).toMatchObject({ ok: true, signingTime: time, certificate: ec.certificate })
    expect(verify(sign(by(ec, { signingTime: false }))).signers[0]!.signingTime).toBeUndefined()
  })

  test('countersignatures, which openssl shows too', () => {
    const message = countersignCmsSync({ message: sign(by(ec)), provider, signer: by(rsa) })
    const verdict = verify(message)
    expect(verdict).toMatchObject({ ok: true })
    expect(verdict.signers[0]!.countersignatures).toMatchObject([{ ok: true, certificate: rsa.certificate }])
    openssl.write('countersigned', message)
    expect(openssl.run('cms -cmsout -print -noout -inform DER -in countersigned')).toContain('countersignature')
    // Over another signature it says nothing of this one.
    const { unsignedAttributes } = parseSignedData(message).signers[0]!
    const moved = verify(sign(by(ec, { unsignedAttributes })), { certificates: [rsa.certificate] })
    expect(moved).toMatchObject({ ok: true })
    expect(moved.signers[0]!.countersignatures).toMatchObject([{ ok: false, code: 'DIGEST_MISMATCH' }])
  })
})
