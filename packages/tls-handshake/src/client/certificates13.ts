import { Alert, configError, peerError, TlsError } from '@x/tls-record'
import { readCredential } from '../checked-config.ts'
import type { Credential } from '../config.ts'
import { compressCertificate } from '../extensions/compress-certificate.ts'
import { SIGNED_CERTIFICATE_TIMESTAMP } from '../extensions/signed-certificate-timestamp.ts'
import { STATUS_REQUEST } from '../extensions/status-request.ts'
import { own } from '../handshake/own.ts'
import { typeOf } from '../handshake/raw-public-key.ts'
import { answer, type Flow } from '../handshake/step.ts'
import type { CertificateRequest13 } from '../messages/certificate-request.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import { sendCredential, sendFinished } from '../tls13/authentication.ts'
import { checkCredentials, chooseCredential13 } from '../tls13/credentials.ts'
import type { Transcript } from '../tls13/transcript.ts'
import type { Client13, ClientParts } from './client-context.ts'
import { readCertificateRequest, sendNoCredential } from './client13.ts'

/** Certificates of a client of TLS 1.3, in the handshake and after it. */
export const clientCertificates13: ClientParts = { certificates: { check, send, answerRequests } }

function check(credentials: readonly Credential[] | undefined, { rawPublicKeys }: ClientParts): void {
  checkCredentials(credentials)
  if (!rawPublicKeys && credentials?.some((one) => typeOf(one) === 'raw_public_key')) {
    throw configError('MISSING_PART', 'a credential with rawPublicKey needs the part rawPublicKeys')
  }
}

/** Certificate and CertificateVerify, or an empty Certificate (RFC 9846 §4.5.1.2). */
function* send(client: Client13, request: CertificateRequest13, transcript: Transcript): Flow {
  const { hs } = client
  const { config, facts } = hs
  const info = facts.certificateRequest!
  const { onCertificateRequest } = config
  if (onCertificateRequest) yield* answer('selectCredential', () => onCertificateRequest(info))
  const select = config.selectClientCredential
  const selected = select ? yield* answer('selectCredential', () => select(info)) : undefined
  if (selected !== undefined && selected !== null) readCredential('selectClientCredential', selected)
  const candidates =
    selected === undefined && select === undefined ? (config.credentials ?? []) : selected ? [selected] : []
  const choice = chooseCredential13(config, candidates, info, 'client', [hs.shownType])
  if (choice.credential === undefined) {
    if (config.requireFittingCredential && candidates.length > 0) {
      throw new TlsError(choice.reason, 'no client certificate fits what the server asks for', {
        alert: Alert.handshake_failure,
        blame: 'config',
      })
    }
    sendNoCredential(hs, request, transcript)
    return
  }
  const { credential, scheme } = choice
  facts.credential = credential
  const { extensions } = request
  yield* sendCredential(
    hs,
    transcript,
    'client',
    {
      credential,
      scheme,
      ocspResponse: extensions.has(STATUS_REQUEST) ? own(credential, 'ocspResponse') : undefined,
      sctList: extensions.has(SIGNED_CERTIFICATE_TIMESTAMP) ? own(credential, 'sctList') : undefined,
      compression: extensions.get(compressCertificate) ?? [],
    },
    request.context,
  )
}

/** Post-handshake requests for a certificate that are answered: each may cost a signature. */
const MAX_REQUESTS = 32

function answerRequests(client: Client13): (message: HandshakeMessage) => Flow {
  const { hs } = client
  // Each post-handshake authentication covers the main handshake and itself, not the others.
  const mainTranscript = hs.transcript
  let requests = 0
  return function* (message) {
    if (++requests > MAX_REQUESTS) {
      throw peerError(
        'unexpected_message',
        'UNEXPECTED_MESSAGE',
        `more than ${MAX_REQUESTS} requests for a certificate`,
      )
    }
    // A request that crosses our close_notify cannot be answered any more.
    if (!hs.wire.closed) yield* answerCertificateRequest(client, message, mainTranscript.fork())
  }
}

/** Post-handshake authentication (RFC 9846 §4.7.2 #2, #3, #4): Certificate, CertificateVerify where it is not empty, Finished, all at once. */
function* answerCertificateRequest(client: Client13, message: HandshakeMessage, transcript: Transcript): Flow {
  const { hs } = client
  const request = readCertificateRequest(hs, message, true)
  if (request.context.length === 0) {
    throw peerError('decode_error', 'INVALID_CONTEXT', 'a post-handshake CertificateRequest without a context')
  }
  transcript.add(message.raw)
  yield* send(client, request, transcript)
  sendFinished(hs, hs.secrets.write!, transcript)
  hs.wire.emit({ type: 'postHandshakeAuth' })
}
