import type { CryptoProvider } from '@x/crypto-primitives'

/** GREASE (RFC 8701): values that mean nothing, so that servers keep ignoring what they do not know. */
export interface GreaseValues {
  readonly suite: number
  readonly group: number
  readonly version: number
  readonly signatureScheme: number
  readonly firstExtension: number
  readonly lastExtension: number
}

/** One of 0x0a0a, 0x1a1a … 0xfafa. */
export function greaseValue(random: number): number {
  const byte = (random & 0xf0) | 0x0a
  return (byte << 8) | byte
}

/** Whether a number is one of those values (RFC 8701 §2). */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)
}

export function greaseValues(provider: CryptoProvider): GreaseValues {
  const random = provider.randomBytes(6)
  const firstExtension = greaseValue(random[3])
  let lastExtension = greaseValue(random[4])
  // Two extensions of one type may not stand in one hello.
  if (lastExtension === firstExtension) lastExtension ^= 0x1010
  return {
    suite: greaseValue(random[0]),
    group: greaseValue(random[1]),
    version: greaseValue(random[2]),
    signatureScheme: greaseValue(random[5]),
    firstExtension,
    lastExtension,
  }
}
