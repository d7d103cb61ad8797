import { Version } from '@x/tls-record'
import type { CipherSuite12 } from '../registry/cipher-suites12.ts'
import type { Session } from '../session.ts'
import type { ClientContext } from './client-context.ts'
import { MAX_TICKET_LIFETIME } from './resumption.ts'

/** The configured session, when it may be offered to a server of TLS up to 1.2. */
export function resumableSession12(hs: ClientContext, suites: readonly CipherSuite12[]): Session | undefined {
  const { session } = hs
  if (session === undefined || session.version === Version.TLS13 || session.side !== 'client') return undefined
  if (!hs.versions.includes(session.version) || !suites.some(({ id }) => id === session.cipherSuite)) return undefined
  if (session.ticket === undefined ? session.sessionId.length === 0 : hs.config.tickets === false) return undefined
  const age = hs.now() - session.createdAt
  if (age < 0 || age >= Math.min(session.lifetime, MAX_TICKET_LIFETIME) * 1000) return undefined
  return session.serverName === hs.config.serverName ? session : undefined
}
