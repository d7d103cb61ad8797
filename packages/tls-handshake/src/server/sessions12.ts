import { isPromiseLike } from '@x/crypto-primitives'
import { EMPTY } from '../codec/bytes.ts'
import { rememberedFacts } from '../handshake/remembered-facts.ts'
import { answer, type Flow } from '../handshake/step.ts'
import { encodeNewSessionTicket12 } from '../messages/session-messages12.ts'
import type { Session } from '../session.ts'
import { sealTicket } from '../sessions/ticket-protection.ts'
import type { Server12 } from './negotiate12.ts'
import type { ServerContext } from './server-context.ts'

/** Sessions of a server of TLS up to 1.2: kept under an id (RFC 5246 §7.3), or given out in a ticket (RFC 5077). */

function makeSession(server: Server12): Session {
  const { hs, version, suite, resumed } = server
  const { pending, config } = hs
  const now = hs.now()
  return {
    side: 'server',
    version,
    cipherSuite: suite.id,
    secret: server.state!.master.slice(),
    sessionId: server.sessionId,
    extendedMasterSecret: server.extendedMasterSecret,
    lifetime: hs.sessionLifetime,
    createdAt: resumed?.createdAt ?? now,
    authenticatedAt: resumed?.authenticatedAt ?? now,
    sessionIdContext: config.sessionIdContext,
    ...rememberedFacts(pending, hs.hello.serverName, config),
  }
}

/** Stateful resumption: the session goes into the store under its id. A renegotiation's does not. */
export function* storeSession(server: Server12): Flow {
  const { hs, previous, sessionId } = server
  const { sessionStore } = hs.config
  if (!sessionStore || previous || sessionId.length === 0) return
  const session = makeSession(server)
  hs.facts.session = session
  yield* answer('storeSession', () => sessionStore.set(sessionId, session))
  hs.wire.emit({ type: 'sessionIssued', session })
}

/**
 * RFC 5246 §7.2 #1, RFC 5246 §7.2.2 #1, #2: the session of a connection that has failed is not good for another. Not before
 * the client's Finished: whoever has seen an id could end the session of another by it.
 */
export function forgetSession({ config, facts, wire }: ServerContext): void {
  const { session } = facts
  const { sessionStore } = config
  if (!sessionStore || !session?.sessionId.length || !wire.peer?.finished.length) return
  try {
    const forgotten: unknown = sessionStore.delete(session.sessionId)
    if (isPromiseLike(forgotten)) forgotten.then(undefined, () => {})
  } catch {
    // The connection has failed already, and its own error is the one to tell.
  }
}

/** NewSessionTicket (RFC 5077 §3.3). */
export function* sendTicket(server: Server12): Flow {
  if (!server.issuesTicket) return
  const { hs } = server
  const session = makeSession(server)
  const protection = hs.ticketProtection!
  const ticket = (yield* sealTicket(protection, { ...session, sessionId: EMPTY })) ?? EMPTY
  hs.send(encodeNewSessionTicket12(session.lifetime, ticket))
  if (ticket.length === 0) return
  const issued = { ...session, ticket }
  hs.facts.session = issued
  hs.wire.emit({ type: 'sessionIssued', session: issued })
}
