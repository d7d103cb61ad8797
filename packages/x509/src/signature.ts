import type { CryptoProvider, PublicKey, SignatureAlgorithm } from '@x/crypto-primitives'
import { type AlgorithmIdentifier, keyFitsAlgorithm } from './algorithm.ts'
import { X509Error } from './error.ts'
import { type Eventual, now } from './steps.ts'
import type { VerifiableCertificate } from './verifiable-certificate.ts'
import type { Account } from './verify/account.ts'

/**
 * Whether a certificate's key made a signature. False for whatever cannot be checked: an unknown algorithm, a key that
 * the provider refuses.
 *
 * @param account pays for it
 * @throws {BudgetSpent}
 */
export function* verifySignature(
  account: Account,
  provider: CryptoProvider,
  signer: Pick<VerifiableCertificate, 'importKey'>,
  algorithm: SignatureAlgorithm | null,
  message: Uint8Array,
  signature: Uint8Array,
): Eventual<boolean> {
  if (!algorithm) return false
  let key: PublicKey
  try {
    key = signer.importKey(provider)
  } catch {
    return false
  }
  if (!provider.supportsSignature(algorithm, key)) return false
  account.spendSignature()
  return yield* now(key.verify(algorithm, message, signature))
}

/**
 * Whether a key made a signature, for a program that asks about this one signature.
 *
 * @throws {X509Error} `UNSUPPORTED` where that cannot be said: an algorithm that is not known here or that the provider
 *   does not have. A key of another kind did not make it
 */
export function* verdictOnSignature(
  provider: CryptoProvider,
  key: PublicKey,
  { oid }: AlgorithmIdentifier,
  algorithm: SignatureAlgorithm | null,
  message: Uint8Array,
  signature: Uint8Array,
): Eventual<boolean> {
  if (algorithm && !keyFitsAlgorithm(key.type, algorithm)) return false
  if (!algorithm || !provider.supportsSignature(algorithm, key))
    throw new X509Error('UNSUPPORTED', `${provider.name} cannot check signatures of the algorithm ${oid} with this key`)
  return yield* now(key.verify(algorithm, message, signature))
}
