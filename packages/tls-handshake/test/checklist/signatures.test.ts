import { AlertError } from '@x/tls-record'
import { describe, expect, test } from 'vitest'
import { Alert } from '../../src/index.ts'
import { credential, der, parseCertificate } from '../harness/credentials.ts'
import { addExtension, on, patched, setExtension, u16, withBody } from '../harness/edit.ts'
import { Ext, Message } from '../harness/names.ts'
import { handshake } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { client, server } from '../harness/victim.ts'

const clientAuth = { requestCertificate: true } as const
const withCertificate = { credentials: [credential('client')] } as const
const rsa = { credentials: [credential('rsa')] } as const
const scheme = (id: number) => on(Message.certificate_verify, (raw) => patched(raw, 4, id >> 8, id & 255))

describe('signatures and certificates', () => {
  rows([
    [
      'RFC 9846 §4.5.2 #4: a scheme that we did not advertise',
      () => client(scheme(0x0503), { signatureSchemes: [0x0403] }),
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
    ],
    ['PKCS #1 v1.5', () => client(scheme(0x0401), {}, rsa), 'illegal_parameter', 'WRONG_SIGNATURE_TYPE'],
    ['RFC 9846 §4.5.2 #7: SHA-1', () => client(scheme(0x0203)), 'illegal_parameter', 'WRONG_SIGNATURE_TYPE'],
    [
      'RFC 9846 §4.5.2 #6: ECDSA with the wrong curve for its hash',
      () => client(scheme(0x0503)),
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
    ],
    [
      'RFC 9846 §4.3.3 #10: rsa_pss_pss with an rsaEncryption key',
      () => client(scheme(0x0809), {}, rsa),
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
    ],
    [
      'RFC 9846 §4.5.2 #8, #9: a wrong signature of the server',
      () => client(on(Message.certificate_verify, (raw) => patched(raw, -1, raw[raw.length - 1] ^ 1))),
      'decrypt_error',
      'BAD_SIGNATURE',
    ],
    [
      'RFC 9846 §4.5.2 #9: a malformed signature of the client',
      () =>
        server(
          on(Message.certificate_verify, (raw) => withBody(raw, new Uint8Array([...raw.slice(4, 6), 0, 1, 0]))),
          clientAuth,
          withCertificate,
        ),
      'decrypt_error',
      'BAD_SIGNATURE',
    ],
    [
      'an empty signature',
      () => client(on(Message.certificate_verify, (raw) => withBody(raw, new Uint8Array([...raw.slice(4, 6), 0, 0])))),
      'decrypt_error',
      'BAD_SIGNATURE',
    ],
    [
      'nothing to sign with that the client accepts',
      () => server(on(Message.client_hello, (raw) => setExtension(raw, Ext.signature_algorithms, u16(2, 0x0807)))),
      'handshake_failure',
      'NO_SUITABLE_SIGNATURE_ALGORITHM',
    ],
    [
      'RFC 9846 §4.5.1.2 #3: keyUsage without digitalSignature',
      () =>
        client(undefined, {
          parseCertificate: (bytes) => ({
            ...parseCertificate(bytes),
            keyUsage: { digitalSignature: false, keyEncipherment: true, keyAgreement: true },
          }),
        }),
      'illegal_parameter',
      'KEY_USAGE_BIT_INCORRECT',
    ],
    [
      'a certificate is required and none comes',
      () => server(undefined, { ...clientAuth, requireCertificate: true }),
      'certificate_required',
      'PEER_DID_NOT_RETURN_A_CERTIFICATE',
    ],
    [
      'RFC 9846 §4.5.1 #15, RFC 9846 §4.5.1.3 #1: the server’s list is empty',
      () => client(on(Message.certificate, (raw) => withBody(raw, new Uint8Array(4)))),
      'decode_error',
      'PEER_DID_NOT_RETURN_A_CERTIFICATE',
    ],
    [
      'a leaf that cannot be parsed',
      () => client(on(Message.certificate, (raw) => patched(raw, 12, 0xff))),
      'decode_error',
      'CANNOT_PARSE_LEAF_CERT',
    ],
    [
      'the verification hook refuses with its alert',
      () =>
        client(undefined, { verifyPeer: () => ({ ok: false, alert: Alert.certificate_unknown, reason: 'BECAUSE' }) }),
      'certificate_unknown',
      'BECAUSE',
    ],
    [
      'the verification hook throws an alert',
      () =>
        server(
          undefined,
          {
            ...clientAuth,
            verifyPeer: () => {
              throw new AlertError(Alert.access_denied)
            },
          },
          withCertificate,
        ),
      'access_denied',
      'CALLBACK_FAILED',
    ],
    [
      'the verification hook breaks',
      () =>
        client(undefined, {
          verifyPeer: () => {
            throw new Error('out of order')
          },
        }),
      'internal_error',
      'out of order',
    ],
    [
      'no credential of an authority that the server named',
      () =>
        client(
          undefined,
          { credentials: [{ ...credential('client'), mustMatchIssuer: true }], requireFittingCredential: true },
          { ...clientAuth, certificateAuthorities: [Uint8Array.of(0x30, 0)] },
        ),
      'handshake_failure',
      'NO_MATCHING_ISSUER',
    ],
    [
      'RFC 6066 §8 #9: the OCSP response is refused',
      () => client(undefined, { verifyPeer: () => ({ ok: false, alert: Alert.bad_certificate_status_response }) }),
      'bad_certificate_status_response',
      'CERTIFICATE_VERIFY_FAILED',
    ],
    [
      'RFC 8879 §4 #2: a compression algorithm that was not offered',
      () =>
        client(
          on(Message.certificate, (raw) => compressed(1, raw.length - 4, raw.subarray(4))),
          { certificateCompression: [copy(2)] },
        ),
      'illegal_parameter',
      'UNKNOWN_CERT_COMPRESSION_ALG',
    ],
    [
      'RFC 8879 §4 #3, RFC 8879 §5 #4: a compressed certificate of another length',
      () =>
        client(
          on(Message.certificate, (raw) => compressed(2, raw.length - 5, raw.subarray(4))),
          { certificateCompression: [copy(2)] },
        ),
      'bad_certificate',
      'CERT_DECOMPRESSION_FAILED',
    ],
    [
      'RFC 8879 §5 #5: a compressed certificate over the limit',
      () =>
        client(
          on(Message.certificate, (raw) => compressed(2, 200_000, raw.subarray(4))),
          { certificateCompression: [copy(2)] },
        ),
      'bad_certificate',
      'UNCOMPRESSED_CERT_TOO_LARGE',
    ],
    [
      'an algorithm twice in the list',
      () =>
        server(
          on(Message.client_hello, (raw) => addExtension(raw, Ext.compress_certificate, Uint8Array.of(4, 0, 1, 0, 1))),
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'an empty SCT list',
      () =>
        client(
          on(Message.certificate, (raw) => addExtension(raw, Ext.sct, u16(0))),
          { requestSct: true },
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'an empty SCT',
      () =>
        client(
          on(Message.certificate, (raw) => addExtension(raw, Ext.sct, u16(2, 0))),
          { requestSct: true },
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
  ])

  test('an RSA key too small for the hash takes another', () => {
    const { chain, signer } = credential('rsa')
    // EMSA-PSS with SHA-512 takes 130 bytes; a key of 1024 bits has 128.
    const small = { chain, signer: { ...signer, type: signer.type, bits: 1024, sign: signer.sign.bind(signer) } }
    const pair = handshake({ signatureSchemes: [0x0806, 0x0804] }, { credentials: [small] })
    expect(pair.client.tls.peerSignatureScheme).toBe(0x0804)
  })

  test('the first credential that fits is taken', () => {
    const credentials = [credential('ed25519'), credential('p384'), credential('p256')]
    const pair = handshake({ signatureSchemes: [0x0403, 0x0503] }, { credentials })
    expect(pair.server.tls.credential).toBe(credentials[1])
    expect(pair.client.tls.peerCertificates).toEqual([der('p384')])
  })

  describe('negotiated, the credential follows the scheme', () => {
    const credentials = [credential('rsa'), credential('p256')]
    const shown = (clients: number[], preferServerCiphers: boolean) => {
      const pair = handshake(
        { signatureSchemes: clients },
        { credentials, credentialChoice: 'negotiated', preferServerCiphers, signatureSchemes: [0x0403, 0x0804] },
      )
      const chosen = credentials.indexOf(pair.server.tls.credential as (typeof credentials)[number])
      return [['rsa', 'p256'][chosen], pair.server.tls.sharedSignatureSchemes]
    }

    test('of a server', () => {
      expect(shown([0x0804, 0x0403], true)).toEqual(['p256', [0x0403, 0x0804]])
      expect(shown([0x0804, 0x0403], false)).toEqual(['rsa', [0x0804, 0x0403]])
      expect(shown([0x0403, 0x0804], false)).toEqual(['p256', [0x0403, 0x0804]])
      expect(shown([0x0804], true)).toEqual(['rsa', [0x0804]])
    })

    test.each([0x0303, 0x0304] as const)('of a client of version %i: by the order of the server', (version) => {
      for (const [first, name] of [
        [[0x0403, 0x0804], 'p256'],
        [[0x0804, 0x0403], 'rsa'],
      ] as const) {
        const pair = handshake(
          { credentials, credentialChoice: 'negotiated', versions: [version] },
          { ...clientAuth, signatureSchemes: first, versions: [version] },
        )
        expect(pair.client.tls.credential).toBe(credentials[['rsa', 'p256'].indexOf(name)])
        expect(pair.client.tls.sharedSignatureSchemes).toEqual(first)
      }
    })

    test('below 1.3 the suite comes before the scheme', () => {
      const suites = [0xc02f, 0xc02b]
      for (const cipherSuites of [suites, suites.toReversed()]) {
        const pair = handshake(
          { versions: [0x0303] },
          { versions: [0x0303], credentials, credentialChoice: 'negotiated', cipherSuites },
        )
        expect(pair.client.tls.cipherSuite).toBe(cipherSuites[0])
      }
    })
  })

  test('RFC 9846 §4.3.4 #1, RFC 9846 §4.5.1.2 #4: by issuer', () => {
    const credentials = [
      { ...credential('p384'), mustMatchIssuer: true },
      { ...credential('client'), mustMatchIssuer: true },
    ]
    const { issuer } = parseCertificate(der('client'))
    const pair = handshake({ credentials }, { ...clientAuth, certificateAuthorities: [issuer] })
    expect(pair.client.tls.credential).toBe(credentials[1])
  })

  test('RFC 9846 §4.5.1 #8: stapling: OCSP and SCT, from the credential and by callback', () => {
    const sctList = Uint8Array.of(0, 4, 0, 2, 1, 2)
    const ocspResponse = Uint8Array.of(1, 2, 3)
    const stapled = { ...credential('p256'), sctList, ocspResponse }
    const asking = { requestOcsp: true, requestSct: true }
    const pair = handshake(asking, { credentials: [stapled] })
    expect(pair.client.tls.ocspResponse).toEqual(ocspResponse)
    expect(pair.client.tls.sctList).toEqual(sctList)
    const called = handshake(asking, { credentials: [stapled], ocspResponse: () => Uint8Array.of(9) })
    expect(called.client.tls.ocspResponse).toEqual(Uint8Array.of(9))
    expect(handshake({}, { credentials: [stapled] }).client.tls.ocspResponse).toBeUndefined()
  })

  test('RFC 8879 §5 #1, #2: certificate compression, both ways', () => {
    const algorithms = [copy(1), copy(2)]
    const pair = handshake(
      { certificateCompression: algorithms, ...withCertificate },
      { certificateCompression: [copy(2)], requestCertificate: true },
    )
    expect(pair.client.tls.peerCertificates).toEqual([der('p256')])
    expect(pair.server.tls.peerCertificates).toEqual([der('client')])
  })
})

/** "Compression" that changes every byte. */
function copy(id: number) {
  const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x55)
  return { id, compress: flip, decompress: flip }
}

function compressed(algorithm: number, length: number, body: Uint8Array): Uint8Array {
  const data = copy(2).compress(body)
  const inner = [...u16(algorithm), length >> 16, (length >> 8) & 255, length & 255, 0, ...u16(data.length), ...data]
  return withBody(Uint8Array.of(Message.compressed_certificate, 0, 0, 0), Uint8Array.from(inner))
}
