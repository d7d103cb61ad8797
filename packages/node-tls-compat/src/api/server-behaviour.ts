import type net from 'node:net'
import { Buffer, EventEmitter, programName, Server as TcpServer } from '#host'
import { tls } from '../connection/config/assignable.ts'
import { isSecureContext } from '../connection/config/node-context.ts'
import type { TlsOptions } from '../connection/config/options.ts'
import { ownOptions } from '../connection/config/options-beyond-node.ts'
import { nodeError } from '../errors/node-error.ts'
import { validateBuffer, validateObject } from '../errors/validate.ts'
import { copyOf } from '../host/bytes.ts'
import { diedUntold } from './http2/untold-streams.ts'
import type { Server } from './server-type.ts'

const orNothing = (value: unknown) => value || undefined
const asGiven = (value: unknown) => value

/** Context options that a server keeps as its own properties, in Node's order, and what it makes of each. */
const KEPT = {
  pfx: orNothing,
  key: orNothing,
  passphrase: orNothing,
  cert: orNothing,
  clientCertEngine: orNothing,
  ca: orNothing,
  minVersion: orNothing,
  maxVersion: orNothing,
  secureProtocol: orNothing,
  crl: orNothing,
  sigalgs: asGiven,
  ciphers: orNothing,
  ecdhCurve: asGiven,
  dhparam: orNothing,
  honorCipherOrder: (value: unknown) => (value !== undefined ? !!value : true),
  secureOptions: orNothing,
  // Sessions are bound to the program that made them.
  sessionIdContext: (value: unknown) => value || programName(),
  privateKeyIdentifier: asGiven,
  privateKeyEngine: asGiven,
  certificateCompression: asGiven,
}
export const KEPT_NAMES = Object.keys(KEPT) as (keyof typeof KEPT)[]
const KEPT_WHEN_GIVEN = ['allowPartialTrustChain'] as const

/** Keeps a value that Node's servers have not, and that who lists their properties does not look for. */
export function hide(server: object, name: string, value: unknown): void {
  Object.defineProperty(server, name, { value, writable: true, configurable: true, enumerable: false })
}

const Base = TcpServer as unknown as abstract new () => Server

/** What a Server does besides accepting: it keeps the context that its connections are made from, and one for each name. */
export abstract class ServerBehaviour extends Base {
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (diedUntold(event, args)) {
      return false
    }
    return Reflect.apply(TcpServer.prototype.emit, this, [event, ...args])
  }

  override setSecureContext(options: TlsOptions) {
    validateObject(options, 'options')
    for (const name of KEPT_NAMES) {
      ;(this as Record<string, unknown>)[name] = KEPT[name](options[name])
    }
    for (const name of KEPT_WHEN_GIVEN) {
      if (options[name] !== undefined) {
        this[name] = options[name]
      }
    }
    const kept = ownOptions(this)
    const { provider = kept.provider, passphraseWork = kept.passphraseWork } = ownOptions(options)
    hide(this, 'provider', provider)
    if (passphraseWork !== undefined) {
      hide(this, 'passphraseWork', passphraseWork)
    }
    if (options.sessionTimeout) {
      this.sessionTimeout = options.sessionTimeout
    }
    if (options.ticketKeys) {
      this.ticketKeys = options.ticketKeys
    }
    const context: Record<string, unknown> = {}
    for (const name of [
      ...KEPT_NAMES,
      ...KEPT_WHEN_GIVEN,
      'provider',
      'passphraseWork',
      'ticketKeys',
      'sessionTimeout',
    ]) {
      context[name] = this[name]
    }
    const before = this._sharedCreds
    this._sharedCreds = tls.createSecureContext(context)
    // Sessions go on; those that verified a client are looked at anew under the new settings.
    if (isSecureContext(before) && !options.ticketKeys) {
      this._sharedCreds.context.setTicketKeys(before.context.ticketKeys.bytes)
    }
  }

  override addContext(servername: string, context: unknown) {
    if (!servername) {
      throw nodeError(Error, 'ERR_TLS_REQUIRED_SERVER_NAME', '"servername" is required parameter for Server.addContext')
    }
    // A `*` stands for one label.
    const pattern = servername.replace(/([.^$+?\-\\[\]{}])/g, '\\$1').replaceAll('*', '[^.]*')
    const secureContext = isSecureContext(context) ? context : tls.createSecureContext(context as object)
    this._contexts.push([new RegExp(`^${pattern}$`, 'i'), secureContext])
  }

  override getTicketKeys() {
    return Buffer.from(this._sharedCreds.context.ticketKeys.bytes)
  }

  override setTicketKeys(keys: ArrayBufferView) {
    validateBuffer(keys)
    if (keys.byteLength !== 48) {
      throw nodeError(Error, 'ERR_INTERNAL_ASSERTION', 'Session ticket keys must be a 48-byte buffer')
    }
    this._sharedCreds.context.setTicketKeys(copyOf(keys))
  }

  /** What the workers of a cluster share, so that each resumes the others' sessions. */
  override _getServerData() {
    return { ticketKeys: this.getTicketKeys().toString('hex') }
  }

  override _setServerData(data: { ticketKeys: string }) {
    this.setTicketKeys(Buffer.from(data.ticketKeys, 'hex'))
  }

  override [EventEmitter.captureRejectionSymbol](error: Error, event: string, socket: net.Socket) {
    if (event === 'secureConnection') {
      socket.destroy(error)
      return
    }
    const inherited = (TcpServer.prototype as unknown as Record<symbol, Function>)[EventEmitter.captureRejectionSymbol]
    inherited?.call(this, error, event, socket)
  }
}
