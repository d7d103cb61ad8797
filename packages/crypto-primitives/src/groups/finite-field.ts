import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import { bitLength, byteLength, bytesToInteger, integerToBytes, modPow } from '../integer.ts'
import type { GroupName, KeyExchangeGroup } from '../provider.ts'
import { randomInteger } from '../random.ts'
import { diffieHellmanGroup } from './agreement.ts'

/** A group of integers modulo a prime. */
export interface FiniteField {
  readonly p: bigint
  readonly g: bigint
  /** Bits of a private exponent. */
  readonly exponentBits: number
}

/**
 * Bits of a private exponent: twice the security strength of a safe prime of this size (RFC 7919 §5.2 and appendix A,
 * SP 800-56A Rev. 3 §5.6.1.1).
 */
export function exponentBitsFor(modulusBits: number): number {
  if (modulusBits <= 2048) return 225
  if (modulusBits <= 3072) return 275
  if (modulusBits <= 4096) return 325
  if (modulusBits <= 6144) return 375
  return 400
}

/**
 * A peer's public value, in [2, p - 2] (RFC 7919 §5.1, SP 800-56A Rev. 3 §5.6.2.3.1). A named group's has the length of
 * the modulus (RFC 9846 §4.3.8.1); TLS 1.2 sends one of given parameters (`dh`) without its leading zeros.
 *
 * @param length bytes of the modulus
 * @throws {CryptoError} `INVALID_SHARE`
 */
export function checkPublicValue(name: GroupName | 'dh', p: bigint, share: Uint8Array, length: number): void {
  if (name !== 'dh' || share.length > length) expectLength(`${name} share`, share, length, 'INVALID_SHARE')
  const y = bytesToInteger(share)
  if (y < 2n || y > p - 2n) throw new CryptoError('INVALID_SHARE', `${name} public value must be in [2, p - 2]`)
}

/** A key exchange group over a finite field. Shares and secrets are as long as the modulus, leading zeros kept. */
export function finiteFieldGroup(name: GroupName | 'dh', length: number, field: () => FiniteField): KeyExchangeGroup {
  const check = (share: Uint8Array) => {
    checkPublicValue(name, field().p, share, length)
  }
  return diffieHellmanGroup(
    name,
    'dh',
    length,
    (privateValue) => {
      const { p, g, exponentBits } = field()
      let x = privateValue
        ? bytesToInteger(privateValue)
        : randomInteger(1n << BigInt(exponentBits - 1), 1n << BigInt(exponentBits))
      if (x < 1n || x > p - 2n) throw new CryptoError('INVALID_KEY', `${name} private value must be in [1, p - 2]`)
      return {
        share: () => integerToBytes(modPow(g, x, p), length),
        agree(peer) {
          const secret = modPow(bytesToInteger(peer), x, p)
          // SP 800-56A Rev. 3 §5.7.1.1: an error when the secret is 1
          if (secret < 2n) throw new CryptoError('INVALID_SHARE', `${name} public value has a small order`)
          return integerToBytes(secret, length)
        },
        wipe: () => {
          x = 0n
        },
      }
    },
    check,
  )
}

/** Moduli that are computed with, bits. Policy above 512 is the caller's (SECLEVEL, minDHSize). */
const MIN_BITS = 512
const MAX_BITS = 10000

/**
 * Diffie-Hellman over given parameters, as TLS up to 1.2's ServerKeyExchange or `dhparam` gives them.
 *
 * Whether p is prime is not tested here: it would cost more than the exchange, and RFC 7919 §3 is the answer to it.
 *
 * @throws {CryptoError} `INVALID_PARAMETER` for an even modulus, one not of 512 to 10000 bits, or g not in [2, p - 2]
 */
export function dhGroup(pBytes: Uint8Array, gBytes: Uint8Array): KeyExchangeGroup {
  if (pBytes.length > MAX_BITS / 8 + 1 || gBytes.length > MAX_BITS / 8 + 1) {
    throw new CryptoError(
      'INVALID_PARAMETER',
      `DH modulus must be ${MIN_BITS} to ${MAX_BITS} bits, not ${8 * pBytes.length}`,
    )
  }
  const p = bytesToInteger(pBytes)
  const g = bytesToInteger(gBytes)
  const bits = bitLength(p)
  if (bits < MIN_BITS || bits > MAX_BITS) {
    throw new CryptoError('INVALID_PARAMETER', `DH modulus must be ${MIN_BITS} to ${MAX_BITS} bits, not ${bits}`)
  }
  if ((p & 1n) === 0n) throw new CryptoError('INVALID_PARAMETER', 'DH modulus must be odd')
  if (g < 2n || g > p - 2n) throw new CryptoError('INVALID_PARAMETER', 'DH generator must be in [2, p - 2]')
  const field: FiniteField = { p, g, exponentBits: Math.min(exponentBitsFor(bits), bits - 1) }
  return finiteFieldGroup('dh', byteLength(p), () => field)
}
