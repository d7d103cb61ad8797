import { peerError } from '@x/tls-record'
import type { PeerCertificate, PeerVerdict } from '../config.ts'
import { certificateAuthorities } from '../extensions/certificate-authorities.ts'
import { compressCertificate } from '../extensions/compress-certificate.ts'
import { signatureAlgorithms, signatureAlgorithmsCert } from '../extensions/signature-algorithms.ts'
import { readRawPublicKey } from '../handshake/raw-public-key.ts'
import { type Flow, nextMessage } from '../handshake/step.ts'
import { encodeCertificateRequest13 } from '../messages/certificate-request.ts'
import { type HandshakeMessage, HandshakeType } from '../messages/handshake-message.ts'
import {
  decompressCertificate,
  readCertificate13,
  readCertificateVerify,
  readChain13,
  verifyPeer,
} from '../tls13/authentication.ts'
import type { Transcript } from '../tls13/transcript.ts'
import type { ServerContext } from './server-context.ts'

/** A client's certificate: how a server asks for it and reads it, in the handshake and after it (RFC 9846 §4.5.1.3, §4.7.2). */

/** CertificateRequest (RFC 9846 §4.4.2). @returns with it the extensions that a Certificate may answer */
export function certificateRequest(
  hs: ServerContext,
  context: Uint8Array,
): { message: Uint8Array; requested: ReadonlySet<number> } {
  const { config } = hs
  const compression = (config.certificateCompression ?? []).filter(({ decompress }) => decompress).map(({ id }) => id)
  return encodeCertificateRequest13(context, (extensions) => {
    extensions.add(signatureAlgorithms, hs.signatureSchemes)
    if (config.certificateSignatureSchemes) extensions.add(signatureAlgorithmsCert, config.certificateSignatureSchemes)
    if (config.certificateAuthorities?.length) extensions.add(certificateAuthorities, config.certificateAuthorities)
    if (compression.length > 0) extensions.add(compressCertificate, compression)
  })
}

/** CompressedCertificate, where we can read one. */
export function compressedCertificate(hs: ServerContext): number[] {
  return hs.config.certificateCompression?.length ? [HandshakeType.compressed_certificate] : []
}

/** Certificate, and CertificateVerify unless it was empty (RFC 9846 §4.5.1.3). Also post-handshake. */
export function* readClientAuthentication(
  hs: ServerContext,
  message: HandshakeMessage,
  context: Uint8Array,
  requested: ReadonlySet<number>,
  transcript: Transcript,
): Flow {
  const { config, pending } = hs
  const certificate = readCertificate13(hs, message, context, requested, decompressCertificate)
  transcript.add(message.raw)
  const { chain } = certificate
  if (chain.length === 0) {
    if (config.requireCertificate) {
      // RFC 9846 §4.5.1.3 #3.
      throw peerError('certificate_required', 'PEER_DID_NOT_RETURN_A_CERTIFICATE', 'the client sent no certificate')
    }
    hs.peerShows([])
    pending.verification = pending.signatureScheme = undefined
    return
  }
  const leaf = hs.rawPeer ? undefined : readChain13(config, chain)
  const key = leaf ?? readRawPublicKey(config, chain)
  const transcriptHash = transcript.digest()
  const verify = yield* nextMessage(HandshakeType.certificate_verify)
  pending.signatureScheme = yield* readCertificateVerify(verify, 'client', transcriptHash, key, hs.signatureSchemes)
  transcript.add(verify.raw)
  hs.peerShows(chain)
  pending.verification = yield* verifyClient(hs, leaf)
}

/** Asks whether the client is one to talk to, by what it has shown just now. */
export function* verifyClient(hs: ServerContext, leaf: PeerCertificate | undefined): Flow<PeerVerdict> {
  const { certificates, rawPublicKey } = hs.pending
  return yield* verifyPeer(hs, { side: 'server', chain: certificates!, leaf, rawPublicKey, resumed: false })
}
