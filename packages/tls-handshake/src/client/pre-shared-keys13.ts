import { peerError, Version } from '@x/tls-record'
import { bindersLength, offeredPsks, PRE_SHARED_KEY, selectedPsk } from '../extensions/pre-shared-key.ts'
import { rememberedFacts } from '../handshake/remembered-facts.ts'
import { isSound, mayLend } from '../handshake/resumable.ts'
import type { Flow } from '../handshake/step.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import { decodeNewSessionTicket13 } from '../messages/new-session-ticket.ts'
import type { ServerHello } from '../messages/server-hello.ts'
import { type CipherSuite13, cipherSuite13 } from '../registry/cipher-suites.ts'
import type { Session } from '../session.ts'
import { KeySchedule, ticketPsk } from '../tls13/key-schedule.ts'
import { externalPsks, type Psk, pskBinder } from '../tls13/psk.ts'
import type { Client13, ClientContext, ClientParts } from './client-context.ts'
import type { PendingExtension } from './pending-extension.ts'
import { MAX_TICKET_LIFETIME } from './resumption.ts'

/** Tickets, resumption by them, and external PSKs (RFC 9846 §2.2). */
export const preSharedKeys: ClientParts = {
  preSharedKeys: { recall, offer, extension, bind, accept, resume, receiveTicket },
}

/** RFC 9846 §4.7.1, RFC 5246 §F.1.4: before a session of any version is offered, the server is verified by what it holds. */
function* recall(hs: ClientContext): Flow {
  const session = resumableSession(hs)?.session ?? hs.olderSession
  if (session === undefined) return
  const lent = isSound(session) ? yield* mayLend(hs, session, hs.config.serverName) : undefined
  if (lent) hs.lent = lent
  else hs.session = undefined
}

// --- In a ClientHello (RFC 9846 §4.3.11)

/** Bytes of a ticket that a hello has room for beside all else. */
const MAX_TICKET = 60000

/** The session's PSK, and the external ones. */
function offer(hs: ClientContext): Psk[] {
  const session = resumableSession(hs)
  return [
    ...(session ? [session] : []),
    ...(hs.config.psks ?? []).flatMap((psk) => externalPsks(hs.provider, psk, hs.hashes13)),
  ]
}

/** The configured session as a PSK, when it may be offered now. */
function resumableSession(hs: ClientContext): Psk | undefined {
  const { session } = hs
  if (session === undefined || hs.config.tickets === false || !hs.version13) return undefined
  if (session.version !== Version.TLS13 || session.side !== 'client' || session.ticket === undefined) return undefined
  if (session.ticket.length > MAX_TICKET) return undefined
  const suite = cipherSuite13(session.cipherSuite)
  // RFC 9846 §4.2.2 #13, RFC 9846 §4.7.1 #6: only with a suite of the same hash.
  if (suite === undefined || !hs.hashes13.includes(suite.hash)) return undefined
  // RFC 9846 §4.3.11 #4, RFC 9846 §4.3.11.1 #1, RFC 9846 §4.7.1 #7, #12: not older than its lifetime, and not under another name.
  const age = hs.now() - session.createdAt
  if (age < 0 || age >= Math.min(session.lifetime, MAX_TICKET_LIFETIME) * 1000) return undefined
  if (session.serverName !== hs.config.serverName) return undefined
  return { identity: session.ticket, secret: session.secret, hash: suite.hash, kind: 'res', session }
}

/** The identities, with zeros for the binders: they cover the rest of the message and are filled in last. */
function extension(hs: ClientContext): PendingExtension {
  const now = hs.now()
  return {
    type: PRE_SHARED_KEY.type,
    encode: (writer) =>
      offeredPsks.encode(writer, {
        identities: hs.psks.map(({ identity, session }) => ({
          identity,
          // RFC 9846 §4.3.11 #1: zero for an external one. RFC 9846 §4.3.11.1: milliseconds since the ticket came, plus ticket_age_add, modulo 2^32.
          obfuscatedTicketAge: session ? (Math.max(0, now - session.createdAt) + (session.ageAdd ?? 0)) % 2 ** 32 : 0,
        })),
        binders: emptyBinders(hs),
      }),
  }
}

function emptyBinders(hs: ClientContext): Uint8Array[] {
  return hs.psks.map(({ hash }) => new Uint8Array(hs.hash(hash).outputLength))
}

function bind(hs: ClientContext, hello: Uint8Array): void {
  const length = bindersLength(emptyBinders(hs))
  const truncated = hello.subarray(0, hello.length - length)
  let at = truncated.length + 2
  for (const psk of hs.psks) {
    const schedule = hs.earlyData?.psk === psk ? hs.earlyData.schedule : new KeySchedule(hs.hash(psk.hash), psk.secret)
    const binder = pskBinder(schedule, psk.kind, hs.transcript.digestWith(schedule.hash, truncated))
    if (schedule !== hs.earlyData?.schedule) schedule.destroy()
    hello.set(binder, at + 1)
    at += 1 + binder.length
  }
}

// --- The server's answer

/** pre_shared_key: the server's choice among ours (RFC 9846 §4.3.11 #11, #12). */
function accept(hs: ClientContext, hello: ServerHello, suite: CipherSuite13): Psk | undefined {
  const index = hello.extensions.get(selectedPsk)
  if (index === undefined) {
    if (hs.requiresPsk) {
      throw peerError(
        'missing_extension',
        'BAD_PSK',
        'the server took none of our PSKs, and no certificate can be verified',
      )
    }
    return undefined
  }
  // `admit` has refused it when none was offered; after a HelloRetryRequest there may be none left.
  const psk = hs.psks[index]
  if (psk === undefined) {
    throw peerError(
      'illegal_parameter',
      'BAD_PSK_IDENTITY',
      `selected_identity ${index} of ${hs.psks.length} that were offered`,
    )
  }
  if (psk.hash !== suite.hash) {
    throw peerError('illegal_parameter', 'CIPHERSUITE_DIGEST_HAS_CHANGED', "the suite's hash is not that of the PSK")
  }
  return psk
}

/** With a PSK the server has proved to be who it was. */
function resume(client: Client13): void {
  const { hs, psk } = client
  const { facts, pending } = hs
  const session = psk?.session
  if (session === undefined) return
  pending.certificates = session.peerCertificates
  pending.rawPublicKey = session.peerRawPublicKey
  pending.pskIdentity = session.pskIdentity
  pending.ocspResponse = session.ocspResponse
  pending.sctList = session.sctList
  pending.signatureScheme = session.peerSignatureScheme
  facts.session = session
  pending.verification = hs.lent.verification
}

// --- Tickets

/** Tickets that are given to the application, at most; more are read and dropped. */
const MAX_TICKETS = 8

/** NewSessionTicket (RFC 9846 §4.7.1). */
function receiveTicket(client: Client13, message: HandshakeMessage, resumptionSecret: Uint8Array, count: number): void {
  const { hs, suite, psk } = client
  const { config, facts } = hs
  const ticket = decodeNewSessionTicket13(message)
  // RFC 9846 §4.7.1: a lifetime of zero means discard at once; without resumption tickets are ignored.
  if (ticket.lifetime === 0 || config.tickets === false || count > MAX_TICKETS) return
  const now = hs.now()
  const authenticatedAt = psk?.session?.authenticatedAt ?? now
  const session: Session = {
    side: 'client',
    version: Version.TLS13,
    cipherSuite: suite.id,
    secret: ticketPsk(client.cipher.hash, resumptionSecret, ticket.nonce),
    sessionId: new Uint8Array(0),
    extendedMasterSecret: true,
    ticket: ticket.ticket.slice(),
    lifetime: Math.min(ticket.lifetime, MAX_TICKET_LIFETIME),
    createdAt: now,
    authenticatedAt,
    ageAdd: ticket.ageAdd,
    maxEarlyData: ticket.maxEarlyData,
    ...rememberedFacts(hs.wire.peer!, config.serverName, config),
  }
  facts.session = session
  hs.wire.emit({ type: 'session', session })
}
