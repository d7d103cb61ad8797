/** ML-DSA (FIPS 204), pure and with an empty context, as TLS and X.509 use it (RFC 9881, draft-ietf-tls-mldsa). */
import { type DSA, ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { expectLength } from './bytes.ts'
import { CryptoError } from './error.ts'
import type { PrivateKey, PublicKey } from './provider.ts'
import { randomBytes } from './random.ts'
import {
  ML_DSA_SEED_LENGTH,
  ML_DSA_SIZES,
  type MlDsaName,
  type MlDsaPrivateForm,
  mlDsaKeysOf,
} from './signatures/mldsa-keys.ts'

export type { MlDsaName, MlDsaPrivateForm } from './signatures/mldsa-keys.ts'

const ENGINES: Readonly<Record<MlDsaName, DSA>> = {
  'ml-dsa-44': ml_dsa44,
  'ml-dsa-65': ml_dsa65,
  'ml-dsa-87': ml_dsa87,
}
const EMPTY = /* @__PURE__ */ new Uint8Array(0)
const keys = /* @__PURE__ */ mlDsaKeysOf((type) => ENGINES[type])

/** An ML-DSA public key. @throws {CryptoError} `INVALID_KEY` for a wrong length */
export function importMlDsaPublicKey(type: MlDsaName, bytes: Uint8Array): PublicKey {
  return keys.importPublicKey(type, bytes)
}

/**
 * An ML-DSA private key, from its seed (RFC 9881's preferred form) or expanded.
 *
 * @throws {CryptoError} `INVALID_KEY` for a wrong length, or when both forms are given and disagree
 */
export function importMlDsaPrivateKey(type: MlDsaName, key: MlDsaPrivateForm): PrivateKey {
  return keys.importPrivateKey(type, key)
}

/**
 * ML-DSA.Sign (FIPS 204 §5.2).
 *
 * @param secretKey expanded
 * @param options `context` of 0 to 255 bytes; `random`, 32 bytes, hedges the signature: without it it is deterministic
 */
export function mlDsaSign(
  type: MlDsaName,
  secretKey: Uint8Array,
  message: Uint8Array,
  options: { readonly context?: Uint8Array; readonly random?: Uint8Array } = {},
): Uint8Array {
  const { privateLength } = ML_DSA_SIZES[type]
  expectLength(`${type} private key`, secretKey, privateLength, 'INVALID_KEY')
  return ENGINES[type].sign(message, secretKey, {
    context: checkedContext(options.context),
    extraEntropy: options.random ?? false,
  })
}

/** ML-DSA.Verify (FIPS 204 §5.3), with a context of 0 to 255 bytes. */
export function mlDsaVerify(
  type: MlDsaName,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  context?: Uint8Array,
): boolean {
  const { publicLength, signatureLength } = ML_DSA_SIZES[type]
  expectLength(`${type} public key`, publicKey, publicLength, 'INVALID_KEY')
  return (
    signature.length === signatureLength &&
    ENGINES[type].verify(signature, message, publicKey, { context: checkedContext(context) })
  )
}

function checkedContext(context: Uint8Array = EMPTY): Uint8Array {
  if (context.length > 255) {
    throw new CryptoError('INVALID_PARAMETER', `ML-DSA context must be 0 to 255 bytes, not ${context.length}`)
  }
  return context
}

/** Generates an ML-DSA key; its seed is kept. */
export function generateMlDsaKey(type: MlDsaName): PrivateKey {
  return importMlDsaPrivateKey(type, { seed: randomBytes(ML_DSA_SEED_LENGTH) })
}
