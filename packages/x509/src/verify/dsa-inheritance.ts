import type { Certificate } from '../certificate.ts'
import type { DsaParameters } from '../keys/public-key.ts'

/**
 * The DSA parameters in force at each certificate of a path (RFC 5280 §6.1.4 (d)-(f)): its own, or those of the nearest
 * DSA key above it without a key of another kind between.
 */
export function inheritedDsaParameters(chain: readonly Certificate[]): (DsaParameters | undefined)[] {
  const out: (DsaParameters | undefined)[] = new Array(chain.length)
  let current: DsaParameters | undefined
  for (let i = chain.length - 1; i >= 0; i--) {
    const { subjectPublicKeyInfo } = chain[i]!
    if (!subjectPublicKeyInfo.lacksDsaParameters) current = parametersOf(chain[i]!)
    out[i] = current
  }
  return out
}

function parametersOf({ subjectPublicKeyInfo }: Certificate): DsaParameters | undefined {
  try {
    const { data } = subjectPublicKeyInfo
    return data.type === 'dsa' ? data : undefined
  } catch {
    return undefined
  }
}
