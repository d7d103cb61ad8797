import type { PrivateKeyData } from '@x/crypto-primitives'

/**
 * A private key with the public half that came with it, for the provider to compare with its own. It is no part of the
 * key, so that it is not enumerable: two forms of one key are equal, whether they said it or not.
 */
export function withPublicHalf<K extends PrivateKeyData>(key: K, publicBytes: Uint8Array | undefined): K {
  return publicBytes ? Object.defineProperty(key, 'publicBytes', { value: new Uint8Array(publicBytes) }) : key
}
