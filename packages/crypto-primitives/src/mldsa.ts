/** ML-DSA (FIPS 204), pure and with an empty context, as TLS and X.509 use it (RFC 9881, draft-ietf-tls-mldsa). */
import { type DSA, ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { expectLength } from './bytes.ts'
import { CryptoError } from './error.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from './provider.ts'
import { randomBytes } from './random.ts'
import { misfit } from './signatures/fit.ts'

export type MlDsaName = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'

interface ParameterSet {
  readonly engine: DSA
  readonly bits: number
  readonly publicLength: number
  readonly privateLength: number
  readonly signatureLength: number
}

/** FIPS 204 table 2. */
const SETS: Readonly<Record<MlDsaName, ParameterSet>> = {
  'ml-dsa-44': { engine: ml_dsa44, bits: 44, publicLength: 1312, privateLength: 2560, signatureLength: 2420 },
  'ml-dsa-65': { engine: ml_dsa65, bits: 65, publicLength: 1952, privateLength: 4032, signatureLength: 3309 },
  'ml-dsa-87': { engine: ml_dsa87, bits: 87, publicLength: 2592, privateLength: 4896, signatureLength: 4627 },
}

const SEED_LENGTH = 32
const EMPTY = /* @__PURE__ */ new Uint8Array(0)

function checkFit(info: KeyInfo, algorithm: SignatureAlgorithm): void {
  if (algorithm.name !== info.type) throw misfit(info, algorithm)
}

/** An ML-DSA public key. @throws {CryptoError} `INVALID_KEY` for a wrong length */
export function importMlDsaPublicKey(type: MlDsaName, bytes: Uint8Array): PublicKey {
  const { engine, bits, publicLength, signatureLength } = SETS[type]
  expectLength(`${type} public key`, bytes, publicLength, 'INVALID_KEY')
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, bytes },
    verify(algorithm, message, signature) {
      checkFit(info, algorithm)
      return signature.length === signatureLength && engine.verify(signature, message, bytes)
    },
  }
}

/**
 * An ML-DSA private key, from its seed (RFC 9881's preferred form) or expanded.
 *
 * @throws {CryptoError} `INVALID_KEY` for a wrong length, or when both forms are given and disagree
 */
export function importMlDsaPrivateKey(
  type: MlDsaName,
  key: { readonly seed?: Uint8Array; readonly bytes?: Uint8Array },
): PrivateKey {
  const { engine, bits, privateLength } = SETS[type]
  const { secretKey, publicKey } = expand(type, key)
  expectLength(`${type} private key`, secretKey, privateLength, 'INVALID_KEY')
  const info = { type, bits } as const
  return {
    ...info,
    data: { type, ...(key.seed && { seed: key.seed }), bytes: secretKey },
    publicKey: { type, bytes: publicKey },
    sign(algorithm, message) {
      checkFit(info, algorithm)
      // FIPS 204 §3.4: the hedged variant
      return engine.sign(message, secretKey, { extraEntropy: randomBytes(SEED_LENGTH) })
    },
  }
}

function expand(type: MlDsaName, key: { readonly seed?: Uint8Array; readonly bytes?: Uint8Array }) {
  const { engine, privateLength } = SETS[type]
  if (key.seed) {
    expectLength(`${type} seed`, key.seed, SEED_LENGTH, 'INVALID_KEY')
    const pair = engine.keygen(key.seed)
    if (key.bytes && !(key.bytes.length === privateLength && key.bytes.every((b, i) => b === pair.secretKey[i]))) {
      throw new CryptoError('INVALID_KEY', `${type} expanded key does not follow from the seed`)
    }
    return pair
  }
  if (!key.bytes) throw new CryptoError('INVALID_KEY', `${type} private key needs a seed or an expanded key`)
  expectLength(`${type} private key`, key.bytes, privateLength, 'INVALID_KEY')
  try {
    return { secretKey: key.bytes, publicKey: engine.getPublicKey(key.bytes) }
  } catch (cause) {
    throw new CryptoError('INVALID_KEY', `${type} expanded key is malformed`, { cause })
  }
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
  const { engine, privateLength } = SETS[type]
  expectLength(`${type} private key`, secretKey, privateLength, 'INVALID_KEY')
  return engine.sign(message, secretKey, {
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
  const { engine, publicLength, signatureLength } = SETS[type]
  expectLength(`${type} public key`, publicKey, publicLength, 'INVALID_KEY')
  return (
    signature.length === signatureLength &&
    engine.verify(signature, message, publicKey, { context: checkedContext(context) })
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
  return importMlDsaPrivateKey(type, { seed: randomBytes(SEED_LENGTH) })
}
