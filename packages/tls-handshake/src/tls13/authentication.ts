import { Alert, answered, bytes, localError, peerError, TlsError } from '@x/tls-record'
import { EMPTY, equalBytes } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import type {
  CertificateCompression,
  Credential,
  PeerCertificate,
  PeerVerdict,
  PeerVerification,
  TlsConfig,
} from '../config.ts'
import { allows } from '../handshake/allowed.ts'
import type { HandshakeContext } from '../handshake/context.ts'
import { readCertificates } from '../handshake/peer-certificates.ts'
import { type PeerKey, shownChain } from '../handshake/raw-public-key.ts'
import { answer, type Flow } from '../handshake/step.ts'
import {
  type Certificate13,
  decodeCertificate13,
  decodeCompressedCertificate,
  encodeCertificate13,
  encodeCompressedCertificate,
  writeCertificate13,
} from '../messages/certificate.ts'
import {
  certificateVerifyContent,
  decodeCertificateVerify,
  encodeCertificateVerify,
} from '../messages/certificate-verify.ts'
import { encodeFinished } from '../messages/finished.ts'
import { type HandshakeMessage, HandshakeType } from '../messages/handshake-message.ts'
import {
  type SignatureScheme,
  schemeFitsKey13,
  signatureScheme,
  signatureSchemeName,
} from '../registry/signature-schemes.ts'
import { finishedMac } from './key-schedule.ts'
import type { Transcript } from './transcript.ts'

type Context = HandshakeContext<TlsConfig>

const NO_TYPES: ReadonlySet<number> = /* @__PURE__ */ new Set()

// --- The peer's Authentication messages (RFC 9846 §4.5)

/**
 * Reads a Certificate or CompressedCertificate.
 *
 * @param offered extensions its entries may hold
 * @param decompress where a compressed one was offered
 */
export function readCertificate13(
  hs: Context,
  message: HandshakeMessage,
  context: Uint8Array,
  offered: ReadonlySet<number>,
  decompress?: typeof decompressCertificate,
): Certificate13 {
  const body = message.type === HandshakeType.compressed_certificate ? decompress!(hs, message.body) : message.body
  // RFC 7250 has no extensions of a key.
  const certificate = decodeCertificate13(body, hs.rawPeer ? NO_TYPES : offered)
  if (!equalBytes(certificate.context, context)) {
    throw peerError('decode_error', 'INVALID_CONTEXT', 'certificate_request_context is not the one of the request')
  }
  return certificate
}

/** The Certificate in a CompressedCertificate (RFC 8879 §4 #2, #3, #7, RFC 8879 §5 #1, #2, #4, #5). */
export function decompressCertificate(hs: Context, body: Uint8Array): Uint8Array {
  const { algorithm, uncompressedLength, compressed } = decodeCompressedCertificate(body)
  const known = hs.config.certificateCompression?.find(({ id, decompress }) => id === algorithm && decompress)
  if (known?.decompress === undefined) {
    throw peerError(
      'illegal_parameter',
      'UNKNOWN_CERT_COMPRESSION_ALG',
      `compression algorithm ${algorithm} was not offered`,
    )
  }
  const limit = hs.config.limits?.certificateMessage ?? 102400
  if (uncompressedLength > limit) {
    throw peerError(
      'bad_certificate',
      'UNCOMPRESSED_CERT_TOO_LARGE',
      `a Certificate of ${uncompressedLength} bytes, more than ${limit}`,
    )
  }
  let plain: Uint8Array
  try {
    plain = answered('decompress', bytes(), known.decompress(compressed, uncompressedLength))
  } catch (cause) {
    throw peerError('bad_certificate', 'CERT_DECOMPRESSION_FAILED', 'the Certificate cannot be decompressed', cause)
  }
  if (plain.length !== uncompressedLength) {
    throw peerError(
      'bad_certificate',
      'CERT_DECOMPRESSION_FAILED',
      `the Certificate has ${plain.length} bytes, not ${uncompressedLength} as announced`,
    )
  }
  return plain
}

/** Has the certificates read, the leaf first (RFC 9846 §4.5.1 #9, #12; RFC 9846 §4.5.1.2 #1: X.509 alone). @returns the leaf, which is what TLS asks of it */
export function readChain13(config: TlsConfig, chain: readonly Uint8Array[]): PeerCertificate {
  const leaf = readCertificates(config, chain)
  // RFC 9846 §4.5.1.2 #3: digitalSignature must be set if keyUsage is there.
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.digitalSignature) {
    throw peerError('illegal_parameter', 'KEY_USAGE_BIT_INCORRECT', 'keyUsage does not allow digitalSignature')
  }
  return leaf
}

/**
 * CertificateVerify (RFC 9846 §4.5.2).
 *
 * @param transcriptHash up to the Certificate
 * @param accepted the schemes we advertised
 * @returns the scheme
 */
export function* readCertificateVerify(
  message: HandshakeMessage,
  signer: 'client' | 'server',
  transcriptHash: Uint8Array,
  leaf: PeerKey,
  accepted: readonly number[],
): Flow<number> {
  const { scheme: id, signature } = decodeCertificateVerify(message)
  const scheme = signatureScheme(id)
  // RFC 9846 §4.5.2 #4, #5, #6, #7, RFC 9846 §4.3.3 #20: one of those offered, allowed in CertificateVerify, and of the key's type.
  if (scheme === undefined || !accepted.includes(id) || !schemeFitsKey13(scheme, leaf.publicKey, signer)) {
    throw peerError(
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
      `signed by ${signatureSchemeName(id)}, which was not offered or does not fit a key of type ${leaf.publicKey.type}`,
    )
  }
  const content = certificateVerifyContent(signer, transcriptHash)
  const valid = yield* answer('verifySignature', () => leaf.publicKey.verify(scheme.algorithm, content, signature))
  // RFC 9846 §4.5.2 #8, #9: decrypt_error.
  if (valid !== true) {
    throw peerError('decrypt_error', 'BAD_SIGNATURE', `the ${signatureSchemeName(id)} signature is not valid`)
  }
  return id
}

/**
 * RFC 6066 §8 #9: with what was stapled. Asks whether the peer is who it should be. Without anyone to ask, nobody is. Only `ok: true` is yes; a no ends the
 * handshake, by RFC 9846 §4.5.1.2 #12 with an alert that fits (RFC 9846 C.5 #1), unless the configuration goes on with unverified peers by name.
 */
export function* verifyPeer(hs: Context, peer: PeerVerification): Flow<PeerVerdict> {
  const { verifyPeer: ask } = hs.config
  if (ask === undefined) {
    throw new TlsError('CERTIFICATE_VERIFY_FAILED', 'no verifyPeer is configured, so no peer can be trusted', {
      alert: Alert.internal_error,
      blame: 'config',
    })
  }
  const verdict = verdictOf(yield* answer('verifyPeer', () => ask(peer)))
  // Of a raw public key there is nothing to look at later: whose it is only who has been asked knows.
  if (verdict.ok || (!peer.rawPublicKey && goesOn(hs.config, verdict))) return verdict
  const { alert, reason } = verdict
  throw new TlsError(reason ?? 'CERTIFICATE_VERIFY_FAILED', 'the peer is not trusted', {
    alert: alert ?? Alert.bad_certificate,
    blame: 'peer',
  })
}

/** What a hook has answered, as a value that stays as it is. */
export function verdictOf(answered: unknown): PeerVerdict {
  if (typeof answered !== 'object' || answered === null || Array.isArray(answered)) return NO
  // Its own, and not what someone has put on Object.prototype.
  const { ok, alert, reason, result } = { __proto__: null, ...answered } as Partial<Record<keyof PeerVerdict, unknown>>
  if (ok !== true && ok !== false) return NO
  return Object.freeze({
    ok,
    ...(typeof alert === 'number' && { alert }),
    ...(typeof reason === 'string' && { reason }),
    ...(result !== undefined && { result }),
  })
}

/** The answer to what was no verdict: with an alert, it never goes on. */
const NO: PeerVerdict = /* @__PURE__ */ Object.freeze({ ok: false, alert: Alert.bad_certificate })

const goesOn = (config: TlsConfig, { alert }: PeerVerdict) =>
  allows(config, 'allowUnverifiedPeer') && alert === undefined

/** The verify_data that a Finished must hold. */
export function finishedData(hs: Context, trafficSecret: Uint8Array, transcript: Transcript): Uint8Array {
  return finishedMac(hs.secrets.hash!, trafficSecret, transcript.digest())
}

// --- Ours

/** A message that goes out and into the transcript it belongs to. */
function sendIn(hs: Context, transcript: Transcript, message: Uint8Array): void {
  transcript.add(message)
  hs.wire.send(message)
}

/** A credential, the scheme it will sign by, and what was asked to be stapled. */
export interface Presentation {
  readonly credential: Credential
  readonly scheme: SignatureScheme
  readonly ocspResponse?: Uint8Array
  readonly sctList?: Uint8Array
  /** Compression algorithms that the peer understands. */
  readonly compression: readonly number[]
}

/** Certificate, compressed if both sides can, and CertificateVerify right behind it (RFC 9846 §4.5.2 #3, RFC 9846 §4.7.2 #3). */
export function* sendCredential(
  hs: Context,
  transcript: Transcript,
  signer: 'client' | 'server',
  presentation: Presentation,
  context: Uint8Array = EMPTY,
): Flow {
  const { credential, scheme, ocspResponse, sctList } = presentation
  const certificate = encodeChain(hs, { context, chain: shownChain(credential), ocspResponse, sctList }, presentation)
  transcript.add(certificate)
  const content = certificateVerifyContent(signer, transcript.digest())
  const signature = answered(
    'sign',
    bytes(1),
    yield* answer('sign', () => credential.signer.sign(scheme.algorithm, content)),
  )
  hs.facts.localSignatureScheme = scheme.id
  // Not before: post-handshake, the messages must follow each other without application data between them.
  hs.wire.send(certificate)
  sendIn(hs, transcript, encodeCertificateVerify({ scheme: scheme.id, signature }))
}

/** Certificate messages of credentials that go out as they are, by how they are compressed: connections are many. */
const encoded = /* @__PURE__ */ new WeakMap<Credential, Map<CertificateCompression | undefined, Uint8Array>>()

function encodeChain(hs: Context, certificate: Certificate13, { credential, compression }: Presentation): Uint8Array {
  const ours = hs.config.certificateCompression?.find(({ id, compress }) => compress && compression.includes(id))
  if (certificate.context.length > 0 || certificate.ocspResponse || certificate.sctList) {
    return encodeCertificate(certificate, ours)
  }
  let known = encoded.get(credential)
  if (known === undefined) encoded.set(credential, (known = new Map()))
  let message = known.get(ours)
  // In memory of its own.
  if (message === undefined) known.set(ours, (message = encodeCertificate(certificate, ours).slice()))
  return message
}

function encodeCertificate(certificate: Certificate13, ours: CertificateCompression | undefined): Uint8Array {
  if (ours?.compress === undefined) return encodeCertificate13(certificate)
  const writer = new Writer(4096)
  writeCertificate13(writer, certificate)
  const body = writer.finish()
  const compressed = answered('compress', bytes(), ours.compress(body))
  if (compressed.length === 0) throw localError('CERT_COMPRESSION_FAILED', 'the compressor returned nothing')
  return encodeCompressedCertificate({ algorithm: ours.id, uncompressedLength: body.length, compressed })
}

/** Finished. @returns its verify_data */
export function sendFinished(hs: Context, trafficSecret: Uint8Array, transcript: Transcript): Uint8Array {
  const verifyData = finishedData(hs, trafficSecret, transcript)
  sendIn(hs, transcript, encodeFinished(verifyData))
  return verifyData
}
