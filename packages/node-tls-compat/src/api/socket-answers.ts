import { Version } from '@x/tls-record'
import { Socket as TcpSocket } from '#host'
import { kEngine, kPresets, kSharedContext } from '../connection/config/configured-socket.ts'
import { ownCertificateOf, ownX509Of, peerCertificateOf, peerX509Of } from '../connection/peer/certificates.ts'
import { cipherOf, ephemeralKeyOf, protocolName, schemeName, sharedSigalgNames } from '../connection/peer/negotiated.ts'
import { encodeWrappedSession, kSession, sessionOf } from '../connection/peer/session.ts'
import { startTrace } from '../connection/socket/trace.ts'
import { bytesOf } from '../host/bytes.ts'
import type { TLSSocket } from './tls-socket-type.ts'

const Socket = TcpSocket as unknown as abstract new () => TLSSocket

/** What a TLSSocket answers about its connection and its peer. After `destroy` it answers null to most, as in Node. */
export abstract class SocketAnswers extends Socket {
  override getSession() {
    if (!this._handle) {
      return null
    }
    const session = sessionOf(this)
    return session && encodeWrappedSession(this, session)
  }

  override getTLSTicket() {
    if (!this._handle) {
      return null
    }
    // A server's session holds no ticket: it is in the client's hands.
    if (this._tlsOptions.isServer) {
      return undefined
    }
    const ticket = (this[kSession] ?? this[kEngine].connection?.session)?.ticket
    return ticket && bytesOf(ticket)
  }

  override getPeerCertificate(detailed?: boolean) {
    return this._handle ? peerCertificateOf(this[kEngine].connection, this[kSharedContext], detailed) : null
  }

  override getCertificate() {
    return this._handle ? ownCertificateOf(this[kEngine].connection, this[kSharedContext]) : null
  }

  override getPeerX509Certificate() {
    return this._handle ? peerX509Of(this[kEngine].connection) : undefined
  }

  override getX509Certificate() {
    return this._handle ? ownX509Of(this[kEngine].connection, this[kSharedContext]) : undefined
  }

  override getCipher() {
    return this._handle ? cipherOf(this[kEngine].connection) : null
  }

  override getEphemeralKeyInfo() {
    return this._handle ? ephemeralKeyOf(this[kEngine].connection) : null
  }

  override getSignatureScheme() {
    return schemeName(this[kEngine].connection?.localSignatureScheme)
  }

  override getPeerSignatureScheme() {
    return schemeName(this[kEngine].connection?.peerSignatureScheme)
  }

  override getSharedSigalgs() {
    return this._handle ? sharedSigalgNames(this[kEngine].connection) : null
  }

  override getFinished() {
    if (!this._handle) {
      return null
    }
    const finished = this[kEngine].connection?.localFinished
    return finished && bytesOf(finished)
  }

  override getPeerFinished() {
    if (!this._handle) {
      return null
    }
    const finished = this[kEngine].connection?.peerFinished
    return finished && bytesOf(finished)
  }

  override getProtocol() {
    return this._handle
      ? protocolName(this[kEngine].connection?.version ?? this[kSharedContext].context.maxVersion)
      : null
  }

  override isSessionReused() {
    if (!this._handle) {
      return null
    }
    const { connection } = this[kEngine]
    // To OpenSSL an external PSK of TLS 1.3 is a session like any other.
    return (
      connection !== undefined &&
      (connection.resumed || (connection.version === Version.TLS13 && connection.pskIdentity !== undefined))
    )
  }

  override enableTrace() {
    if (!this._handle) {
      return null
    }
    startTrace(this[kEngine])
    return undefined
  }
}

/** server_name of the ClientHello, as soon as there is one. */
export function nameAskedFor(self: TLSSocket): string | false {
  if (!self._tlsOptions.isServer) {
    return self[kPresets].servername ?? false
  }
  return self[kEngine].connection?.clientHello?.serverName ?? false
}
