import type { KeyInfo, SignatureAlgorithm } from '../provider.ts'
import { checkRsaFit, type Hashes } from './fit.ts'

const FAMILY = { 'rsa-pkcs1': 'rsa', ecdsa: 'ec', dsa: 'dsa' } as const

/** {@link CryptoProvider.supportsSignature} where all key types are there: what remains is the hash, and the key's fit. */
export function supportsSignature(hashes: Hashes, algorithm: SignatureAlgorithm, key?: KeyInfo): boolean {
  if ('hash' in algorithm && !hashes[algorithm.hash]) return false
  if (algorithm.name === 'rsa-pss' && !hashes[algorithm.mgfHash]) return false
  if (!key) return true
  if (key.canSign && !key.canSign(algorithm)) return false
  if (algorithm.name !== 'rsa-pss')
    return key.type === (algorithm.name in FAMILY ? FAMILY[algorithm.name as keyof typeof FAMILY] : algorithm.name)
  try {
    checkRsaFit(key, algorithm)
    return true
  } catch {
    return false
  }
}
