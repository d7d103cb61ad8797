import { cipherSuite13 } from '../registry/cipher-suites.ts'
import type { Psk } from '../tls13/psk.ts'
import type { ClientContext } from './client-context.ts'

/** Seven days, the longest a ticket may live (RFC 9846 §4.7.1). */
export const MAX_TICKET_LIFETIME = 604800

/** The configured session as a PSK, when it may be offered now. */
export function resumableSession(hs: ClientContext): Psk | undefined {
  const { session } = hs.config
  if (session === undefined || hs.config.tickets === false || !hs.version13) return undefined
  if (session.version !== 0x0304 || session.side !== 'client' || session.ticket === undefined) return undefined
  const suite = cipherSuite13(session.cipherSuite)
  // RFC 9846 §4.7.1: only with a suite of the same hash.
  if (suite === undefined || !hs.hashes13.includes(suite.hash)) return undefined
  // RFC 9846 §4.7.1: not older than its lifetime, and not under another name.
  const age = hs.now() - session.createdAt
  if (age < 0 || age >= Math.min(session.lifetime, MAX_TICKET_LIFETIME) * 1000) return undefined
  if (session.serverName !== hs.config.serverName) return undefined
  return { identity: session.ticket, secret: session.secret, hash: suite.hash, kind: 'res', session }
}
