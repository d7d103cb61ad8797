import type { PublicKeyData } from '@x/crypto-primitives'
import { equalBytes } from '../bytes.ts'

/** Whether two public keys are one. */
export function sameKey(a: PublicKeyData, b: PublicKeyData): boolean {
  if ('n' in a && 'n' in b) return equalBytes(a.n, b.n) && equalBytes(a.e, b.e)
  if (a.type === 'ec' && b.type === 'ec') return a.curve === b.curve && equalBytes(a.point, b.point)
  if (a.type === 'dsa' && b.type === 'dsa') return equalBytes(a.y, b.y) && equalBytes(a.p, b.p)
  return a.type === b.type && 'bytes' in a && 'bytes' in b && equalBytes(a.bytes, b.bytes)
}
