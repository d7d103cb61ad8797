/** Why a primitive refused. */
export type CryptoErrorCode =
  /** A key, nonce, tag or buffer of the wrong length. */
  | 'INVALID_LENGTH'
  /** A key whose numbers are out of range, or that is not on its curve. */
  | 'INVALID_KEY'
  /** A peer's key share that is malformed, off the curve, of low order, or gives an all-zero secret. */
  | 'INVALID_SHARE'
  /** A parameter out of its range: an exponent, a prime, an iteration count. */
  | 'INVALID_PARAMETER'
  /** Decryption failed. Never says why. */
  | 'DECRYPTION_FAILED'
  /** The algorithm, or this combination of key and algorithm, is not offered. */
  | 'UNSUPPORTED'
  /** The provider or a remote key failed. */
  | 'OPERATION_FAILED'

/**
 * The one error of this package. The message names the parameter, what came and what is allowed; secrets are never in it.
 */
export class CryptoError extends Error {
  override readonly name = 'CryptoError'

  constructor(
    readonly code: CryptoErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
