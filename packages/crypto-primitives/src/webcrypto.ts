/** WebCrypto's signatures as a provider, and private keys that are elsewhere: in WebCrypto, an HSM, a KMS, a smart card. */

import { CryptoError } from './error.ts'
import type { KeyInfo, PublicKeyData, SignatureAlgorithm, Signer } from './provider.ts'
import { misfit } from './signatures/fit.ts'
import { keyInfoOf } from './signatures/key-info.ts'
import { p1363ToDer } from './signatures/p1363.ts'
import { CURVES, HASHES } from './webcrypto/names.ts'

export { type SubtleProvider, type WebCryptoOptions, webCryptoProvider } from './webcrypto/provider.ts'

/** What this module uses of WebCrypto's `CryptoKey`; both the DOM's and Node's fit. */
export interface CryptoKeyLike {
  readonly type: string
  readonly usages: readonly string[]
  readonly algorithm: { readonly name: string }
}

/** What this module uses of `SubtleCrypto`. */
export interface SubtleLike {
  sign(algorithm: object, key: never, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
}

/** The fields that WebCrypto puts beside an algorithm's name. */
interface KeyAlgorithm {
  readonly name: string
  readonly namedCurve?: string
  readonly modulusLength?: number
  readonly hash?: { readonly name: string }
}

/** How one `CryptoKey` signs: what it says of itself, and WebCrypto's parameters for an algorithm that it can do. */
interface Shape {
  readonly info: KeyInfo
  /** undefined for an algorithm that the key cannot do */
  parameters(algorithm: SignatureAlgorithm): object | undefined
  readonly scalarLength?: number
}

function shapeOf(algorithm: KeyAlgorithm): Shape {
  const { name } = algorithm
  if (name === 'ECDSA') {
    const known = CURVES[algorithm.namedCurve ?? '']
    if (!known) throw new CryptoError('UNSUPPORTED', `curve ${algorithm.namedCurve} is not offered by WebCrypto`)
    return {
      info: { type: 'ec', curve: known.curve, bits: known.bits },
      scalarLength: known.scalarLength,
      parameters: (wanted) =>
        wanted.name === 'ecdsa' && HASHES[wanted.hash] ? { name, hash: HASHES[wanted.hash] } : undefined,
    }
  }
  if (name === 'RSASSA-PKCS1-v1_5' || name === 'RSA-PSS') {
    // A CryptoKey is bound to its padding and its hash.
    const bound = algorithm.hash?.name
    return {
      info: { type: 'rsa', bits: algorithm.modulusLength ?? 0 },
      parameters(wanted) {
        if (name === 'RSASSA-PKCS1-v1_5') {
          return wanted.name === 'rsa-pkcs1' && HASHES[wanted.hash] === bound ? { name } : undefined
        }
        const fits = wanted.name === 'rsa-pss' && HASHES[wanted.hash] === bound && wanted.mgfHash === wanted.hash
        return fits ? { name, saltLength: wanted.saltLength } : undefined
      },
    }
  }
  if (name === 'Ed25519') {
    return {
      info: { type: 'ed25519', bits: 256 },
      parameters: (wanted) => (wanted.name === 'ed25519' ? { name } : undefined),
    }
  }
  throw new CryptoError('UNSUPPORTED', `a CryptoKey for ${name} cannot sign TLS handshakes`)
}

/**
 * A {@link Signer} from a `CryptoKey`, which may be non-extractable: ECDSA, RSASSA-PKCS1-v1_5, RSA-PSS, Ed25519.
 *
 * TLS 1.3 signs with RSA-PSS only; a key imported for RSASSA-PKCS1-v1_5 serves TLS 1.2.
 *
 * @param key private, with usage `sign`
 * @param options `publicKey` lets a certificate be matched with the key; `subtle` is the platform's unless given
 * @throws {CryptoError} `INVALID_KEY` for a key that may not sign, `UNSUPPORTED` for another algorithm or curve
 */
export function signerFromCryptoKey(
  key: CryptoKeyLike,
  options: { readonly publicKey?: PublicKeyData; readonly subtle?: SubtleLike } = {},
): Signer {
  if (key.type !== 'private' || !key.usages.includes('sign')) {
    throw new CryptoError('INVALID_KEY', `the CryptoKey must be private and have usage "sign", not ${key.type}`)
  }
  const subtle = options.subtle ?? (globalThis.crypto.subtle as unknown as SubtleLike)
  const { info, parameters, scalarLength } = shapeOf(key.algorithm)
  return {
    ...info,
    ...(options.publicKey && { publicKey: options.publicKey }),
    canSign: (algorithm) => parameters(algorithm) !== undefined,
    async sign(algorithm, message) {
      const wanted = parameters(algorithm)
      if (!wanted) throw misfit(info, algorithm)
      let signature: Uint8Array
      try {
        // A copy: WebCrypto takes no SharedArrayBuffer, and reads the bytes later.
        signature = new Uint8Array(await subtle.sign(wanted, key as never, message.slice()))
      } catch (cause) {
        throw new CryptoError('OPERATION_FAILED', `WebCrypto failed to sign with ${key.algorithm.name}`, { cause })
      }
      return scalarLength ? p1363ToDer(signature, scalarLength) : signature
    },
  }
}

export interface RemoteSignerOptions {
  /** The public half: it says what kind of key this is. */
  readonly publicKey: PublicKeyData
  /** Signs the message itself, not its digest. */
  readonly sign: (algorithm: SignatureAlgorithm, message: Uint8Array) => PromiseLike<Uint8Array> | Uint8Array
  /** How `sign` writes ECDSA signatures: DER (most KMS and HSM) or r ‖ s (WebCrypto, PKCS#11). Default `der`. */
  readonly ecdsaEncoding?: 'der' | 'p1363'
  /** What the key is allowed to do. Absent: everything that fits its type. */
  readonly canSign?: (algorithm: SignatureAlgorithm) => boolean
  /** RSA key exchange: as {@link Signer.decryptPremaster}, with implicit rejection. Absent: not offered. */
  readonly decryptPremaster?: Signer['decryptPremaster']
}

/**
 * A {@link Signer} from any function that signs.
 *
 * ```ts
 * const signer = remoteSigner({
 *   publicKey: parsePublicKey(pem),
 *   sign: async (algorithm, message) => kms.sign({ message, algorithm: algorithm.name }),
 * })
 * ```
 *
 * What it throws comes out as `CryptoError` `OPERATION_FAILED` with that as its cause.
 */
export function remoteSigner(options: RemoteSignerOptions): Signer {
  const { publicKey, canSign, decryptPremaster } = options
  const info = keyInfoOf(publicKey)
  return {
    ...info,
    publicKey,
    ...(canSign && { canSign }),
    ...(decryptPremaster && { decryptPremaster }),
    async sign(algorithm, message) {
      if (canSign && !canSign(algorithm)) throw misfit(info, algorithm)
      let signature: Uint8Array
      try {
        signature = await options.sign(algorithm, message)
      } catch (cause) {
        throw new CryptoError('OPERATION_FAILED', `the remote key failed to sign with ${algorithm.name}`, { cause })
      }
      if (!(signature instanceof Uint8Array) || signature.length === 0) {
        throw new CryptoError('OPERATION_FAILED', 'the remote key returned no signature')
      }
      if (algorithm.name !== 'ecdsa' || options.ecdsaEncoding !== 'p1363') return signature
      return p1363ToDer(signature, (info.bits + 7) >> 3)
    },
  }
}
