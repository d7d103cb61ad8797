import type { CbcCipher, CryptoProvider } from '@x/crypto-primitives'
import { equalSecrets } from '../bytes.ts'
import { X509Error } from '../error.ts'

/** The AES Key Wrap (RFC 3394) that CMS wraps content keys with (RFC 3565 §2.3). */

const WRAPS = {
  16: { oid: '2.16.840.1.101.3.4.1.5', cipher: 'aes-128-cbc' },
  24: { oid: '2.16.840.1.101.3.4.1.25', cipher: 'aes-192-cbc' },
  32: { oid: '2.16.840.1.101.3.4.1.45', cipher: 'aes-256-cbc' },
} as const

export type WrapKeyLength = keyof typeof WRAPS

/** The OID of the wrap that a key of so many bytes is for. */
export const wrapOid = (keyLength: WrapKeyLength): string => WRAPS[keyLength].oid

/** Bytes of the key that a wrap takes. @throws {X509Error} `UNSUPPORTED` */
export function wrapKeyLength(oid: string): WrapKeyLength {
  for (const [length, wrap] of Object.entries(WRAPS)) if (wrap.oid === oid) return Number(length) as WrapKeyLength
  throw new X509Error('UNSUPPORTED', `key wrap ${oid}; AES Key Wrap is known (RFC 3565 §2.3)`)
}

const INITIAL = 0xa6
const BLOCK = 16

/** Wraps a key. @param key a multiple of eight bytes, at least sixteen @throws {X509Error} `UNSUPPORTED` */
export function wrapKey(kek: Uint8Array, key: Uint8Array, provider: CryptoProvider): Uint8Array {
  const out = new Uint8Array(key.length + 8)
  out.fill(INITIAL, 0, 8)
  out.set(key, 8)
  const block = new Block(kek, provider)
  const n = key.length / 8
  for (let t = 1; t <= 6 * n; t++) {
    const at = 8 * (((t - 1) % n) + 1)
    block.set(out.subarray(0, 8), out.subarray(at, at + 8))
    block.encrypt()
    block.count(t)
    out.set(block.bytes.subarray(0, 8))
    out.set(block.bytes.subarray(8), at)
  }
  block.destroy()
  return out
}

/** Unwraps a key. @returns nothing where it was wrapped with another, or changed since */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array, provider: CryptoProvider): Uint8Array | undefined {
  if (wrapped.length < 24 || wrapped.length % 8 !== 0) return undefined
  const out = wrapped.slice()
  const block = new Block(kek, provider)
  const n = wrapped.length / 8 - 1
  for (let t = 6 * n; t >= 1; t--) {
    const at = 8 * (((t - 1) % n) + 1)
    block.set(out.subarray(0, 8), out.subarray(at, at + 8))
    block.count(t)
    block.decrypt()
    out.set(block.bytes.subarray(0, 8))
    out.set(block.bytes.subarray(8), at)
  }
  block.destroy()
  const isRight = equalSecrets(out.subarray(0, 8), new Uint8Array(8).fill(INITIAL))
  return isRight ? out.subarray(8) : undefined
}

/** One block of AES: CBC of a single block under a zero IV is the block cipher itself. */
class Block {
  readonly bytes = new Uint8Array(BLOCK)
  private readonly chain = new Uint8Array(BLOCK)
  private readonly cipher: ReturnType<CbcCipher['create']>

  constructor(kek: Uint8Array, provider: CryptoProvider) {
    const name = WRAPS[kek.length as WrapKeyLength].cipher
    const algorithm = provider.cbc?.(name)
    if (!algorithm)
      throw new X509Error('UNSUPPORTED', `the provider "${provider.name}" has no ${name}, which wraps keys`)
    this.cipher = algorithm.create(kek)
  }

  set(first: Uint8Array, second: Uint8Array): void {
    this.bytes.set(first)
    this.bytes.set(second, 8)
  }

  encrypt(): void {
    this.cipher.encrypt(this.chain.fill(0), this.bytes, 0, BLOCK)
  }

  decrypt(): void {
    this.cipher.decrypt(this.chain.fill(0), this.bytes, 0, BLOCK)
  }

  /** The step's number into the first half (RFC 3394 §2.2.1). */
  count(step: number): void {
    for (let i = 7, rest = step; rest > 0; i--, rest = Math.floor(rest / 256)) this.bytes[i]! ^= rest & 0xff
  }

  destroy(): void {
    this.bytes.fill(0)
    this.cipher.destroy()
  }
}
