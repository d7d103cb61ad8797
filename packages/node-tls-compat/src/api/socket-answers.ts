/** The methods of a TLSSocket that tell of its connection. After `destroy` most of them answer null, as in Node. */
import { ownCertificateOf, ownX509Of, peerCertificateOf, peerX509Of } from '../connection/peer/certificates.ts'
import { cipherOf, ephemeralKeyOf, protocolName, schemeName, sharedSigalgNames } from '../connection/peer/negotiated.ts'
import { encodeWrappedSession, sessionOf } from '../connection/peer/session.ts'
import { startTrace } from '../connection/socket/trace.ts'
import { bytesOf } from '../errors/validate.ts'
import { kEngine, kSession, kSharedContext, type TLSSocket } from './tls-socket-type.ts'

export const told = {
  getSession(this: TLSSocket) {
    if (!this._handle) return null
    const session = sessionOf(this)
    return session && encodeWrappedSession(this, session)
  },

  getTLSTicket(this: TLSSocket) {
    if (!this._handle) return null
    // A server's session holds no ticket: it is in the client's hands.
    if (this._tlsOptions.isServer) return undefined
    const ticket = (this[kSession] ?? this[kEngine].connection?.session)?.ticket
    return ticket && bytesOf(ticket)
  },

  getPeerCertificate(this: TLSSocket, detailed?: boolean) {
    return this._handle ? peerCertificateOf(this[kEngine].connection, this[kSharedContext], detailed) : null
  },

  getCertificate(this: TLSSocket) {
    return this._handle ? ownCertificateOf(this[kEngine].connection, this[kSharedContext]) : null
  },

  getPeerX509Certificate(this: TLSSocket) {
    return this._handle ? peerX509Of(this[kEngine].connection, this[kSharedContext]) : undefined
  },

  getX509Certificate(this: TLSSocket) {
    return this._handle ? ownX509Of(this[kEngine].connection, this[kSharedContext]) : undefined
  },

  getCipher(this: TLSSocket) {
    return this._handle ? cipherOf(this[kEngine].connection) : null
  },

  getEphemeralKeyInfo(this: TLSSocket) {
    return this._handle ? ephemeralKeyOf(this[kEngine].connection) : null
  },

  getSignatureScheme(this: TLSSocket) {
    return schemeName(this[kEngine].connection?.localSignatureScheme)
  },

  getPeerSignatureScheme(this: TLSSocket) {
    return schemeName(this[kEngine].connection?.peerSignatureScheme)
  },

  getSharedSigalgs(this: TLSSocket) {
    return this._handle ? sharedSigalgNames(this[kEngine].connection) : null
  },

  getFinished(this: TLSSocket) {
    if (!this._handle) return null
    const finished = this[kEngine].connection?.localFinished
    return finished && bytesOf(finished)
  },

  getPeerFinished(this: TLSSocket) {
    if (!this._handle) return null
    const finished = this[kEngine].connection?.peerFinished
    return finished && bytesOf(finished)
  },

  getProtocol(this: TLSSocket) {
    return this._handle
      ? protocolName(this[kEngine].connection?.version ?? this[kSharedContext].context.maxVersion)
      : null
  },

  isSessionReused(this: TLSSocket) {
    return this._handle ? (this[kEngine].connection?.resumed ?? false) : null
  },

  enableTrace(this: TLSSocket) {
    if (!this._handle) return null
    startTrace(this)
    return undefined
  },
}
