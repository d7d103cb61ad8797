/** ECDSA (FIPS 186-5 §6) over any of the curves, with noble's arithmetic. */
import { ecdsa } from '@noble/curves/abstract/weierstrass.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Curve } from './curves/curve.ts'
import type { PrivateKey } from './provider.ts'
import { ecPrivateKeysOf } from './signatures/ecdsa-keys.ts'
import type { Hashes } from './signatures/fit.ts'

export { importEcPublicKey } from './signatures/ecdsa-keys.ts'
export { derToP1363, p1363ToDer } from './signatures/p1363.ts'

const keys = /* @__PURE__ */ ecPrivateKeysOf(() => ({ ecdsa, sha256 }))

/**
 * An EC private key.
 *
 * @param key `d` as long as the curve's order (shorter is taken as left-padded); `point` must belong to it when given
 * @throws {CryptoError} `INVALID_KEY`
 */
export function importEcPrivateKey(
  curve: Curve,
  key: { readonly d: Uint8Array; readonly point?: Uint8Array },
  hashes: Hashes,
): PrivateKey {
  return keys.importPrivateKey(curve, key, hashes)
}

/** Generates an EC key (FIPS 186-5 A.2.2). */
export function generateEcKey(curve: Curve, hashes: Hashes): PrivateKey {
  return keys.generateKey(curve, hashes)
}
