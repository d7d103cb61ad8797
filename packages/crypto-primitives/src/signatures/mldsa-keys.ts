import type { DSA } from '@noble/post-quantum/ml-dsa.js'
import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { randomBytes } from '../random.ts'
import { misfit } from './fit.ts'

export type MlDsaName = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'

/** FIPS 204 table 2. */
export const ML_DSA_SIZES: Readonly<
  Record<MlDsaName, { bits: number; publicLength: number; privateLength: number; signatureLength: number }>
> = {
  'ml-dsa-44': { bits: 44, publicLength: 1312, privateLength: 2560, signatureLength: 2420 },
  'ml-dsa-65': { bits: 65, publicLength: 1952, privateLength: 4032, signatureLength: 3309 },
  'ml-dsa-87': { bits: 87, publicLength: 2592, privateLength: 4896, signatureLength: 4627 },
}

export const ML_DSA_SEED_LENGTH = 32

/** An ML-DSA private key as it is given: its seed (RFC 9881's preferred form), or expanded, or both. */
export interface MlDsaPrivateForm {
  readonly seed?: Uint8Array
  readonly bytes?: Uint8Array
}

function checkFit(type: MlDsaName, bits: number, algorithm: SignatureAlgorithm): void {
  if (algorithm.name !== type) throw misfit({ type, bits }, algorithm)
}

/** Public and private keys over noble's ML-DSA. @param engineOf gives it when a key first needs it */
export function mlDsaKeysOf(engineOf: (type: MlDsaName) => DSA) {
  /** @throws {CryptoError} `INVALID_KEY` for a wrong length */
  function importPublicKey(type: MlDsaName, bytes: Uint8Array): PublicKey {
    const { bits, publicLength, signatureLength } = ML_DSA_SIZES[type]
    expectLength(`${type} public key`, bytes, publicLength, 'INVALID_KEY')
    return {
      type,
      bits,
      data: { type, bytes },
      verify(algorithm, message, signature) {
        checkFit(type, bits, algorithm)
        return signature.length === signatureLength && engineOf(type).verify(signature, message, bytes)
      },
    }
  }

  /** @throws {CryptoError} `INVALID_KEY` for a wrong length, or when both forms are given and disagree */
  function importPrivateKey(type: MlDsaName, key: MlDsaPrivateForm): PrivateKey {
    const { bits, privateLength } = ML_DSA_SIZES[type]
    const { secretKey, publicKey } = expand(type, key)
    expectLength(`${type} private key`, secretKey, privateLength, 'INVALID_KEY')
    return {
      type,
      bits,
      data: { type, ...(key.seed && { seed: key.seed }), bytes: secretKey },
      publicKey: { type, bytes: publicKey },
      sign(algorithm, message) {
        checkFit(type, bits, algorithm)
        // FIPS 204 §3.4: the hedged variant
        return engineOf(type).sign(message, secretKey, { extraEntropy: randomBytes(ML_DSA_SEED_LENGTH) })
      },
    }
  }

  function expand(type: MlDsaName, key: MlDsaPrivateForm) {
    const { privateLength } = ML_DSA_SIZES[type]
    if (key.seed) {
      expectLength(`${type} seed`, key.seed, ML_DSA_SEED_LENGTH, 'INVALID_KEY')
      const pair = engineOf(type).keygen(key.seed)
      if (key.bytes && !(key.bytes.length === privateLength && key.bytes.every((b, i) => b === pair.secretKey[i]))) {
        throw new CryptoError('INVALID_KEY', `${type} expanded key does not follow from the seed`)
      }
      return pair
    }
    if (!key.bytes) throw new CryptoError('INVALID_KEY', `${type} private key needs a seed or an expanded key`)
    expectLength(`${type} private key`, key.bytes, privateLength, 'INVALID_KEY')
    const engine = engineOf(type)
    try {
      return { secretKey: key.bytes, publicKey: engine.getPublicKey(key.bytes) }
    } catch (cause) {
      throw new CryptoError('INVALID_KEY', `${type} expanded key is malformed`, { cause })
    }
  }

  return { importPublicKey, importPrivateKey }
}
