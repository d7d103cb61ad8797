import { concatBytes, expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import { byteLength, integerToBytes } from '../integer.ts'
import { decodeSignature, encodeSignature } from './der.ts'

/**
 * A signature as WebCrypto and JWS write it, r ‖ s at equal lengths (IEEE P1363), in the DER of TLS and X.509.
 *
 * @param scalarLength bytes of the curve's order
 * @throws {CryptoError} `INVALID_LENGTH`
 */
export function p1363ToDer(signature: Uint8Array, scalarLength: number): Uint8Array {
  expectLength('P1363 signature', signature, 2 * scalarLength)
  return encodeSignature(signature)
}

/**
 * The reverse of {@link p1363ToDer}.
 *
 * @throws {CryptoError} `INVALID_PARAMETER` when it is not strict DER, or a number is too long for the curve
 */
export function derToP1363(signature: Uint8Array, scalarLength: number): Uint8Array {
  const rs = decodeSignature(signature)
  if (!rs || byteLength(rs.r) > scalarLength || byteLength(rs.s) > scalarLength) {
    throw new CryptoError('INVALID_PARAMETER', 'signature must be DER of two integers that fit the curve')
  }
  return compactOf(rs, scalarLength)
}

/** r ‖ s, each as long as the curve's order. */
export function compactOf({ r, s }: { r: bigint; s: bigint }, scalarLength: number): Uint8Array {
  return concatBytes(integerToBytes(r, scalarLength), integerToBytes(s, scalarLength))
}
