import { CryptoError } from '../error.ts'
import type { Aead, AeadAlgorithm, AeadName } from '../provider.ts'
import { CCM_8_FORGERY_LIMIT, CCM_FORGERY_LIMIT, CCM_RECORD_LIMIT, FORGERY_LIMIT, GCM_RECORD_LIMIT } from './limits.ts'

/** Bytes of the nonce of every AEAD in TLS (RFC 5116 §5, RFC 8439 §2.8, RFC 6655 §3). */
export const NONCE_LENGTH = 12

type Specification = Omit<AeadAlgorithm, 'create'>

const gcm = (name: AeadName, keyLength: number): Specification => ({
  name,
  keyLength,
  nonceLength: NONCE_LENGTH,
  tagLength: 16,
  recordLimit: GCM_RECORD_LIMIT,
  forgeryLimit: FORGERY_LIMIT,
})

const ccm = (name: AeadName, keyLength: number, tagLength: number): Specification => ({
  name,
  keyLength,
  nonceLength: NONCE_LENGTH,
  tagLength,
  recordLimit: CCM_RECORD_LIMIT,
  forgeryLimit: tagLength === 16 ? CCM_FORGERY_LIMIT : CCM_8_FORGERY_LIMIT,
})

/** What each AEAD is, apart from how it is computed. */
export const SPECIFICATIONS: Readonly<Record<AeadName, Specification>> = /* @__PURE__ */ (() => ({
  'aes-128-gcm': gcm('aes-128-gcm', 16),
  'aes-256-gcm': gcm('aes-256-gcm', 32),
  'chacha20-poly1305': {
    name: 'chacha20-poly1305',
    keyLength: 32,
    nonceLength: NONCE_LENGTH,
    tagLength: 16,
    recordLimit: Number.POSITIVE_INFINITY,
    forgeryLimit: FORGERY_LIMIT,
  },
  'aes-128-ccm': ccm('aes-128-ccm', 16, 16),
  'aes-256-ccm': ccm('aes-256-ccm', 32, 16),
  'aes-128-ccm-8': ccm('aes-128-ccm-8', 16, 8),
  'aes-256-ccm-8': ccm('aes-256-ccm-8', 32, 8),
}))()

/** An AEAD algorithm out of its specification and what keys it; the key's length is checked here. */
export function aeadAlgorithm(name: AeadName, create: (key: Uint8Array) => Aead): AeadAlgorithm {
  const specification = SPECIFICATIONS[name]
  return {
    ...specification,
    create(key) {
      if (key.length !== specification.keyLength) {
        throw new CryptoError(
          'INVALID_LENGTH',
          `${name} key must be ${specification.keyLength} bytes, not ${key.length}`,
        )
      }
      return create(key)
    },
  }
}

/**
 * Refuses what `seal` and `open` cannot work on.
 *
 * @param end of text and tag in the buffer
 * @throws {CryptoError} `INVALID_LENGTH` when the nonce has a wrong length, or text and tag do not lie in the buffer
 */
export function checkPlace(
  name: string,
  nonce: Uint8Array,
  nonceLength: number,
  buffer: Uint8Array,
  offset: number,
  end: number,
): void {
  if (nonce.length !== nonceLength) {
    throw new CryptoError('INVALID_LENGTH', `${name} nonce must be ${nonceLength} bytes, not ${nonce.length}`)
  }
  if (!(offset >= 0 && end >= offset && end <= buffer.length)) {
    throw new CryptoError(
      'INVALID_LENGTH',
      `${name} text and tag need bytes ${offset} to ${end} of a buffer of ${buffer.length}`,
    )
  }
}

/** The ciphers behind the AEADs, with parameters that TLS fixes and others choose. */
export type AeadCipher = 'aes-gcm' | 'aes-ccm' | 'chacha20-poly1305'

export interface AeadParameters {
  /** Bytes of the nonce: GCM 8 to 65536 (12 unless something old asks otherwise), CCM 7 to 13, ChaCha20 12. */
  readonly nonceLength?: number
  /** Bytes of the tag: CCM 4, 6 ... 16; else 16. */
  readonly tagLength?: number
}

/**
 * The parameters, complete and checked.
 *
 * @throws {CryptoError} `INVALID_LENGTH` for the key, `INVALID_PARAMETER` for the rest
 */
export function aeadParameters(
  cipher: AeadCipher,
  key: Uint8Array,
  { nonceLength = NONCE_LENGTH, tagLength = 16 }: AeadParameters,
): Required<AeadParameters> {
  const keyLengths = cipher === 'chacha20-poly1305' ? [32] : [16, 24, 32]
  if (!keyLengths.includes(key.length)) {
    throw new CryptoError('INVALID_LENGTH', `${cipher} key must be ${keyLengths.join(', ')} bytes, not ${key.length}`)
  }
  const [least, most] = NONCE_LENGTHS[cipher]
  if (!Number.isInteger(nonceLength) || nonceLength < least || nonceLength > most) {
    throw new CryptoError('INVALID_PARAMETER', `${cipher} nonce must be ${least} to ${most} bytes, not ${nonceLength}`)
  }
  const tagFits = cipher === 'aes-ccm' ? tagLength >= 4 && tagLength <= 16 && tagLength % 2 === 0 : tagLength === 16
  if (!tagFits) throw new CryptoError('INVALID_PARAMETER', `${cipher} cannot make a tag of ${tagLength} bytes`)
  return { nonceLength, tagLength }
}

/** SP 800-38D §5.2.1.1 (under 8 bytes collisions are near: refused), SP 800-38C §A.1, RFC 8439 §2.8. */
const NONCE_LENGTHS = { 'aes-gcm': [8, 65_536], 'aes-ccm': [7, 13], 'chacha20-poly1305': [12, 12] } as const
