import { aes } from '../aes/aes.ts'
import { cbcCipher } from '../cbc/cbc.ts'
import { tripleDes } from '../cbc/des.ts'
import { cbcHmacAlgorithm } from '../cbc/record.ts'
import type { CbcCipher, CbcHmacAlgorithm, CbcName, HashName } from '../provider.ts'
import type { Hashes } from '../signatures/fit.ts'

const CIPHERS: Readonly<Partial<Record<CbcName | 'aes-192-cbc', CbcCipher>>> = {
  'aes-128-cbc': /* @__PURE__ */ cbcCipher(aes, 16),
  'aes-192-cbc': /* @__PURE__ */ cbcCipher(aes, 24),
  'aes-256-cbc': /* @__PURE__ */ cbcCipher(aes, 32),
  '3des-ede-cbc': /* @__PURE__ */ cbcCipher(tripleDes, 24),
}

/** A block cipher in CBC; `undefined` for Camellia. */
export function cbc(cipher: CbcName | 'aes-192-cbc'): CbcCipher | undefined {
  return CIPHERS[cipher]
}

/**
 * Record protection with a block cipher in CBC and an HMAC.
 *
 * @returns undefined where cipher or hash is not offered
 */
export function cbcHmac(hashes: Hashes, cipher: CbcName | 'null', hash: HashName): CbcHmacAlgorithm | undefined {
  const implementation = cipher === 'null' ? undefined : CIPHERS[cipher]
  const mac = hashes[hash]
  if ((cipher !== 'null' && !implementation) || !mac || mac.halves) return undefined
  return cbcHmacAlgorithm(cipher, implementation, hash, mac)
}
