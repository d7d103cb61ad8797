/** One property per codec: what is written is read back, and no bytes make a decoder throw anything but a TlsError. */
import { TlsError } from '@x/tls-record'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reader } from '../src/codec/reader.ts'
import { Writer } from '../src/codec/writer.ts'
import { alpn } from '../src/extensions/alpn.ts'
import { certificateAuthorities } from '../src/extensions/certificate-authorities.ts'
import {
  clientCertificateType,
  clientCertificateTypes,
  serverCertificateType,
  serverCertificateTypes,
} from '../src/extensions/certificate-types.ts'
import { compressCertificate } from '../src/extensions/compress-certificate.ts'
import { cookie } from '../src/extensions/cookie.ts'
import { earlyData, maxEarlyDataSize } from '../src/extensions/early-data.ts'
import { ecPointFormats } from '../src/extensions/ec-point-formats.ts'
import { encryptThenMac } from '../src/extensions/encrypt-then-mac.ts'
import { clientEch } from '../src/extensions/encrypted-client-hello.ts'
import { extendedMainSecret } from '../src/extensions/extended-main-secret.ts'
import type { ExtensionForm } from '../src/extensions/extension.ts'
import { clientKeyShares, retryGroup, serverKeyShare } from '../src/extensions/key-share.ts'
import { maxFragmentLength } from '../src/extensions/max-fragment-length.ts'
import { npnAnswer, npnRequest } from '../src/extensions/next-protocol-negotiation.ts'
import { padding } from '../src/extensions/padding.ts'
import { postHandshakeAuth } from '../src/extensions/post-handshake-auth.ts'
import { bindersLength, offeredPsks, selectedPsk } from '../src/extensions/pre-shared-key.ts'
import { pskKeyExchangeModes } from '../src/extensions/psk-key-exchange-modes.ts'
import { quicTransportParameters } from '../src/extensions/quic-transport-parameters.ts'
import { recordSizeLimit } from '../src/extensions/record-size-limit.ts'
import { EXTENSIONS, ExtensionBlock } from '../src/extensions/registry.ts'
import { renegotiationInfo } from '../src/extensions/renegotiation-info.ts'
import { serverName, serverNameAnswer } from '../src/extensions/server-name.ts'
import { sessionTicket, sessionTicketAnswer } from '../src/extensions/session-ticket.ts'
import { signatureAlgorithms, signatureAlgorithmsCert } from '../src/extensions/signature-algorithms.ts'
import { sctList, sctRequest } from '../src/extensions/signed-certificate-timestamp.ts'
import { certificateStatus, statusRequest, statusRequestAnswer } from '../src/extensions/status-request.ts'
import { supportedGroups } from '../src/extensions/supported-groups.ts'
import { selectedVersion, supportedVersions } from '../src/extensions/supported-versions.ts'
import { tlsFlags } from '../src/extensions/tls-flags.ts'
import { MessageBuffer } from '../src/handshake/message-buffer.ts'
import { decodeSession, encodeSession, type Session } from '../src/index.ts'
import {
  decodeCertificate13,
  decodeCompressedCertificate,
  encodeCertificate13,
  encodeCompressedCertificate,
} from '../src/messages/certificate.ts'
import { decodeCertificateRequest13 } from '../src/messages/certificate-request.ts'
import { decodeCertificateVerify, encodeCertificateVerify } from '../src/messages/certificate-verify.ts'
import { decodeClientHello } from '../src/messages/client-hello.ts'
import { decodeEncryptedExtensions } from '../src/messages/encrypted-extensions.ts'
import type { HandshakeMessage } from '../src/messages/handshake-message.ts'
import { decodeKeyUpdate, encodeKeyUpdate } from '../src/messages/key-update.ts'
import { decodeNewSessionTicket13, encodeNewSessionTicket13 } from '../src/messages/new-session-ticket.ts'
import { decodeServerHello, encodeServerHello } from '../src/messages/server-hello.ts'
import { nameOf } from './harness/credentials.ts'

const u8 = fc.integer({ min: 0, max: 0xff })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const opaque = (minLength: number, maxLength = 60) => fc.uint8Array({ minLength, maxLength })
const some = <T>(value: fc.Arbitrary<T>, minLength = 1) => fc.array(value, { minLength, maxLength: 6 })
const share = fc.record({ group: u16, keyExchange: opaque(1) })

/** A form with values of its own. */
interface Case {
  readonly name: string
  readonly form: ExtensionForm<unknown>
  readonly values: fc.Arbitrary<unknown>
}
const of = <T>(name: string, form: ExtensionForm<T>, values: fc.Arbitrary<T>): Case => ({
  name: `${form.extension.name}: ${name}`,
  form: form as ExtensionForm<unknown>,
  values,
})
const present = fc.constant(true as const)

const cases: Case[] = [
  of('request', serverName, fc.stringMatching(/^[a-z0-9.-]{1,60}$/)),
  of('answer', serverNameAnswer, present),
  of(
    'request',
    clientEch,
    fc.oneof(
      fc.constant('inner' as const),
      fc.record({
        suite: fc.record({ kdf: u16, aead: u16 }),
        configId: u8,
        enc: opaque(0, 40),
        payload: opaque(1, 60),
      }),
    ),
  ),
  of('both', quicTransportParameters, opaque(0, 40)),
  ...[clientCertificateTypes, serverCertificateTypes].map((form) =>
    of(
      'list',
      form,
      some(u8).filter((types) => types.some((type) => type !== 0)),
    ),
  ),
  ...[clientCertificateType, serverCertificateType].map((form) => of('choice', form, u8)),
  of('both', maxFragmentLength, fc.constantFrom(512, 1024, 2048, 4096)),
  of('request', statusRequest, fc.constant(true)),
  of('answer below 1.3', statusRequestAnswer, present),
  of('in a Certificate', certificateStatus, opaque(1)),
  of('list', supportedGroups, some(u16)),
  of('list', ecPointFormats, some(u8)),
  of('list', signatureAlgorithms, some(u16)),
  of('list', signatureAlgorithmsCert, some(u16)),
  of('list', alpn, some(opaque(1, 20))),
  of('request', sctRequest, present),
  of(
    'list',
    sctList,
    some(opaque(1, 20)).map((scts) => {
      const writer = new Writer()
      writer.within16(() => {
        for (const sct of scts) writer.vector16(sct)
      })
      return writer.finish()
    }),
  ),
  of('zeros', padding, fc.integer({ min: 0, max: 100 })),
  of('both', encryptThenMac, present),
  of('both', extendedMainSecret, present),
  of('list', compressCertificate, fc.uniqueArray(u16, { minLength: 1, maxLength: 5 })),
  of('both', recordSizeLimit, fc.integer({ min: 64, max: 0xffff })),
  of('request', sessionTicket, opaque(0)),
  of('answer', sessionTicketAnswer, present),
  of(
    'offered',
    offeredPsks,
    fc.record({
      identities: some(fc.record({ identity: opaque(1), obfuscatedTicketAge: u32 })),
      binders: some(opaque(32, 48)),
    }),
  ),
  of('selected', selectedPsk, u16),
  of('empty', earlyData, present),
  of('in a ticket', maxEarlyDataSize, u32),
  of('list', supportedVersions, some(u16)),
  of('selected', selectedVersion, u16),
  of('both', cookie, opaque(1)),
  of('list', pskKeyExchangeModes, some(u8)),
  of('list', certificateAuthorities, some(opaque(0).map(nameOf))),
  of('empty', postHandshakeAuth, present),
  of('client', clientKeyShares, some(share, 0)),
  of('server', serverKeyShare, share),
  of('retry', retryGroup, u16),
  of(
    'flags',
    tlsFlags,
    fc.uniqueArray(fc.integer({ min: 0, max: 80 }), { minLength: 1 }).map((list) => list.sort((a, b) => a - b)),
  ),
  of('request', npnRequest, present),
  of('answer', npnAnswer, some(opaque(1, 20), 0)),
  of('both', renegotiationInfo, opaque(0)),
]

/** Runs a decoder; anything but a TlsError is a failure. */
function tolerates(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(TlsError)
  }
}

describe('extensions', () => {
  test('RFC 9846 §4.3 #1: every one that is registered has a case here, in which what is written is read to its end', () => {
    expect(new Set(cases.map(({ form }) => form.extension.type))).toEqual(new Set(EXTENSIONS.keys()))
  })

  test.each(cases.map((entry) => [entry.name, entry] as const))('%s', (_name, { form, values }) => {
    fc.assert(
      fc.property(values, (value) => {
        const writer = new Writer(1)
        form.encode(writer, value)
        const reader = new Reader(writer.finish(), form.extension.name)
        expect(form.decode(reader)).toEqual(value)
        reader.end()
      }),
    )
    fc.assert(fc.property(opaque(0, 100), (bytes) => tolerates(() => form.decode(new Reader(bytes, 'random')))))
  })

  test('the length of binders is what they take', () => {
    fc.assert(
      fc.property(some(opaque(32, 48)), (binders) => {
        const writer = new Writer()
        offeredPsks.encode(writer, { identities: [], binders })
        expect(bindersLength(binders)).toBe(writer.finish().length - 2)
      }),
    )
  })

  test('a block of anything', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(u16, opaque(0, 20)), { selector: ([type]) => type, maxLength: 5 }),
        (list) => {
          const writer = new Writer()
          writer.within16(() => {
            for (const [type, body] of list) writer.u16(type).vector16(body)
          })
          const block = ExtensionBlock.decode(new Reader(writer.finish(), 'block'))
          expect(block.types).toEqual(list.map(([type]) => type))
          expect(block.last).toBe(list.at(-1)?.[0])
          for (const [type, body] of list) expect(block.body(type)).toEqual(body)
        },
      ),
    )
  })
})

const asMessage = (raw: Uint8Array): HandshakeMessage => ({ type: raw[0], raw, body: raw.subarray(4) })

describe('messages', () => {
  test('ServerHello', () => {
    fc.assert(
      fc.property(opaque(32, 32), opaque(0, 32), u16, (random, sessionId, cipherSuite) => {
        const raw = encodeServerHello({ version: 0x0303, random, sessionId, cipherSuite }, (list) =>
          list.add(selectedVersion, 0x0304),
        )
        expect(decodeServerHello(asMessage(raw))).toMatchObject({
          random,
          sessionId,
          cipherSuite,
          legacyVersion: 0x0303,
        })
      }),
    )
  })

  test('Certificate', () => {
    const certificate = fc.record({
      context: opaque(0, 20),
      chain: some(opaque(1, 200)),
      ocspResponse: opaque(1),
      sctList: fc.constant(Uint8Array.of(0, 3, 0, 1, 9)),
    })
    fc.assert(
      fc.property(certificate, (value) => {
        expect(decodeCertificate13(encodeCertificate13(value).subarray(4), new Set([5, 18]))).toEqual(value)
      }),
    )
  })

  test('CompressedCertificate', () => {
    const value = fc.record({
      algorithm: u16,
      uncompressedLength: fc.integer({ min: 0, max: 0xffffff }),
      compressed: opaque(1),
    })
    fc.assert(
      fc.property(value, (compressed) => {
        expect(decodeCompressedCertificate(encodeCompressedCertificate(compressed).subarray(4))).toEqual(compressed)
      }),
    )
  })

  test('CertificateVerify', () => {
    fc.assert(
      fc.property(fc.record({ scheme: u16, signature: opaque(0, 100) }), (value) => {
        expect(decodeCertificateVerify(asMessage(encodeCertificateVerify(value)))).toEqual(value)
      }),
    )
  })

  test('NewSessionTicket', () => {
    const ticket = fc.record({
      lifetime: u32,
      ageAdd: u32,
      nonce: opaque(0, 20),
      ticket: opaque(1),
      maxEarlyData: fc.option(fc.integer({ min: 1, max: 0xffffffff }), { nil: undefined }),
    })
    fc.assert(
      fc.property(ticket, (value) => {
        expect(decodeNewSessionTicket13(asMessage(encodeNewSessionTicket13(value, 0x7a7a)))).toEqual(value)
      }),
    )
  })

  test('KeyUpdate', () => {
    for (const requested of [true, false])
      expect(decodeKeyUpdate(asMessage(encodeKeyUpdate(requested)))).toBe(requested)
  })

  test('no bytes at all crash a decoder', () => {
    const decoders: ((message: HandshakeMessage) => unknown)[] = [
      decodeClientHello,
      decodeServerHello,
      (message) => decodeEncryptedExtensions(message, new Set()),
      decodeCertificateRequest13,
      (message) => decodeCertificate13(message.body, new Set()),
      (message) => decodeCompressedCertificate(message.body),
      decodeCertificateVerify,
      decodeNewSessionTicket13,
      decodeKeyUpdate,
    ]
    fc.assert(
      fc.property(opaque(4, 200), (raw) => {
        for (const decode of decoders) tolerates(() => decode(asMessage(raw)))
      }),
      { numRuns: 500 },
    )
  })

  test('MessageBuffer gives the same messages however they are cut', () => {
    fc.assert(
      fc.property(some(opaque(0, 50), 0), some(fc.integer({ min: 1, max: 40 })), (bodies, cuts) => {
        const writer = new Writer()
        for (const body of bodies) writer.u8(1).vector24(body)
        const bytes = writer.finish()
        const buffer = new MessageBuffer()
        const found: Uint8Array[] = []
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const piece = bytes.slice(at, at + cuts[cut % cuts.length])
          at += piece.length
          buffer.push(piece)
          for (let message = buffer.next(); message; message = buffer.next()) found.push(message.body)
          buffer.keep()
          piece.fill(0xff)
        }
        expect(found).toEqual(bodies)
        expect(buffer.length).toBe(0)
      }),
    )
  })
})

test('sessions', () => {
  const bytes = fc.option(opaque(1), { nil: undefined })
  const number = fc.option(u32, { nil: undefined })
  const session: fc.Arbitrary<Session> = fc.record({
    side: fc.constantFrom('client' as const, 'server' as const),
    version: fc.constantFrom(0x0301, 0x0302, 0x0303, 0x0304),
    cipherSuite: u16,
    secret: opaque(1, 64),
    sessionId: opaque(0, 32),
    extendedMasterSecret: fc.boolean(),
    ticket: bytes,
    lifetime: u32,
    createdAt: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    authenticatedAt: number,
    ageAdd: number,
    maxEarlyData: number,
    alpn: bytes,
    serverName: fc.option(fc.stringMatching(/^[a-z.]{1,20}$/), { nil: undefined }),
    sessionIdContext: bytes,
    group: number,
    peerSignatureScheme: number,
    peerCertificates: some(opaque(1), 0),
    ocspResponse: bytes,
    sctList: bytes,
    verified: fc.option(fc.record({ ok: fc.boolean(), result: fc.option(fc.string(), { nil: undefined }) }), {
      nil: undefined,
    }),
    applicationData: bytes,
  }) as fc.Arbitrary<Session>
  fc.assert(fc.property(session, (value) => void expect(decodeSession(encodeSession(value))).toEqual(value)))
  fc.assert(fc.property(opaque(0, 200), (random) => tolerates(() => decodeSession(random))))
})
