/** Authenticated encryption for records. Import one, and only that one is bundled. */
import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { NobleAead } from './aead/noble-aead.ts'
import { aeadAlgorithm } from './aead/specification.ts'
import type { AeadAlgorithm } from './provider.ts'

/** AES-128-GCM (SP 800-38D, RFC 5288). */
export const aes128Gcm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm(
  'aes-128-gcm',
  (key) => new NobleAead('aes-128-gcm', key.slice(), gcm),
)
/** AES-256-GCM (SP 800-38D, RFC 5288). */
export const aes256Gcm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm(
  'aes-256-gcm',
  (key) => new NobleAead('aes-256-gcm', key.slice(), gcm),
)
/** ChaCha20-Poly1305 (RFC 8439, RFC 7905). */
export const chacha20Poly1305: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm(
  'chacha20-poly1305',
  (key) => new NobleAead('chacha20-poly1305', key.slice(), chacha20poly1305),
)
