import type { Session, TlsConnection, TlsEvent } from '@x/tls-handshake'
import { Buffer, Socket } from '#host'
import { tls } from '../connection/config/assignable.ts'
import { kEngine, kPresets, kSharedContext } from '../connection/config/configured-socket.ts'
import { makeConnection } from '../connection/config/connection.ts'
import { tellTicket } from '../connection/config/server-sessions.ts'
import { encodeWrappedSession, kSession } from '../connection/peer/session.ts'
import { kVerdict } from '../connection/peer/verdict.ts'
import { tellWhatWeOffered } from '../connection/peer/what-we-offered.ts'
import type { EngineOwner, Told } from '../connection/socket/engine-owner.ts'
import { untilHeaders } from '../connection/socket/header-frames.ts'
import { tell } from '../errors/listener-exceptions.ts'
import { nodeError } from '../errors/node-error.ts'
import { bytesOf } from '../host/bytes.ts'
import { breakOff } from './break-off.ts'
import { nameAskedFor } from './socket-answers.ts'
import { kOwnTransport, kPendingSession, kRenegotiationDisabled, kVerified, type TLSSocket } from './tls-socket-type.ts'

/** What the engine tells its socket. A class, not closures: sockets are many. */
export class SocketOfEngine implements EngineOwner {
  readonly #self: TLSSocket

  constructor(self: TLSSocket) {
    this.#self = self
  }

  connect(): TlsConnection {
    const self = this.#self
    return makeConnection(self)
  }

  secured(renegotiation: boolean) {
    const self = this.#self
    if (self._tlsOptions.requestOCSP && !self._tlsOptions.isServer) {
      const response = self[kEngine].connection!.ocspResponse
      tell(self, 'OCSPResponse', response ? bytesOf(response) : null)
      if (self.destroyed) {
        return
      }
    }
    // What was asked of the first handshake is asked of this one.
    if (renegotiation) {
      tell(self, 'secure')
    } else {
      self._finishInit()
    }
  }

  data(bytes: Uint8Array): boolean {
    const self = this.#self
    const handle = self._handle
    if (!handle || self.destroyed) {
      return false
    }
    const chunk = bytes instanceof Buffer ? bytes : bytesOf(bytes)
    if (self[kEngine].nativeReader) {
      handle.readBuffer!(chunk)
      return true
    }
    self._unrefTimer()
    const more = self.push(chunk)
    if (!more) {
      handle.reading = false
    }
    return more
  }

  writesWait(pending: number): boolean {
    const self = this.#self
    return !self.destroyed && self.writableLength > pending
  }

  hears(told: Told): boolean {
    const self = this.#self
    const { readableFlowing } = self
    if (told === 'nothing' || self[kEngine].nativeReader) {
      return true
    }
    // Nobody has asked for data yet: what comes waits for `read()`, and no event tells of it.
    if (readableFlowing === null && self.listenerCount('readable') === 0) {
      return true
    }
    return told === 'data' && (readableFlowing !== true || self.listenerCount('data') > 0)
  }

  inOneTurn(bytes: Uint8Array): Uint8Array {
    const self = this.#self
    return self[kEngine].nativeReader && self.alpnProtocol === 'h2' ? untilHeaders(bytes) : bytes
  }

  readsByEvent(): boolean {
    const self = this.#self
    return !self[kEngine].nativeReader && self.readableFlowing === false && self.listenerCount('readable') > 0
  }

  ended() {
    const self = this.#self
    const handle = self._handle
    if (!handle || self.destroyed) {
      return
    }
    if (self[kEngine].nativeReader) {
      handle.emitEOF!()
    } else {
      self.push(null)
      self.read(0)
    }
  }

  session(session: Session) {
    const self = this.#self
    self[kSession] = session
    // It holds what was said of the peer: that must have been said.
    if (self[kVerified]) {
      tellSession(self, session)
    } else {
      self[kPendingSession] = session
    }
  }

  failed(error: Error) {
    const self = this.#self
    if (self._hadError) {
      return
    }
    self._hadError = true
    if (!self._secureEstablished) {
      if (!self._tlsOptions.isServer) {
        tellWhatWeOffered(error, self[kSharedContext].context.clientConfig(), self[kPresets].servername)
      }
      if (self.servername === null) {
        self.servername = nameAskedFor(self) || null
      }
      // A server tells `tlsClientError` while the socket can still be looked at.
      self._closeAfterHandlingError = true
      self.destroy(error)
    } else if (
      self._tlsOptions.isServer &&
      self._rejectUnauthorized &&
      /peer did not return a certificate/.test(error.message)
    ) {
      self.destroy()
    } else {
      breakOff(self, error)
    }
  }

  transportFailed(error: Error) {
    const self = this.#self
    if (self[kOwnTransport] || self[kEngine].transport.raw instanceof Socket) {
      self.destroy(error)
    } else if (!self._hadError) {
      // Told once: the writes that fail by it tell their callbacks.
      self._hadError = true
      self._emitTLSError(error)
    }
  }

  transportClosed() {
    const self = this.#self
    // A socket whose own transport was closed before has been destroyed, though `_undestroy` may deny it.
    if (!self.destroyed && self._handle) {
      self.destroy()
    }
  }

  released() {
    const self = this.#self
    self[kVerdict].keep()
    self._destroySSL()
  }

  active() {
    const self = this.#self
    // `handshakeTimeout` is for the whole handshake: a peer that drips bytes does not put it off.
    if (self._secureEstablished) {
      self._unrefTimer()
    }
  }

  event(event: TlsEvent) {
    const self = this.#self
    if (event.type === 'renegotiationRequest' && self._tlsOptions.isServer) {
      countRenegotiation(self)
    } else if (event.type === 'sessionIssued') {
      tellTicket(self, event.session)
    }
  }
}

/** `'session'`, where somebody listens: it costs an encoding. */
export function tellSession(self: TLSSocket, session: Session): void {
  if (self.listenerCount('session') > 0) {
    tell(self, 'session', encodeWrappedSession(self, session))
  }
}

/** A client that renegotiates makes the server work: CLIENT_RENEG_LIMIT times in CLIENT_RENEG_WINDOW seconds are allowed. */
function countRenegotiation(self: TLSSocket): void {
  const engine = self[kEngine]
  const now = Date.now()
  engine.handshakes = now - engine.lastHandshake >= tls.CLIENT_RENEG_WINDOW * 1000 ? 1 : engine.handshakes + 1
  engine.lastHandshake = now
  if (engine.handshakes > tls.CLIENT_RENEG_LIMIT) {
    breakOff(self, nodeError(Error, 'ERR_TLS_SESSION_ATTACK', 'TLS session renegotiation attack detected'))
  } else if (self[kRenegotiationDisabled]) {
    breakOff(
      self,
      nodeError(Error, 'ERR_TLS_RENEGOTIATION_DISABLED', 'TLS session renegotiation disabled for this socket'),
    )
  }
}
