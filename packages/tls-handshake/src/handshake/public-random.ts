import type { CryptoProvider } from '@x/crypto-primitives'

/** Random bytes that go over the wire as they are: of the provider's that are drawn ahead, where it has such. */
export function publicRandom(provider: CryptoProvider, length: number): Uint8Array {
  return provider.randomNonce?.(length) ?? provider.randomBytes(length)
}
