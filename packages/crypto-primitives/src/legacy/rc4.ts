import { CryptoError } from '../error.ts'

/**
 * RC4: XORs the key stream into a copy of `data`; encryption and decryption are one. Broken (RFC 7465); in old PKCS#12
 * files only.
 *
 * @param key 5 to 256 bytes
 * @throws {CryptoError} `INVALID_LENGTH`
 */
export function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  if (key.length < 5 || key.length > 256) {
    throw new CryptoError('INVALID_LENGTH', `RC4 key must be 5 to 256 bytes, not ${key.length}`)
  }
  const s = Uint8Array.from({ length: 256 }, (_, i) => i)
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i] + key[i % key.length]) & 255
    ;[s[i], s[j]] = [s[j], s[i]]
  }
  const out = new Uint8Array(data.length)
  for (let n = 0, i = 0, j = 0; n < data.length; n++) {
    i = (i + 1) & 255
    j = (j + s[i]) & 255
    ;[s[i], s[j]] = [s[j], s[i]]
    out[n] = data[n] ^ s[(s[i] + s[j]) & 255]
  }
  s.fill(0)
  return out
}
