import { Duplex, deprecate, EventEmitter, nextTick } from '#host'
import { tls } from '../connection/config/assignable.ts'
import type { SecureContext } from '../connection/config/node-context.ts'
import type { TLSSocketOptions } from '../connection/config/options.ts'
import { TLSSocket } from './tls-socket.ts'

/** One end of a pipe that works both ways. */
class End extends Duplex {
  other!: End
  /** The other end's write that has not been read yet. */
  #written: (() => void) | undefined

  override _read(): void {
    const written = this.#written
    this.#written = undefined
    written?.()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (chunk.length === 0) {
      nextTick(done)
      return
    }
    this.other.#written = done
    this.other.push(chunk)
  }

  override _final(done: () => void): void {
    this.other.on('end', done)
    this.other.push(null)
  }
}

/**
 * TLS between two streams: ciphertext in and out of `encrypted`, plaintext in and out of `cleartext`. As in io.js the
 * handshake of a client starts by itself in the next tick, and one that fails is an `'error'` of the pair; of `cleartext`
 * too, as in Node. Where nobody listens nobody dies of it.
 */
export class SecurePair extends EventEmitter {
  readonly server: unknown
  readonly credentials: SecureContext
  readonly encrypted: Duplex
  readonly cleartext: TLSSocket

  constructor(
    secureContext: SecureContext = tls.createSecureContext(),
    isServer = false,
    requestCert = !isServer,
    rejectUnauthorized = false,
    options: TLSSocketOptions = {},
  ) {
    super()
    const [outer, inner] = [new End(), new End()]
    outer.other = inner
    inner.other = outer
    this.server = options.server
    this.credentials = secureContext
    this.encrypted = outer
    this.cleartext = new TLSSocket(inner, { secureContext, isServer, requestCert, rejectUnauthorized, ...options })
    const failed = (error: Error) => this.listenerCount('error') > 0 && this.emit('error', error)
    this.cleartext.once('error', failed)
    this.cleartext.once('secure', () => {
      // From here on an error is told, and not kept for a server that nobody has.
      this.cleartext._releaseControl()
      this.cleartext.off('error', failed)
      this.emit('secure')
    })
    if (!isServer) {
      nextTick(() => this.cleartext.destroyed || this.cleartext._start())
    }
  }

  /** What io.js had here: `verifyError()`, `getPeerCertificate()` and the like; `null` when all is over. */
  get ssl(): TLSSocket['ssl'] {
    return this.cleartext.ssl
  }

  /** The protocol agreed on by NPN (TLS up to 1.2); `false`: none. */
  get npnProtocol(): TLSSocket['npnProtocol'] {
    return this.cleartext.npnProtocol
  }

  /** The protocol agreed on by ALPN; `false`: none. */
  get alpnProtocol(): TLSSocket['alpnProtocol'] {
    return this.cleartext.alpnProtocol
  }

  /** The name that the client asked for. */
  get servername(): TLSSocket['servername'] {
    return this.cleartext.servername
  }

  destroy(): void {
    this.cleartext.destroy()
    this.encrypted.destroy()
  }
}

/**
 * A pair of streams with TLS between them. Node has had it from the start until 22; here it is there in every version.
 *
 * @deprecated use `new tls.TLSSocket(stream)`
 * @see https://nodejs.org/docs/latest-v22.x/api/tls.html#tlscreatesecurepaircontext-isserver-requestcert-rejectunauthorized-options
 */
export const createSecurePair = deprecate(
  (...args: ConstructorParameters<typeof SecurePair>) => new SecurePair(...args),
  'tls.createSecurePair() is deprecated. Please use tls.TLSSocket instead.',
  'DEP0064',
)
