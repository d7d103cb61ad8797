import type { CryptoProvider, PublicKey, SignatureAlgorithm } from '@x/crypto-primitives'
import { type Eventual, now } from './steps.ts'
import type { VerifiableCertificate } from './verifiable-certificate.ts'

/**
 * Whether a certificate's key made a signature. False for whatever cannot be checked: an unknown algorithm, a key that
 * the provider refuses.
 */
export function* verifySignature(
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
  return provider.supportsSignature(algorithm, key) && (yield* now(key.verify(algorithm, message, signature)))
}
