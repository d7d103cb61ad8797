import { HINTS_AT_SYSTEM_CA } from './running-node.ts'
import { kEngine, type TLSSocket } from './socket-type.ts'

const SYSTEM_CA_HINT = '; if the root CA is installed locally, try running Node.js with --use-system-ca'
const HINTED = new Set(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DEPTH_ZERO_SELF_SIGNED_CERT'])

export interface VerifyError extends Error {
  code: string
}

/** What the verification of the peer's chain said against it; null when it was good. */
export function verifyError(socket: TLSSocket): VerifyError | null {
  const verdict = socket[kEngine].connection?.peerVerification
  if (!verdict || verdict.ok) return null
  const { code, message } = (verdict.result ?? {}) as { code?: string; message?: string }
  const text = message ?? 'certificate verification failed'
  return Object.assign(new Error(HINTS_AT_SYSTEM_CA && HINTED.has(code!) ? text + SYSTEM_CA_HINT : text), {
    code: code ?? 'UNSPECIFIED',
  })
}
