import type { DsaParameters } from '../keys/public-key.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'

/**
 * The DSA parameters in force at each certificate of a path (RFC 5280 §6.1.4 (d)-(f)): its own, or those of the nearest
 * DSA key above it without a key of another kind between.
 */
export function inheritedDsaParameters(chain: readonly VerifiableCertificate[]): (DsaParameters | undefined)[] {
  const out: (DsaParameters | undefined)[] = new Array(chain.length)
  let current: DsaParameters | undefined
  for (let i = chain.length - 1; i >= 0; i--) {
    const { subjectPublicKeyInfo } = chain[i]!
    if (!subjectPublicKeyInfo.lacksDsaParameters) current = parametersOf(chain[i]!)
    out[i] = current
  }
  return out
}

function parametersOf({ subjectPublicKeyInfo }: VerifiableCertificate): DsaParameters | undefined {
  try {
    const { data } = subjectPublicKeyInfo
    return data.type === 'dsa' ? data : undefined
  } catch {
    return undefined
  }
}
