import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type Decipheriv,
  getCiphers,
} from 'node:crypto'
import { cbcHmacAlgorithm } from '../cbc/record.ts'
import type { CbcCipher, CbcHmacAlgorithm, CbcName, HashName } from '../provider.ts'
import { nativeHashes } from './hash.ts'

type Name = CbcName | 'aes-192-cbc'

const CIPHERS: Readonly<Record<Name, { openssl: string; keyLength: number; blockLength: number }>> = {
  'aes-128-cbc': { openssl: 'aes-128-cbc', keyLength: 16, blockLength: 16 },
  'aes-192-cbc': { openssl: 'aes-192-cbc', keyLength: 24, blockLength: 16 },
  'aes-256-cbc': { openssl: 'aes-256-cbc', keyLength: 32, blockLength: 16 },
  '3des-ede-cbc': { openssl: 'des-ede3-cbc', keyLength: 24, blockLength: 8 },
  'camellia-128-cbc': { openssl: 'camellia-128-cbc', keyLength: 16, blockLength: 16 },
  'camellia-256-cbc': { openssl: 'camellia-256-cbc', keyLength: 32, blockLength: 16 },
}

/** OpenSSL's CBC over whole blocks; MAC and padding are ours, in constant work. */
function nativeCbc({ openssl, keyLength, blockLength }: (typeof CIPHERS)[Name]): CbcCipher {
  return {
    keyLength,
    blockLength,
    create(raw) {
      const key = createSecretKey(raw)
      const run = (cipher: Cipheriv | Decipheriv, buffer: Uint8Array, offset: number, length: number) => {
        cipher.setAutoPadding(false)
        buffer.set(cipher.update(buffer.subarray(offset, offset + length)), offset)
        cipher.final()
      }
      return {
        encrypt(chain, buffer, offset, length) {
          run(createCipheriv(openssl, key, chain), buffer, offset, length)
          chain.set(buffer.subarray(offset + length - blockLength, offset + length))
        },
        decrypt(chain, buffer, offset, length) {
          const last = new Uint8Array(buffer.subarray(offset + length - blockLength, offset + length))
          run(createDecipheriv(openssl, key, chain), buffer, offset, length)
          chain.set(last)
        },
        destroy() {},
      }
    },
  }
}

let available: Set<string> | undefined

/** OpenSSL's block cipher in CBC; `undefined` where it lacks it. */
export function cbc(cipher: Name): CbcCipher | undefined {
  available ??= new Set(getCiphers())
  const native = CIPHERS[cipher]
  return native && available.has(native.openssl) ? nativeCbc(native) : undefined
}

/** Record protection with OpenSSL's block ciphers and HMAC; `undefined` for what this OpenSSL lacks. */
export function cbcHmac(cipher: CbcName | 'null', hash: HashName): CbcHmacAlgorithm | undefined {
  // One and the same computation for every length: padding is told by nothing else (Lucky 13).
  const mac = nativeHashes[hash]
  if (!mac || mac.halves) return undefined
  if (cipher === 'null') return cbcHmacAlgorithm('null', undefined, hash, mac)
  const native = cbc(cipher)
  return native && cbcHmacAlgorithm(cipher, native, hash, mac)
}
