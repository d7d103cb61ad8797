import type { EventEmitter } from 'node:events'
import { decodeSession, encodeSession, type ServerConfig, type Session, type TicketProtection } from '@x/tls-handshake'
import { Version } from '@x/tls-record'
import { Buffer, hostProvider } from '#host'
import { nodeError } from '../../errors/node-error.ts'
import { copyOf, isView } from '../../host/bytes.ts'
import { type ConfiguredSocket, kEngine, kSharedContext } from './configured-socket.ts'
import type { NodeContext } from './node-context.ts'

/**
 * A session is resumed under the name it was made under, and no other: another context may trust others. Where there is
 * one context for all names, any will do. OpenSSL notes no name then, and its tickets and sessions are taken here.
 */
function renamed(socket: ConfiguredSocket, session: Session): Session {
  if (socket._tlsOptions.SNICallback) {
    return session
  }
  return { ...session, serverName: socket[kEngine].connection?.clientHello?.serverName }
}

/** A context's tickets, for one of its sockets. */
export class NamedTickets implements TicketProtection {
  readonly #socket: ConfiguredSocket
  readonly #context: NodeContext

  constructor(socket: ConfiguredSocket, context: NodeContext) {
    this.#socket = socket
    this.#context = context
  }

  sealSession(session: Session): Uint8Array | null {
    return this.#context.tickets.sealSession(session)
  }

  openSession(ticket: Uint8Array): { session: Session; renew: boolean } | null {
    const opened = this.#context.tickets.openSession(ticket)
    return opened && { session: renamed(this.#socket, opened.session), renew: opened.renew }
  }

  seal(session: Uint8Array): Uint8Array | null {
    return this.sealSession(decodeSession(session))
  }

  open(ticket: Uint8Array): { session: Uint8Array; renew: boolean } | null {
    const opened = this.openSession(ticket)
    return opened && { session: encodeSession(opened.session), renew: opened.renew }
  }
}

// --- Sessions that the application keeps

export function tellsSessions(server: EventEmitter | undefined): boolean {
  return !!server && (server.listenerCount('resumeSession') > 0 || server.listenerCount('newSession') > 0)
}

/** `'resumeSession'`. Node asks about the id of a TLS 1.3 ClientHello too, though nothing comes of the answer. */
export function askForSession(socket: ConfiguredSocket, id: Uint8Array): Promise<Session | null> {
  const server = socket.server!
  const { context } = socket[kSharedContext]
  return new Promise((resolve) => {
    let answered = false
    const onSession = (error: Error | null, session?: unknown) => {
      if (answered) {
        return socket.destroy(nodeError(Error, 'ERR_MULTIPLE_CALLBACK', 'Callback called multiple times'))
      }
      answered = true
      if (error) {
        return socket.destroy(error)
      }
      if (!socket._handle) {
        return socket.destroy(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'))
      }
      const found = isView(session) ? context.decodeSession(copyOf(session)) : null
      resolve(found && renamed(socket, found))
    }
    try {
      if (!server.emit('resumeSession', Buffer.from(id), onSession)) {
        resolve(null)
      }
    } catch (error) {
      onSession(error as Error)
    }
  })
}

/** `'newSession'`. What its listener throws is the server's error, not the connection's. */
function tellSession(socket: ConfiguredSocket, id: Uint8Array, session: Session, told: () => void): void {
  const done = () => told()
  const server = socket.server!
  try {
    const encoded = Buffer.from(socket[kSharedContext].context.encodeSession(session))
    if (!server.emit('newSession', Buffer.from(id), encoded, done)) {
      done()
    }
  } catch (error) {
    server.emit('error', error as Error)
    done()
  }
}

/**
 * `'newSession'` for a ticket of TLS 1.3, after `'secureConnection'`. The ticket carries the session itself and nobody will
 * ask for the id, which is as random as OpenSSL's.
 */
export function tellTicket(socket: ConfiguredSocket, session: Session): void {
  if (session.version === Version.TLS13 && tellsSessions(socket.server)) {
    tellSession(socket, hostProvider.randomBytes(32), session, () => {})
  }
}

/** TLS up to 1.2 without tickets: the application keeps the sessions, under their ids. */
export function sessionStore(socket: ConfiguredSocket): NonNullable<ServerConfig['sessionStore']> {
  return {
    get: (id) => askForSession(socket, id),
    set: (id, session) => new Promise<void>((resolve) => tellSession(socket, id, session, resolve)),
    delete() {},
  }
}
