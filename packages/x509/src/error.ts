/** Why this package refused. */
export type X509ErrorCode =
  /** Bytes that are not DER: truncated, indefinite or overlong lengths, non-minimal integers, trailing bytes. */
  | 'INVALID_DER'
  /** DER that is not the structure asked for: a wrong tag, a value out of its range, a duplicate. */
  | 'INVALID_STRUCTURE'
  /** Text that is not PEM (RFC 7468), or holds no block of the kind asked for. */
  | 'INVALID_PEM'
  /** Well-formed, but of an algorithm, version or kind that is not known here. */
  | 'UNSUPPORTED'
  /** More bytes, depth, iterations, memory or signature checks than the caller's limits allow. */
  | 'LIMIT_EXCEEDED'
  /** The key or PFX is encrypted, and no passphrase was given. */
  | 'PASSPHRASE_REQUIRED'
  /** What is encrypted with a passphrase is read and written with a provider's algorithms, and none was given. */
  | 'PROVIDER_REQUIRED'
  /** Decryption or the integrity check failed: most likely the passphrase is wrong. */
  | 'WRONG_PASSPHRASE'
  /** A message for somebody else, or one that was changed; no more is told. */
  | 'DECRYPTION_FAILED'
  /** A request that does not get a certificate: its signature, what it asks for, or the policy. */
  | 'REFUSED'
  /** An argument of the caller's that makes no sense. */
  | 'INVALID_ARGUMENT'
  /** A private key and a certificate that do not belong together. */
  | 'KEY_MISMATCH'
  /** A synchronous function was given a provider, key or hook that answers with a promise. */
  | 'ASYNCHRONOUS'

/** Where in the input it went wrong. */
export interface ErrorPlace {
  /** Field names from the outermost in, as the RFC spells them: `Certificate.tbsCertificate.validity.notBefore`. */
  readonly path?: string
  /** Byte offset from the start of the DER given. */
  readonly offset?: number
  /** What would have been right. */
  readonly expected?: string
}

/**
 * The one error of this package. The message names the place and what was expected; passphrases and key bytes are
 * never in it.
 */
export class X509Error extends Error {
  override readonly name = 'X509Error'
  readonly path?: string
  readonly offset?: number
  readonly expected?: string

  constructor(
    readonly code: X509ErrorCode,
    message: string,
    options: ErrorPlace & ErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.path = options.path
    this.offset = options.offset
    this.expected = options.expected
  }
}
