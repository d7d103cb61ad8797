import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import {
  createTimestampRequest,
  createTimestampSync,
  encodeTimestampRefusal,
  parseTimestampRequest,
  parseTimestampResponse,
  verifyTimestampSync,
} from '../src/cms.ts'
import { createAuthority, type ExtensionInput } from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()
const authority = createAuthority({ provider: nodeProvider, subject: 'Stamps' })
const stamping = (...purposes: string[]): ExtensionInput[] => [
  { name: 'extKeyUsage', critical: true, value: purposes.length > 0 ? purposes : ['1.3.6.1.5.5.7.3.8'] },
  { name: 'keyUsage', critical: true, value: ['digitalSignature'] },
]
const tsa = authority.issue('tsa.test', { extensions: stamping(), key: { type: 'rsa', bits: 2048 } })
const anchors = [authority.certificate]
const content = new TextEncoder().encode('What was there')
const policy = '1.2.3.4.1'
openssl.write('ca.pem', authority.cert)
openssl.write('tsa.pem', tsa.cert)
openssl.write('tsa.key', tsa.key)
openssl.write('content', content)
openssl.write('serial', '01')
openssl.write(
  'ts.cnf',
  `[tsa]
default_tsa=t
[t]
serial=serial
signer_cert=tsa.pem
signer_key=tsa.key
signer_digest=sha256
default_policy=${policy}
digests=sha256,sha512
accuracy=secs:1, millisecs:500
ess_cert_id_alg=sha256
`,
)
const issuer = { certificate: tsa.certificate, signer: tsa.privateKey!, policy }
const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

describe.each([
  ['node', nodeProvider],
  ['portable', portableProvider],
] as const)('time stamps (%s)', (_name, provider) => {
  const request = createTimestampRequest({ content, provider }) as Uint8Array

  test('ours, read by openssl', () => {
    openssl.write('request', request)
    openssl.write('response', createTimestampSync({ ...issuer, provider, request, accuracy: 1500 }))
    expect(openssl.run('ts -verify -queryfile request -in response -CAfile ca.pem')).toContain('Verification: OK')
    expect(openssl.run('ts -verify -data content -in response -CAfile ca.pem')).toContain('Verification: OK')
    expect(openssl.run('ts -reply -in response -text')).toMatch(/Accuracy: 0x01 seconds, 0x01F4 millis/)
  })

  test("openssl's, read by us", () => {
    openssl.run('ts -query -data content -sha512 -cert -out request2')
    openssl.run('ts -reply -config ts.cnf -queryfile request2 -out response2')
    const given = { request: openssl.read('request2'), response: openssl.read('response2') }
    const verdict = verifyTimestampSync({ ...given, content, anchors, provider })
    expect(verdict).toMatchObject({ ok: true, reason: '', info: { policy, accuracy: 1500 } })
    expect(Math.abs(verdict.time! - Date.now())).toBeLessThan(3_600_000)
  })

  test('a request says what it asks for', () => {
    const read = parseTimestampRequest(
      createTimestampRequest({
        content,
        provider,
        hash: 'sha384',
        policy,
        nonce: false,
        certificates: false,
      }) as Uint8Array,
    )
    expect(read).toMatchObject({ imprint: { hash: 'sha384' }, policy, nonce: undefined, certificates: false })
  })

  test('what a stamp does not prove is refused', () => {
    const response = createTimestampSync({ ...issuer, provider, request })
    const verify = (more: object) =>
      verifyTimestampSync({ response, content, request, anchors, provider, ...more }).code
    expect(verify({})).toBe('OK')
    expect(verify({ content: flipped(content, 3) })).toBe('WRONG_IMPRINT')
    const another = createTimestampRequest({ content, provider }) as Uint8Array
    expect(verify({ request: another })).toBe('WRONG_NONCE')
    expect(verify({ policy: '1.2.3' })).toBe('WRONG_POLICY')
    expect(verify({ anchors: [createAuthority({ provider }).certificate] })).not.toBe('OK')
    expect(verify({ response: encodeTimestampRefusal('badAlg', 'no') })).toBe('REFUSED')
    expect(verify({ response: undefined, token: parseTimestampResponse(response).token })).toBe('OK')
    expect(() => verify({ response: undefined })).toThrow('one of `response` and `token`')
    expect(() => verify({ content: undefined, request: undefined })).toThrow('what is stamped')
    for (const fixed of [{ purpose: 'any' }, { contentType: 'any' }, { message: content }])
      expect(() => verify(fixed)).toThrow('is no option here: a time stamp says what it is')
    const all = { response, content, request, anchors, provider }
    for (const lost of [{ policy: '1.2.3' }, { crls: [] }])
      expect(() => verifyTimestampSync(Object.assign(Object.create(lost), all))).toThrow('not of their prototype')
    expect(() => verify({ contnet: content })).toThrow('"contnet" is no option here')
  })

  test('no byte of a stamp can be another', () => {
    const response = createTimestampSync({ ...issuer, provider, request })
    for (let at = 0; at < response.length; at += provider === nodeProvider ? 1 : 37) {
      const verdict = verifyTimestampSync({ response: flipped(response, at), content, request, anchors, provider })
      // What nobody signed may change: the status' own number of 0 or 1, and how the message names the signer's digest.
      if (verdict.ok) expect(verdict.info).toMatchObject({ policy })
    }
  })

  test('an authority answers no to what it does not do, and stamps with a certificate for stamping alone', () => {
    const answer = (request: Uint8Array) =>
      parseTimestampResponse(createTimestampSync({ ...issuer, provider, request }))
    const other = createTimestampRequest({ content, provider, policy: '1.2.3' }) as Uint8Array
    expect(answer(other)).toMatchObject({ status: 2, failure: 'unacceptedPolicy', token: undefined })
    expect(answer(Uint8Array.of(1, 2, 3))).toMatchObject({ status: 2, failure: 'badDataFormat' })
    openssl.run('ts -query -data content -sha1 -out weak')
    expect(answer(openssl.read('weak'))).toMatchObject({ status: 2, failure: 'badAlg' })
    for (const extensions of [undefined, stamping('1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.1')]) {
      const unfit = authority.issue('unfit.test', { extensions })
      const given = { ...issuer, certificate: unfit.certificate, signer: unfit.privateKey! }
      expect(() => createTimestampSync({ ...given, provider, request })).toThrow('is not for timeStamping alone')
    }
  })
})
