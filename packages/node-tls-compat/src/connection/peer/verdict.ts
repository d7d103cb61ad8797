import type { PeerState, TlsConnection } from '@x/tls-handshake'
import { verifyMessage } from '@x/x509/tls'
import { HINTS_AT_SYSTEM_CA } from '#host'
import { REFUSED_BY_PROGRAM } from '../config/verify-option.ts'

const SYSTEM_CA_HINT = '; if the root CA is installed locally, try running Node.js with --use-system-ca'
const HINTED = new Set(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT'])

export interface VerifyError extends Error {
  code?: string
}

/** What the program was told of a peer. It is of that one state of it: when the peer is another, nothing has been said yet. */
interface Judgement {
  readonly peer: PeerState | undefined
  /** Null: authorized. */
  readonly error: VerifyError | null
}

/** Values that a program has assigned itself; they go with the peer they were assigned for. */
interface Assigned {
  readonly peer: PeerState | undefined
  readonly authorized?: boolean
  readonly authorizationError?: string | Error | null
}

export const kVerdict = Symbol('verdict')

/** What is held of a socket's peer: `authorized` and `authorizationError`, by what its chain and its name were found to be. */
export class PeerVerdict {
  readonly #engine: { readonly connection: TlsConnection | undefined }
  #judgement: Judgement | undefined
  #assigned: Assigned | undefined

  /** @param engine who has the connection, as long as there is one */
  constructor(engine: { readonly connection: TlsConnection | undefined }) {
    this.#engine = engine
  }

  get #peer(): PeerState | undefined {
    return this.#engine.connection?.peer
  }

  /**
   * What the verification of the peer's chain said against it; null when it was good. A peer without a certificate is
   * nobody, unless it has proved to have a PSK.
   */
  get chainError(): VerifyError | null {
    const peer = this.#peer
    if (!peer?.certificates?.length) {
      return peer?.pskIdentity ? null : errorOf('UNABLE_TO_GET_ISSUER_CERT', verifyMessage('UNABLE_TO_GET_ISSUER_CERT'))
    }
    const { verification } = peer
    if (verification?.ok === true) {
      return null
    }
    const { code, message } = (verification?.result ?? {}) as { code?: string; message?: string }
    const why = this.refusedByProgram ? undefined : verification?.reason
    return errorOf(code ?? 'UNSPECIFIED', message ?? 'certificate verification failed', why)
  }

  /** The program's own `verify` said no: that holds whatever `rejectUnauthorized` says. */
  get refusedByProgram(): boolean {
    return this.#peer?.verification?.reason === REFUSED_BY_PROGRAM
  }

  /** The peer as it is now was found to be, or not to be, who it should be. */
  judge(error: VerifyError | null): void {
    this.#judgement = { peer: this.#peer, error }
  }

  /** What was said of the peer as it is now; `undefined` before it is, null for: authorized. */
  get judgement(): VerifyError | null | undefined {
    const last = this.#judgement
    return last && last.peer === this.#peer ? last.error : undefined
  }

  /** The connection is gone: what was said of its last peer stays, without its certificates. */
  keep(): void {
    const { authorized, authorizationError } = this
    if (this.#judgement) {
      this.#judgement = { peer: undefined, error: this.#judgement.error }
    }
    if (this.#assigned) {
      this.#assigned = { peer: undefined, authorized, authorizationError }
    }
  }

  get #own(): Assigned | undefined {
    const last = this.#assigned
    return last && last.peer === this.#peer ? last : undefined
  }

  get authorized(): boolean {
    return this.#own?.authorized ?? this.judgement === null
  }

  set authorized(value: boolean) {
    this.#assigned = { ...this.#own, peer: this.#peer, authorized: value }
  }

  get authorizationError(): string | Error | null {
    const own = this.#own
    if (own && 'authorizationError' in own) {
      return own.authorizationError as string | Error | null
    }
    const error = this.judgement
    return error ? error.code || error.message : null
  }

  set authorizationError(value: string | Error | null) {
    this.#assigned = { ...this.#own, peer: this.#peer, authorizationError: value }
  }
}

interface Judged {
  readonly [kVerdict]: PeerVerdict
}

/**
 * `authorized` and `authorizationError` of a socket: own properties, which programs list and assign to as to the data
 * properties that they are in Node.
 */
export const VERDICT_PROPERTIES: PropertyDescriptorMap & ThisType<Judged> = {
  authorized: {
    get() {
      return this[kVerdict]?.authorized ?? false
    },
    set(value: boolean) {
      this[kVerdict].authorized = value
    },
    enumerable: true,
    configurable: true,
  },
  authorizationError: {
    get() {
      return this[kVerdict]?.authorizationError ?? null
    },
    set(value: string | Error | null) {
      this[kVerdict].authorizationError = value
    },
    enumerable: true,
    configurable: true,
  },
}

/** @param why which certificate, what is wrong with it, and what would mend it */
function errorOf(code: string, message: string, why?: string): VerifyError {
  const hint = HINTS_AT_SYSTEM_CA && HINTED.has(code) ? SYSTEM_CA_HINT : ''
  return Object.assign(new Error(message + hint, why ? { cause: new Error(why) } : undefined), { code })
}
