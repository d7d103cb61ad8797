import { EMPTY, equalBytes } from '../codec/bytes.ts'
import { EARLY_DATA } from '../extensions/early-data.ts'
import type { EarlyDataReason } from '../handshake/facts.ts'
import { answer, type Flow } from '../handshake/step.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import { sameProtocol } from '../tls13/early-data.ts'
import type { SelectedPsk } from './select-psk.ts'
import type { ServerContext } from './server-context.ts'

/** How far a client's idea of its ticket's age may be from ours, seconds (RFC 9846 §8.3). */
const MAX_AGE_SKEW = 60

/**
 * How far the ages are apart, seconds: positive when the client thinks its ticket is older (RFC 9846 §4.3.11.1).
 * RFC 9846 §4.3.11 #1: of an external PSK it is not read.
 */
export function ticketAgeSkew(hs: ServerContext, selected: SelectedPsk): number | undefined {
  const { session } = selected.psk
  if (session === undefined) return undefined
  const clientAge = (selected.obfuscatedTicketAge - (session.ageAdd ?? 0)) >>> 0
  return Math.floor(clientAge / 1000) - Math.floor((hs.now() - session.createdAt) / 1000)
}

/** Whether early data is taken (RFC 9846 §4.3.10 #3, #4, #7, #8, RFC 9846 §8 #1, #3): a reason for every no. */
export function* judgeEarlyData(
  hs: ServerContext,
  hello: ClientHello,
  selected: SelectedPsk | undefined,
): Flow<EarlyDataReason> {
  const { config, facts, pending } = hs
  const { quic } = hs.wire
  if (!config.maxEarlyData || config.antiReplay === undefined) return 'disabled'
  if (!hello.extensions.has(EARLY_DATA)) return 'not_offered'
  const session = selected?.psk.session
  if (selected === undefined || session === undefined) return 'session_not_resumed'
  if (facts.helloRetried) return 'hello_retry_request'
  if (selected.index !== 0 || !session.maxEarlyData || (quic && session.maxEarlyData !== 0xffffffff))
    return 'unsupported_for_session'
  if (session.cipherSuite !== pending.cipherSuite) return 'cipher_mismatch'
  if (!sameProtocol(session.alpn, pending.alpnProtocol)) return 'alpn_mismatch'
  // RFC 9001 §4.6.3: what else the ticket was given under.
  if (quic && !equalBytes(session.applicationData ?? EMPTY, quic.earlyDataContext)) return 'quic_parameter_mismatch'
  if (Math.abs(facts.ticketAgeSkew ?? 0) > MAX_AGE_SKEW) return 'ticket_age_skew'
  const { antiReplay } = config
  // RFC 9846 §8.2 #1, #2: by the binder, which was checked; a no is a full handshake and no error.
  const fresh = yield* answer('antiReplay', () => antiReplay(selected.binder, session))
  // Only yes is yes.
  return fresh === true ? 'accepted' : 'replay'
}
