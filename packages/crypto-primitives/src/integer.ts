import { CryptoError } from './error.ts'

const HEX = /* @__PURE__ */ Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** An unsigned, big-endian byte string as an integer (OS2IP, RFC 8017 §4.2). */
export function bytesToInteger(bytes: Uint8Array): bigint {
  let hex = '0x0'
  for (let i = 0; i < bytes.length; i++) hex += HEX[bytes[i]]
  return BigInt(hex)
}

/**
 * An integer as exactly `length` big-endian bytes (I2OSP, RFC 8017 §4.1).
 *
 * @throws {CryptoError} `INVALID_LENGTH` when it does not fit
 */
export function integerToBytes(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16)
  if (value < 0n || hex.length > 2 * length) {
    throw new CryptoError('INVALID_LENGTH', `integer does not fit ${length} bytes`)
  }
  const padded = hex.padStart(2 * length, '0')
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) out[i] = Number.parseInt(padded.slice(2 * i, 2 * i + 2), 16)
  return out
}

/** Bits of a non-negative integer; 0 for zero. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0
  const hex = value.toString(16)
  return 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex[0], 16)))
}

/** Bytes that hold a non-negative integer; 0 for zero. */
export function byteLength(value: bigint): number {
  return (bitLength(value) + 7) >> 3
}

/** The residue in `[0, modulus)`, also of negative numbers. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const r = value % modulus
  return r < 0n ? r + modulus : r
}

/** Bits of a window of {@link modPowWindows}: measured best for exponents of 512 to 4096 bits. */
const WINDOW = 5
/** Exponents up to this many bits are not worth a table: 3, 65537. */
const SHORT_EXPONENT = 24

/** An exponent cut into 5-bit windows, the highest first. */
export function exponentWindows(exponent: bigint): Uint8Array {
  const bits = exponent.toString(2)
  const count = Math.ceil(bits.length / WINDOW)
  const padded = bits.padStart(count * WINDOW, '0')
  return Uint8Array.from({ length: count }, (_, i) => Number.parseInt(padded.slice(i * WINDOW, (i + 1) * WINDOW), 2))
}

/**
 * `base ^ exponent mod modulus`, each window for five squarings and one multiplication, whatever its bits are. Plain `%`
 * beats a Montgomery reduction written in BigInt. BigInt itself is not constant-time: blind secret operands.
 *
 * @param windows of {@link exponentWindows}
 */
export function modPowWindows(base: bigint, windows: Uint8Array, modulus: bigint): bigint {
  const table = [1n, base]
  for (let i = 2; i < 1 << WINDOW; i++) table.push((table[i - 1] * base) % modulus)
  let result = table[windows[0]]
  for (let at = 1; at < windows.length; at++) {
    for (let i = 0; i < WINDOW; i++) result = (result * result) % modulus
    result = (result * table[windows[at]]) % modulus
  }
  return result
}

/** `base ^ exponent mod modulus`; bit by bit for short (public) exponents, in windows for others. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  base = modulo(base, modulus)
  if (bitLength(exponent) > SHORT_EXPONENT) return modPowWindows(base, exponentWindows(exponent), modulus)
  let result = 1n % modulus
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

/** The greatest common divisor. */
export function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}

/**
 * `value ^ -1 mod modulus` (extended Euclid).
 *
 * @throws {CryptoError} `INVALID_PARAMETER` when there is none
 */
export function modInverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1] = [modulus, modulo(value, modulus)]
  let [t0, t1] = [0n, 1n]
  while (r1 !== 0n) {
    const q = r0 / r1
    ;[r0, r1] = [r1, r0 - q * r1]
    ;[t0, t1] = [t1, t0 - q * t1]
  }
  if (r0 !== 1n) throw new CryptoError('INVALID_PARAMETER', 'number has no inverse for this modulus')
  return modulo(t0, modulus)
}
