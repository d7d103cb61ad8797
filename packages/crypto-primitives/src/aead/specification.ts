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
export const SPECIFICATIONS: Readonly<Record<AeadName, Specification>> = {
  'aes-128-gcm': /* @__PURE__ */ gcm('aes-128-gcm', 16),
  'aes-256-gcm': /* @__PURE__ */ gcm('aes-256-gcm', 32),
  'chacha20-poly1305': {
    name: 'chacha20-poly1305',
    keyLength: 32,
    nonceLength: NONCE_LENGTH,
    tagLength: 16,
    recordLimit: Number.POSITIVE_INFINITY,
    forgeryLimit: FORGERY_LIMIT,
  },
  'aes-128-ccm': /* @__PURE__ */ ccm('aes-128-ccm', 16, 16),
  'aes-256-ccm': /* @__PURE__ */ ccm('aes-256-ccm', 32, 16),
  'aes-128-ccm-8': /* @__PURE__ */ ccm('aes-128-ccm-8', 16, 8),
  'aes-256-ccm-8': /* @__PURE__ */ ccm('aes-256-ccm-8', 32, 8),
}

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

/** @throws {CryptoError} `INVALID_LENGTH` when the nonce has a wrong length, or text and tag do not lie in the buffer */
export function checkSeal(name: string, nonce: Uint8Array, buffer: Uint8Array, end: number, offset: number): void {
  if (nonce.length !== NONCE_LENGTH) {
    throw new CryptoError('INVALID_LENGTH', `${name} nonce must be ${NONCE_LENGTH} bytes, not ${nonce.length}`)
  }
  if (!(offset >= 0 && end >= offset && end <= buffer.length)) {
    throw new CryptoError(
      'INVALID_LENGTH',
      `${name} text and tag need bytes ${offset} to ${end} of a buffer of ${buffer.length}`,
    )
  }
}
