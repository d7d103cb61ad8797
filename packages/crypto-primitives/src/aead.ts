/** Authenticated encryption for records. Import one, and only that one is bundled. */
import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { AesCcm } from './aead/ccm.ts'
import { fastAesGcm, fastChaCha20Poly1305, plainAesGcm, plainChaCha20Poly1305 } from './aead/engines.ts'
import { NobleAead } from './aead/noble-aead.ts'
import {
  type AeadCipher,
  type AeadParameters,
  aeadAlgorithm,
  aeadParameters,
  NONCE_LENGTH,
} from './aead/specification.ts'
import { isLittleEndian } from './aead/workspace.ts'
import type { Aead, AeadAlgorithm } from './provider.ts'

export type { AeadCipher, AeadParameters } from './aead/specification.ts'

/**
 * WebAssembly with 128-bit vectors is constant-time and the fastest; plain JavaScript stands in where that is missing
 * or forbidden; noble's, of {@link createAead} alone, is the reference, and runs on big-endian machines too.
 */
export type AeadEngine = 'webassembly' | 'javascript' | 'noble'

export {
  aes128Gcm,
  aes128GcmPlain,
  aes256Gcm,
  aes256GcmPlain,
  chacha20Poly1305,
  chacha20Poly1305Plain,
} from './aead/record-aeads.ts'

/** AES-128-CCM (RFC 6655). */
export const aes128Ccm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-128-ccm', (key) => new AesCcm(key, 12, 16))
/** AES-256-CCM (RFC 6655). */
export const aes256Ccm: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-256-ccm', (key) => new AesCcm(key, 12, 16))
/** AES-128-CCM with a tag of 8 bytes (RFC 6655). */
export const aes128Ccm8: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-128-ccm-8', (key) => new AesCcm(key, 12, 8))
/** AES-256-CCM with a tag of 8 bytes (RFC 6655). */
export const aes256Ccm8: AeadAlgorithm = /* @__PURE__ */ aeadAlgorithm('aes-256-ccm-8', (key) => new AesCcm(key, 12, 8))

function aesGcm(key: Uint8Array, nonceLength: number, engine?: AeadEngine): Aead {
  const noble = (k: Uint8Array) => new NobleAead('aes-gcm', k, nonceLength, gcm)
  const plain = isLittleEndian ? plainAesGcm : noble
  if (engine === 'noble' || nonceLength !== NONCE_LENGTH) return noble(key)
  return engine === 'javascript' ? plain(key) : fastAesGcm(key, plain)
}

function chachaPoly(key: Uint8Array, engine?: AeadEngine): Aead {
  const noble = (k: Uint8Array) => new NobleAead('chacha20-poly1305', k, NONCE_LENGTH, chacha20poly1305)
  const plain = isLittleEndian ? plainChaCha20Poly1305 : noble
  if (engine === 'noble') return noble(key)
  return engine === 'javascript' ? plain(key) : fastChaCha20Poly1305(key, plain)
}

/**
 * An AEAD with parameters that TLS does not use: AES-192, other nonces and tags; or computed by a chosen engine.
 *
 * @param key 16, 24 or 32 bytes for AES, 32 for ChaCha20
 * @throws {CryptoError} `INVALID_LENGTH` or `INVALID_PARAMETER`
 */
export function createAead(
  cipher: AeadCipher,
  key: Uint8Array,
  parameters: AeadParameters & {
    /** What computes it: the fastest that runs here unless given. GCM with nonces other than 12 bytes is noble's. */
    readonly engine?: AeadEngine
  } = {},
): Aead {
  const { nonceLength, tagLength } = aeadParameters(cipher, key, parameters)
  if (cipher === 'aes-gcm') return aesGcm(key, nonceLength, parameters.engine)
  return cipher === 'aes-ccm' ? new AesCcm(key, nonceLength, tagLength) : chachaPoly(key, parameters.engine)
}
