/** AEADs of `node:crypto` with parameters that TLS does not use; apart from `./node`, so that it stays light. */
import { type AeadCipher, type AeadParameters, aeadParameters } from './aead/specification.ts'
import { createAead as portableAead } from './aead.ts'
import { NativeAead } from './node/aead.ts'
import type { Aead } from './provider.ts'

/** OpenSSL keeps GCM's nonces in a buffer of this size. */
const MAX_NATIVE_NONCE = 128

/**
 * An AEAD of OpenSSL with parameters that TLS does not use: AES-192, other nonces and tags.
 *
 * @throws {CryptoError} `INVALID_LENGTH` or `INVALID_PARAMETER`
 */
export function createAead(cipher: AeadCipher, key: Uint8Array, parameters: AeadParameters = {}): Aead {
  const complete = aeadParameters(cipher, key, parameters)
  if (cipher === 'aes-gcm' && complete.nonceLength > MAX_NATIVE_NONCE) return portableAead(cipher, key, complete)
  return new NativeAead(cipher, key, complete)
}
