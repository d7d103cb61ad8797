import { Alert, answered, bytes, TlsError } from '@x/tls-record'
import { readCredential } from '../checked-config.ts'
import type { Writer } from '../codec/writer.ts'
import type { CertificateRequestInfo, Credential, ProtocolVersion } from '../config.ts'
import { chooseFitting } from '../handshake/credential-choice.ts'
import { own } from '../handshake/own.ts'
import { typeOf } from '../handshake/raw-public-key.ts'
import { answer, type Flow } from '../handshake/step.ts'
import { type CertificateRequest12, certificateTypeOf } from '../messages/certificate-request12.ts'
import { encodeHandshake, HandshakeType } from '../messages/handshake-message.ts'
import { chooseSigning, type Signing } from '../tls12/signatures.ts'
import { issuerMatches } from '../tls13/credentials.ts'
import type { ClientContext, ClientParts } from './client-context.ts'

/** Certificates of a client of TLS up to 1.2. */
export const clientCertificates12: ClientParts = { certificates12: { select } }

/** RFC 5246 §7.4.6: a credential that fits the request, or an empty Certificate. */
function* select(
  hs: ClientContext,
  version: ProtocolVersion,
  request: CertificateRequest12,
  info: CertificateRequestInfo,
): Flow<{ readonly credential: Credential; prove(): Flow } | undefined> {
  const { config, facts } = hs
  const { onCertificateRequest } = config
  if (onCertificateRequest) yield* answer('selectCredential', () => onCertificateRequest(info))
  const select = config.selectClientCredential
  const selected = select ? yield* answer('selectCredential', () => select(info)) : undefined
  if (selected !== undefined && selected !== null) readCredential('selectClientCredential', selected)
  const candidates = select ? (selected ? [selected] : []) : (config.credentials ?? [])
  const accepted = request.signatureSchemes
  let reason = 'UNKNOWN_CERTIFICATE_TYPE'
  function* fitting() {
    for (const credential of candidates) {
      if (typeOf(credential) !== hs.shownType) continue
      if (own(credential, 'mustMatchIssuer') && !issuerMatches(config, credential, request.authorities)) {
        reason = 'NO_MATCHING_ISSUER'
        continue
      }
      const certificateType = certificateTypeOf(credential.signer)
      if (certificateType === undefined || !request.certificateTypes.includes(certificateType)) continue
      const signing = chooseSigning(config, credential, version, accepted)
      if (signing) yield { credential, signing }
      else reason = 'NO_SUITABLE_SIGNATURE_ALGORITHM'
    }
  }
  const choice = chooseFitting(config, fitting(), accepted ?? [], ({ signing }) => signing.scheme)
  if (choice) {
    const { credential, signing } = choice
    facts.credential = credential
    return { credential, prove: () => sendCertificateVerify(hs, credential, signing) }
  }
  if (config.requireFittingCredential && candidates.length > 0) {
    throw new TlsError(reason, 'no client certificate fits what the server asks for', {
      alert: Alert.handshake_failure,
      blame: 'config',
    })
  }
  return undefined
}

/** CertificateVerify (RFC 5246 §7.4.8): over all messages so far. */
function* sendCertificateVerify(hs: ClientContext, credential: Credential, signing: Signing): Flow {
  const content = hs.transcript.kept
  const signature = answered(
    'sign',
    bytes(1),
    yield* answer('sign', () => credential.signer.sign(signing.algorithm, content)),
  )
  hs.facts.localSignatureScheme = signing.scheme
  hs.send(
    encodeHandshake(
      HandshakeType.certificate_verify,
      (writer: Writer) => {
        if (signing.scheme !== undefined) writer.u16(signing.scheme)
        writer.vector16(signature)
      },
      signature.length + 16,
    ),
  )
}
