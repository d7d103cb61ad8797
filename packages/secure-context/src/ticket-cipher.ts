import { CryptoError, type CryptoProvider } from '@x/crypto-primitives'

/** How the session inside a ticket is encrypted, in place. The ticket's MAC is over it, and checked first. */
export interface TicketCipher {
  /** Bytes that a text of this length grows by. */
  growth(length: number): number
  /** Encrypts `buffer[offset, offset + length)` and the bytes it grows by. @param iv 16 bytes */
  seal(iv: Uint8Array, buffer: Uint8Array, offset: number, length: number): void
  /** The text inside `sealed`, which it overwrites; null for what cannot be one. */
  open(iv: Uint8Array, sealed: Uint8Array): Uint8Array | null
}

/**
 * AES-128-CBC, as Node and OpenSSL seal their tickets; AES-128-GCM of a provider that has no CBC.
 *
 * @param key 16 bytes
 * @throws {CryptoError} `UNSUPPORTED` when the provider has neither
 */
export function ticketCipher(provider: CryptoProvider, key: Uint8Array): TicketCipher {
  const cbc = provider.cbc?.('aes-128-cbc')
  if (cbc) {
    const transform = cbc.create(key)
    return {
      // PKCS#7 (RFC 5652 §6.3).
      growth: (length) => 16 - (length % 16),
      seal(iv, buffer, offset, length) {
        const padding = 16 - (length % 16)
        buffer.fill(padding, offset + length, offset + length + padding)
        transform.encrypt(new Uint8Array(iv), buffer, offset, length + padding)
      },
      open(iv, sealed) {
        const { length } = sealed
        if (length === 0 || length % 16 !== 0) return null
        transform.decrypt(new Uint8Array(iv), sealed, 0, length)
        return sealed.subarray(0, Math.max(0, length - sealed[length - 1]!))
      },
    }
  }
  const algorithm = provider.aeads['aes-128-gcm']
  if (!algorithm)
    throw new CryptoError(
      'UNSUPPORTED',
      `ticketKeys: the provider "${provider.name}" has neither AES-128-CBC nor AES-128-GCM`,
    )
  const aead = algorithm.create(key)
  const nothing = new Uint8Array(0)
  return {
    growth: () => aead.tagLength,
    seal: (iv, buffer, offset, length) =>
      aead.seal(iv.subarray(0, algorithm.nonceLength), nothing, buffer, offset, length),
    open: (iv, sealed) => aead.open(iv.subarray(0, algorithm.nonceLength), nothing, sealed, 0, sealed.length),
  }
}
