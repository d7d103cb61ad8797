/** Certificates and signatures of TLS 1.3: what RFC 9846 §4.3.3 and §4.5 ask of them beside what `signatures.test.ts` breaks. */
import { constants, createPrivateKey, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ClientConfig, Credential, ServerConfig } from '../../src/index.ts'
import { credential, der, parseCertificate, pem } from '../harness/credentials.ts'
import { addExtension, extensionBody, message, on } from '../harness/edit.ts'
import { client12, server12, USUAL } from '../harness/legacy.ts'
import { Ext, Message, Type } from '../harness/names.ts'
import { handshake, join } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client, server } from '../harness/victim.ts'

/** Messages of this type that one side writes. */
function written(type: number): { seen: Uint8Array[]; onMessage: ClientConfig['onMessage'] } {
  const seen: Uint8Array[] = []
  return {
    seen,
    onMessage: (direction, contentType, bytes) => {
      if (direction === 'write' && contentType === Type.handshake && bytes[0] === type) seen.push(bytes.slice())
    },
  }
}

/** The RSA key, signing with a salt of another length than the digest's. */
function salted(length: number): Credential {
  const key = createPrivateKey(pem('rsa', 'key'))
  const { chain, signer } = credential('rsa')
  return {
    chain,
    signatureSchemes: [0x0804],
    signer: {
      type: signer.type,
      bits: signer.bits,
      sign: (_algorithm, data) =>
        new Uint8Array(sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: length })),
    },
  }
}

/** A certificate of ours, read as if its key were of another algorithm. */
function keyedAs(type: 'rsa-pss'): (bytes: Uint8Array) => ReturnType<typeof parseCertificate> {
  return (bytes) => {
    const read = parseCertificate(bytes)
    const { publicKey } = read
    return {
      ...read,
      publicKey: { type, bits: publicKey.bits, verify: (...given) => publicKey.verify(...given) } as typeof publicKey,
    }
  }
}

describe('signature schemes', () => {
  rows([
    ['a salt as long as the digest', () => client(undefined, {}, { credentials: [salted(32)] })],
    ...([0, 20, 48] as const).map(
      (length) =>
        [
          `RFC 9846 §4.3.3 #7, #9: a salt of ${length} bytes with SHA-256`,
          () => client(undefined, {}, { credentials: [salted(length)] }),
          'decrypt_error',
          'BAD_SIGNATURE',
        ] as const,
    ),
    [
      'RFC 9846 §4.3.3 #1, #8: rsa_pss_rsae by a key that is for PSS alone',
      () => client(undefined, { parseCertificate: keyedAs('rsa-pss') }, { credentials: [credential('rsa')] }),
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
    ],
  ])

  test('RFC 9846 §4.3.3 #15: SHA-1 stands last, wherever the configuration has it', () => {
    const listed = (body: Uint8Array): number[] => {
      const schemes: number[] = []
      for (let at = 2; at < body.length; at += 2) schemes.push((body[at] << 8) | body[at + 1])
      return schemes
    }
    const schemes: number[][] = []
    const rewriteClientHello = (raw: Uint8Array): Uint8Array => {
      schemes.push(listed(extensionBody(raw, Ext.signature_algorithms)))
      return raw
    }
    handshake({ rewriteClientHello, signatureSchemes: [0x0203, 0x0403, 0x0201, 0x0804] })
    const request = written(Message.certificate_request)
    handshake({}, { requestCertificate: true, onMessage: request.onMessage, signatureSchemes: [0x0203, 0x0403] })
    schemes.push(listed(extensionBody(request.seen[0], Ext.signature_algorithms)))
    expect(schemes).toEqual([
      [0x0403, 0x0804, 0x0203, 0x0201],
      [0x0403, 0x0203],
    ])
  })

  test('RFC 9846 §4.3.3 #22, #23: TLS 1.2 takes PSS, and any curve on offer with any hash', () => {
    const of12 = (signed: Partial<ServerConfig>, suite: number) =>
      handshake(
        { ...client12(USUAL, 0x0303), cipherSuites: [suite] },
        { ...server12(USUAL, 0x0303), cipherSuites: [suite], ...signed },
      ).client.tls
    const pss = of12({ credentials: [{ ...credential('rsa'), signatureSchemes: [0x0804] }] }, 0xc02f)
    expect([pss.handshakeComplete, pss.peerSignatureScheme]).toEqual([true, 0x0804])
    for (const key of ['p256', 'p384', 'p521'] as const)
      for (const scheme of [0x0403, 0x0503, 0x0603]) {
        const tls = of12({ credentials: [{ ...credential(key), signatureSchemes: [scheme] }] }, 0xc02b)
        expect([key, tls.handshakeComplete, tls.peerSignatureScheme]).toEqual([key, true, scheme])
      }
  })

  test('RFC 9846 §4.5.1.2 #9: a chain that is signed by none of what was asked for is shown all the same', () => {
    const pair = handshake({ certificateSignatureSchemes: [0x0807] }, { credentials: [credential('p256')] })
    expect(pair.client.tls.peerCertificates).toEqual([der('p256')])
  })

  test('RFC 9846 §4.5.1.2 #2, RFC 9846 §4.5.2 #5: what is shown signs by a scheme that was asked for', () => {
    const credentials = [credential('p256'), credential('rsa')]
    for (const [scheme, shown] of [
      [0x0403, 'p256'],
      [0x0805, 'rsa'],
    ] as const) {
      const ofServer = handshake({ signatureSchemes: [scheme] }, { credentials })
      expect(ofServer.client.tls.peerCertificates).toEqual([der(shown)])
      const ofClient = handshake({ credentials }, { requestCertificate: true, signatureSchemes: [scheme] })
      expect(ofClient.server.tls.peerCertificates).toEqual([der(shown)])
      expect(ofClient.server.tls.peerSignatureScheme).toBe(scheme)
    }
    const none = handshake(
      { credentials: [credential('p256')] },
      { requestCertificate: true, signatureSchemes: [0x0805] },
    )
    expect([none.server.tls.handshakeComplete, none.server.tls.peerCertificates]).toEqual([true, []])
  })
})

describe('Certificate', () => {
  test('RFC 9846 §4.5.1 #5, #9, #12: an empty context, the leaf in front, and whatever else there is behind it', () => {
    const chain = [der('p256'), der('rsa'), der('ed25519'), der('rsa')]
    const sent = written(Message.certificate)
    const pair = handshake({}, { credentials: [{ ...credential('p256'), chain }], onMessage: sent.onMessage })
    expect(sent.seen[0][4]).toBe(0)
    expect(pair.client.tls.handshakeComplete).toBe(true)
    expect(pair.client.tls.peerCertificates).toEqual(chain)
  })

  rows([
    [
      'RFC 9846 §4.5.1 #9: another certificate in front of the leaf',
      () => client(undefined, {}, { credentials: [{ ...credential('p256'), chain: [der('p384'), der('p256')] }] }),
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
    ],
    [
      'RFC 9846 §4.5.1.2 #1: a certificate that is no X.509 at all',
      () => client(undefined, {}, { credentials: [{ ...credential('p256'), chain: [Uint8Array.of(0x30, 0)] }] }),
      'decode_error',
      'CANNOT_PARSE_LEAF_CERT',
    ],
    [
      'RFC 9846 §4.5.1.1 #1: a stapled answer that is no CertificateStatus',
      () =>
        client(
          on(Message.certificate, (raw) => addExtension(raw, Ext.status_request, Uint8Array.of(2, 0, 0, 1, 9))),
          { requestOcsp: true },
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'RFC 9846 §4.3.5 #4: oid_filters in a CertificateRequest are passed over',
      () =>
        server(
          undefined,
          { requestCertificate: true },
          { rewriteClientHello: (raw) => addExtension(raw, 48, new Uint8Array(0)) },
        ),
    ],
  ])

  test('RFC 9846 §4.5.1.1 #5: a client that is asked for an OCSP response sends a CertificateStatus', () => {
    const sent = written(Message.certificate)
    const scene = client(undefined, {
      onMessage: sent.onMessage,
      postHandshakeAuth: true,
      credentials: [{ ...credential('client'), ocspResponse: Uint8Array.of(7, 8, 9) }],
    })
    // A context of one byte; signature_algorithms, and status_request with nothing in it.
    const request = [1, 77, 0, 12, 0, 13, 0, 4, 0, 2, 4, 3, 0, Ext.status_request, 0, 0]
    afterwards(scene, (evil) =>
      evil.record(Type.handshake, message(Message.certificate_request, Uint8Array.from(request))),
    )
    // One extension, status_request: type ocsp, and the response with its length.
    expect([...sent.seen[0].subarray(-13)]).toEqual([0, 11, 0, Ext.status_request, 0, 7, 1, 0, 0, 3, 7, 8, 9])
  })

  test('RFC 9846 §4.5.1.1 #2, #3: status_request_v2 is passed over', () => {
    const sent = written(Message.encrypted_extensions)
    const body = Uint8Array.of(0, 7, 2, 0, 4, 0, 0, 0, 0)
    const pair = handshake({ rewriteClientHello: (raw) => addExtension(raw, 17, body) }, { onMessage: sent.onMessage })
    expect(pair.client.tls.handshakeComplete).toBe(true)
    expect(join(sent.seen).subarray(4)).not.toContain(17)
  })

  test('RFC 9846 §4.5.1 #14: OpenPGP keys are neither named nor taken', () => {
    const types = {
      clientCertificateTypes: ['x509', 'raw_public_key'],
      peerCertificateTypes: ['x509', 'raw_public_key'],
    } as const
    const lists: number[] = []
    handshake({
      ...types,
      parsePublicKey: (spki) => parseCertificate(spki).publicKey,
      clientCertificateTypes: [...types.clientCertificateTypes],
      peerCertificateTypes: [...types.peerCertificateTypes],
      rewriteClientHello: (raw) => {
        for (const type of [19, 20]) lists.push(...extensionBody(raw, type).subarray(1))
        return raw
      },
    })
    expect(lists.length).toBeGreaterThan(2)
    expect(lists).not.toContain(1)
  })

  test('RFC 9846 C.5 #1, RFC 9846 §4.5.1.2 #12: whom nobody can verify ends with an alert about certificates', () => {
    const asked = client(undefined, { verifyPeer: () => ({ ok: false }) })
    expect(asked.victim.event('error')?.error).toMatchObject({ alert: 42 })
    const nobody = client(undefined, { verifyPeer: undefined })
    expect(nobody.victim.tls.handshakeComplete).toBe(false)
  })
})
