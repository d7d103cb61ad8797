import type { HashName, KeyInfo, SignatureAlgorithm } from '@x/crypto-primitives'
import {
  type AlgorithmIdentifier,
  encodeAlgorithmIdentifier,
  encodeSignatureAlgorithm,
  hashOfOid,
  signatureAlgorithmOf,
} from '../algorithm.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { defaultSignatureAlgorithm } from '../issue/signing.ts'
import { DSA_KEY, EC_PUBLIC_KEY, RSA_ENCRYPTION } from '../keys/public-key.ts'

/** Signature algorithms as CMS writes them (RFC 3370 §3, RFC 5754 §3, RFC 8419, RFC 9882). */

/** Algorithms that leave the hash to the digestAlgorithm beside them. */
const BY_KEY: Readonly<Record<string, 'rsa-pkcs1' | 'ecdsa' | 'dsa'>> = {
  [RSA_ENCRYPTION]: 'rsa-pkcs1',
  [EC_PUBLIC_KEY]: 'ecdsa',
  [DSA_KEY]: 'dsa',
}

/** The hash of a digestAlgorithm; nothing for one that is not known here, or has parameters other than NULL. */
export function digestOf({ oid, parameters }: AlgorithmIdentifier): HashName | undefined {
  return parameters === undefined || (parameters.length === 2 && parameters[0] === Tag.NULL)
    ? hashOfOid(oid)
    : undefined
}

/**
 * How a signer signed. Nothing for an algorithm that is not known here, or that does not go with the digest: one that
 * names a hash must name that one (RFC 5652 §5.4), and Ed25519 goes with SHA-512 (RFC 8419 §3.1).
 */
export function signerAlgorithm(signature: AlgorithmIdentifier, digest: HashName): SignatureAlgorithm | undefined {
  const name = Object.hasOwn(BY_KEY, signature.oid) ? BY_KEY[signature.oid] : undefined
  if (name) return { name, hash: digest }
  const algorithm = signatureAlgorithmOf(signature)
  if (!algorithm) return undefined
  if ('hash' in algorithm) return algorithm.hash === digest ? algorithm : undefined
  return algorithm.name === 'ed25519' && digest !== 'sha512' ? undefined : algorithm
}

/** The digest and the algorithm that a key signs messages with unless told otherwise. */
export function chooseAlgorithm(
  key: KeyInfo,
  hash: HashName | undefined,
  given: SignatureAlgorithm | undefined,
): { readonly hash: HashName; readonly algorithm: SignatureAlgorithm } {
  const algorithm = given ?? defaultSignatureAlgorithm(key, hash)
  // RFC 8419 §3.1, RFC 9882 §3.3.
  return { hash: 'hash' in algorithm ? algorithm.hash : (hash ?? 'sha512'), algorithm }
}

/** DER of a signer's signatureAlgorithm: as OpenSSL, plain rsaEncryption for PKCS#1 v1.5 (RFC 3370 §3.2). */
export function encodeSignerAlgorithm(algorithm: SignatureAlgorithm): Uint8Array {
  return algorithm.name === 'rsa-pkcs1'
    ? encodeAlgorithmIdentifier(RSA_ENCRYPTION, der.nullValue())
    : encodeSignatureAlgorithm(algorithm)
}
