import { aes } from '../aes/aes.ts'
import type { BlockCipherAlgorithm } from '../cbc/block-cipher.ts'
import { cbcDecryptInPlace, cbcEncryptInPlace } from '../cbc/cbc.ts'
import { tripleDes } from '../cbc/des.ts'
import { type CbcCipher, cbcHmacAlgorithm } from '../cbc/record.ts'
import type { CbcHmacAlgorithm, CbcName, HashName } from '../provider.ts'
import type { Hashes } from '../signatures/fit.ts'

function transformOf(algorithm: BlockCipherAlgorithm, keyLength: number): CbcCipher {
  return {
    keyLength,
    blockLength: algorithm.blockLength,
    create(key) {
      const cipher = algorithm.create(key)
      return {
        encrypt: (chain, buffer, offset, length) => cbcEncryptInPlace(cipher, chain, buffer, offset, length),
        decrypt: (chain, buffer, offset, length) => cbcDecryptInPlace(cipher, chain, buffer, offset, length),
        destroy: () => cipher.destroy(),
      }
    },
  }
}

const CIPHERS: Readonly<Partial<Record<CbcName, CbcCipher>>> = {
  'aes-128-cbc': /* @__PURE__ */ transformOf(aes, 16),
  'aes-256-cbc': /* @__PURE__ */ transformOf(aes, 32),
  '3des-ede-cbc': /* @__PURE__ */ transformOf(tripleDes, 24),
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
