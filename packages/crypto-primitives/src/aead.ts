/** Authenticated encryption for records. Import one, and only that one is bundled. */
import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { AesCcm } from './aead/ccm.ts'
import { NobleAead } from './aead/noble-aead.ts'
import {
  type AeadCipher,
  type AeadParameters,
  aeadAlgorithm,
  aeadParameters,
  NONCE_LENGTH,
} from './aead/specification.ts'
import type { Aead, AeadAlgorithm } from './provider.ts'

export type { AeadCipher, AeadParameters } from './aead/specification.ts'

/** AES-128-GCM (SP 800-38D, RFC 5288). */
export const aes128Gcm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-128-gcm', (key) => aesGcm(key, NONCE_LENGTH))
/** AES-256-GCM (SP 800-38D, RFC 5288). */
export const aes256Gcm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-256-gcm', (key) => aesGcm(key, NONCE_LENGTH))
/** ChaCha20-Poly1305 (RFC 8439, RFC 7905). */
export const chacha20Poly1305: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('chacha20-poly1305', (key) =>
  chachaPoly(key),
)
/** AES-128-CCM (RFC 6655). */
export const aes128Ccm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-128-ccm', (key) => new AesCcm(key, 12, 16))
/** AES-256-CCM (RFC 6655). */
export const aes256Ccm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-256-ccm', (key) => new AesCcm(key, 12, 16))
/** AES-128-CCM with a tag of 8 bytes (RFC 6655). */
export const aes128Ccm8: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-128-ccm-8', (key) => new AesCcm(key, 12, 8))
/** AES-256-CCM with a tag of 8 bytes (RFC 6655). */
export const aes256Ccm8: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-256-ccm-8', (key) => new AesCcm(key, 12, 8))

function aesGcm(key: Uint8Array, nonceLength: number): Aead {
  return new NobleAead('aes-gcm', key, nonceLength, gcm)
}

function chachaPoly(key: Uint8Array): Aead {
  return new NobleAead('chacha20-poly1305', key, NONCE_LENGTH, chacha20poly1305)
}

/**
 * An AEAD with parameters that TLS does not use: AES-192, other nonces and tags.
 *
 * @param key 16, 24 or 32 bytes for AES, 32 for ChaCha20
 * @throws {CryptoError} `INVALID_LENGTH` or `INVALID_PARAMETER`
 */
export function createAead(cipher: AeadCipher, key: Uint8Array, parameters: AeadParameters = {}): Aead {
  const { nonceLength, tagLength } = aeadParameters(cipher, key, parameters)
  if (cipher === 'aes-gcm') return aesGcm(key, nonceLength)
  return cipher === 'aes-ccm' ? new AesCcm(key, nonceLength, tagLength) : chachaPoly(key)
}
