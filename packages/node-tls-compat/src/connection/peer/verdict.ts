import type { PeerState } from '@x/tls-handshake'
import { verifyMessage } from '@x/x509/tls'
import { kAssigned, kEngine, kJudgement, type TLSSocket } from '../../api/tls-socket-type.ts'
import { HINTS_AT_SYSTEM_CA } from '../../host/version-differences.ts'

const SYSTEM_CA_HINT = '; if the root CA is installed locally, try running Node.js with --use-system-ca'
const HINTED = new Set(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT'])

export interface VerifyError extends Error {
  code?: string
}

/** `reason` of a verdict that is the program's own, by its `verify`. */
export const REFUSED_BY_PROGRAM = 'REFUSED_BY_VERIFY'

export function isRefusedByProgram(socket: TLSSocket): boolean {
  return peerOf(socket)?.verification?.reason === REFUSED_BY_PROGRAM
}

/** What the program was told of a peer. It is of that one state of it: when the peer is another, nothing has been said yet. */
export interface Judgement {
  readonly peer: PeerState | undefined
  /** Null: authorized. */
  readonly error: VerifyError | null
}

/** Values that a program has assigned itself; they go with the peer they were assigned for. */
export interface Assigned {
  readonly peer: PeerState | undefined
  readonly values: Partial<Pick<TLSSocket, 'authorized' | 'authorizationError'>>
}

/**
 * What the verification of the peer's chain said against it; null when it was good. A peer without a certificate is nobody,
 * unless it has proved to have a PSK.
 */
export function verifyError(socket: TLSSocket): VerifyError | null {
  const peer = peerOf(socket)
  if (!peer?.certificates?.length) {
    return peer?.pskIdentity ? null : errorOf('UNABLE_TO_GET_ISSUER_CERT', verifyMessage('UNABLE_TO_GET_ISSUER_CERT'))
  }
  const { verification } = peer
  if (verification?.ok === true) return null
  const { code, message } = (verification?.result ?? {}) as { code?: string; message?: string }
  return errorOf(code ?? 'UNSPECIFIED', message ?? 'certificate verification failed')
}

function errorOf(code: string, message: string): VerifyError {
  const hint = HINTS_AT_SYSTEM_CA && HINTED.has(code) ? SYSTEM_CA_HINT : ''
  return Object.assign(new Error(message + hint), { code })
}

const peerOf = (socket: TLSSocket) => socket[kEngine]?.connection?.peer

/** The peer as it is now was found to be, or not to be, who it should be. */
export function judge(socket: TLSSocket, error: VerifyError | null): void {
  socket[kJudgement] = { peer: peerOf(socket), error }
}

/** The connection is gone: what was said of its last peer stays, without its certificates. */
export function keepJudgement(socket: TLSSocket): void {
  const told = { authorized: socket.authorized, authorizationError: socket.authorizationError }
  if (socket[kJudgement]) socket[kJudgement] = { peer: undefined, error: socket[kJudgement].error }
  if (socket[kAssigned]) socket[kAssigned] = { peer: undefined, values: told }
}

/** What was said of the peer as it is now; `undefined` before it is. */
export function judgementOf(socket: TLSSocket): Judgement | undefined {
  const last = socket[kJudgement]
  return last && last.peer === peerOf(socket) ? last : undefined
}

function assigned(socket: TLSSocket): Assigned['values'] | undefined {
  const last = socket[kAssigned]
  return last && last.peer === peerOf(socket) ? last.values : undefined
}

function assign(socket: TLSSocket, value: Assigned['values']): void {
  socket[kAssigned] = { peer: peerOf(socket), values: { ...assigned(socket), ...value } }
}

/** Programs assign to these, as to the data properties that they are in Node. */
export const verdictProperties: PropertyDescriptorMap & ThisType<TLSSocket> = {
  authorized: {
    get() {
      return assigned(this)?.authorized ?? judgementOf(this)?.error === null
    },
    set(value: boolean) {
      assign(this, { authorized: value })
    },
    configurable: true,
    enumerable: true,
  },
  authorizationError: {
    get() {
      const values = assigned(this)
      if (values && 'authorizationError' in values) return values.authorizationError
      const error = judgementOf(this)?.error
      return error ? error.code || error.message : null
    },
    set(value: TLSSocket['authorizationError']) {
      assign(this, { authorizationError: value })
    },
    configurable: true,
    enumerable: true,
  },
}
