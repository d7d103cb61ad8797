import type net from 'node:net'
import { kJudged } from '../connection/config/configured-socket.ts'
import type { SNICallback } from '../connection/config/options.ts'
import { kVerdict } from '../connection/peer/verdict.ts'
import { tell } from '../errors/listener-exceptions.ts'
import { connectionReset } from '../errors/system-errors.ts'
import { kOptions, type Server } from './server-type.ts'
import { TLSSocket } from './tls-socket.ts'
import { kErrorEmitted } from './tls-socket-type.ts'

/** The contexts of `addContext`, the latest first. */
function selectContext(this: TLSSocket, servername: string, done: Parameters<SNICallback>[1]): void {
  done(null, (this.server as Server)._contexts.findLast(([pattern]) => pattern.test(servername))?.[1])
}

/** The listener of `'connection'`: everything between TCP's accept and `'secureConnection'`. */
export function acceptConnection(this: Server, raw: net.Socket): void {
  const { handshakeTimeout, SNICallback, pskCallback, pskIdentityHint, enableTrace, verify } = this[kOptions]
  const socket = new TLSSocket(raw, {
    secureContext: this._sharedCreds,
    isServer: true,
    server: this,
    requestCert: this.requestCert,
    rejectUnauthorized: this.rejectUnauthorized,
    handshakeTimeout,
    ALPNProtocols: this.ALPNProtocols,
    NPNProtocols: this.NPNProtocols,
    verify,
    ALPNCallback: this.ALPNCallback,
    SNICallback: SNICallback ?? (this._contexts.length > 0 ? selectContext : undefined),
    enableTrace,
    pauseOnConnect: this.pauseOnConnect,
    pskCallback,
    pskIdentityHint,
  })
  socket[kJudged] = true
  socket.on('secure', onSecure)
  if (this.listenerCount('keylog') > 0) {
    socket.on('keylog', (line) => this.emit('keylog', line, socket))
  }
  socket[kErrorEmitted] = false
  socket.on('close', onClose)
  socket.on('_tlsError', onError)
  socket.on('error', onError)
}

function onSecure(this: TLSSocket): void {
  if (this._requestCert) {
    const verdict = this[kVerdict]
    const error = verdict.chainError
    verdict.judge(error)
    if (error && (this._rejectUnauthorized || verdict.refusedByProgram)) {
      this.destroy()
    }
  }
  if (!this.destroyed && this._releaseControl()) {
    this.secureConnecting = false
    tell(this.server!, 'secureConnection', this)
  }
}

/** Until `'secureConnection'`, errors are the server's to tell, once. */
function onError(this: TLSSocket, error: Error): void {
  if (this._controlReleased || this[kErrorEmitted]) {
    return
  }
  this[kErrorEmitted] = true
  tell(this.server!, 'tlsClientError', error, this)
}

function onClose(this: TLSSocket, hadError: boolean): void {
  // An error is costly to make; nobody is told of this one once the connection was the application's.
  if (!hadError && !this._controlReleased) {
    onError.call(this, connectionReset('socket hang up'))
  }
}
