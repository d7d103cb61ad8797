/** The AEADs that every TLS of today has, with its parameters. */
import type { AeadAlgorithm } from '../provider.ts'
import { fastAesGcm, fastChaCha20Poly1305, plainAesGcm, plainChaCha20Poly1305 } from './engines.ts'
import { aeadAlgorithm } from './specification.ts'

/** AES-128-GCM (SP 800-38D, RFC 5288). */
export const aes128Gcm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-128-gcm', (key) => fastAesGcm(key))
/** AES-256-GCM (SP 800-38D, RFC 5288). */
export const aes256Gcm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-256-gcm', (key) => fastAesGcm(key))
/** ChaCha20-Poly1305 (RFC 8439, RFC 7905). */
export const chacha20Poly1305: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('chacha20-poly1305', (key) =>
  fastChaCha20Poly1305(key),
)
/** AES-128-GCM in plain JavaScript: smaller, slower, and by tables, which a neighbour on the same processor may watch. */
export const aes128GcmPlain: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-128-gcm', plainAesGcm)
/** AES-256-GCM in plain JavaScript, of which the same is true. */
export const aes256GcmPlain: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-256-gcm', plainAesGcm)
/** ChaCha20-Poly1305 in plain JavaScript: smaller and slower. */
export const chacha20Poly1305Plain: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm(
  'chacha20-poly1305',
  plainChaCha20Poly1305,
)
