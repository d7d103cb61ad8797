import EventEmitter from 'node:events'
import { Duplex } from 'node:stream'
import { deprecate } from 'node:util'
import type { TLSSocketOptions } from './options.ts'
import type { SecureContext } from './secure-context.ts'
import type { TLSSocket } from './socket-type.ts'
import { tls } from './tls.ts'

/** One end of a pipe that works both ways. */
class End extends Duplex {
  other!: End
  /** The other end's write that has not been read yet. */
  private written: (() => void) | undefined

  override _read(): void {
    const { written } = this
    this.written = undefined
    written?.()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (chunk.length === 0) {
      process.nextTick(done)
      return
    }
    this.other.written = done
    this.other.push(chunk)
  }

  override _final(done: () => void): void {
    this.other.on('end', done)
    this.other.push(null)
  }
}

/** TLS between two streams: ciphertext in and out of `encrypted`, plaintext in and out of `cleartext`. */
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
    this.cleartext = new tls.TLSSocket(inner, { secureContext, isServer, requestCert, rejectUnauthorized, ...options })
    this.cleartext.once('secure', () => this.emit('secure'))
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
