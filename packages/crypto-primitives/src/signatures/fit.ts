import { CryptoError } from '../error.ts'
import type { Hash, HashName, KeyInfo, SignatureAlgorithm } from '../provider.ts'

/** The hashes that a key may be asked for. */
export type Hashes = Readonly<Partial<Record<HashName, Hash>>>

/** @throws {CryptoError} `UNSUPPORTED` */
export function hashNamed(hashes: Hashes, name: HashName): Hash {
  const hash = hashes[name]
  if (!hash) throw new CryptoError('UNSUPPORTED', `hash ${name} is not offered`)
  return hash
}

/** The error for an algorithm that does not fit a key. */
export function misfit(key: KeyInfo, algorithm: SignatureAlgorithm): CryptoError {
  return new CryptoError('UNSUPPORTED', `${algorithm.name} does not fit a key of type ${key.type}`)
}

/**
 * Refuses what does not fit an RSA key: another algorithm, or PSS parameters that the key's own forbid.
 *
 * @throws {CryptoError} `UNSUPPORTED`
 */
export function checkRsaFit(
  key: KeyInfo,
  algorithm: SignatureAlgorithm,
): asserts algorithm is Extract<SignatureAlgorithm, { name: 'rsa-pkcs1' | 'rsa-pss' }> {
  if (algorithm.name !== 'rsa-pss' && (algorithm.name !== 'rsa-pkcs1' || key.type === 'rsa-pss')) {
    throw misfit(key, algorithm)
  }
  if (algorithm.name === 'rsa-pss' && key.pss) {
    // RFC 4055 §3.3: hash and mask must match the key's; the salt must be at least as long
    const { hash, mgfHash, saltLength } = key.pss
    if (algorithm.hash !== hash || algorithm.mgfHash !== mgfHash || algorithm.saltLength < saltLength) {
      throw new CryptoError(
        'UNSUPPORTED',
        `the key is restricted to PSS with ${hash}, MGF1 ${mgfHash}, salt >= ${saltLength}`,
      )
    }
  }
}
