import type { CbcCipher, CryptoProvider } from '@x/crypto-primitives'
import { equalSecrets } from '../bytes.ts'

/** The wrap of RFC 3211 §2.3, which PasswordRecipientInfo has: CBC twice over, the key's length and a check in front. */

/** @throws never; a key is at most 255 bytes */
export function passwordWrap(
  cipher: CbcCipher,
  kek: Uint8Array,
  iv: Uint8Array,
  key: Uint8Array,
  provider: CryptoProvider,
): Uint8Array {
  const size = cipher.blockLength
  const length = Math.max(2 * size, Math.ceil((key.length + 4) / size) * size)
  const out = new Uint8Array(length)
  out.set(provider.randomBytes(length - 4 - key.length), 4 + key.length)
  out[0] = key.length
  for (let i = 0; i < 3; i++) out[1 + i] = ~key[i]!
  out.set(key, 4)
  const transform = cipher.create(kek)
  const chain = iv.slice()
  // The second time goes on with the last block of the first.
  transform.encrypt(chain, out, 0, length)
  transform.encrypt(chain, out, 0, length)
  transform.destroy()
  return out
}

/** @returns nothing where the password is another */
export function passwordUnwrap(
  cipher: CbcCipher,
  kek: Uint8Array,
  iv: Uint8Array,
  wrapped: Uint8Array,
): Uint8Array | undefined {
  const size = cipher.blockLength
  if (wrapped.length < 2 * size || wrapped.length % size !== 0) return undefined
  const out = wrapped.slice()
  const transform = cipher.create(kek)
  const end = out.length - size
  // The last block, decrypted with the one before it, is the IV of the rest.
  transform.decrypt(wrapped.slice(end - size, end), out, end, size)
  const chain = out.slice(end)
  transform.decrypt(chain, out, 0, end)
  transform.decrypt(iv.slice(), out, 0, out.length)
  transform.destroy()
  const length = out[0]!
  const check = Uint8Array.from(out.subarray(4, 7), (byte) => ~byte)
  const isRight = equalSecrets(check, out.subarray(1, 4)) && length + 4 <= out.length
  const key = isRight ? out.slice(4, 4 + length) : undefined
  out.fill(0)
  return key
}
