import { ed25519 } from '../curves/edwards25519.ts'
import type { PrivateKey, PublicKey } from '../provider.ts'
import { randomBytes } from '../random.ts'
import { privateKey, publicKey, type Scheme } from './eddsa-keys.ts'

const ED25519: Scheme = { type: 'ed25519', bits: 256, keyLength: 32, signatureLength: 64, engine: ed25519 }

/** An Ed25519 public key, 32 bytes. @throws {CryptoError} `INVALID_KEY` */
export const importEd25519PublicKey = (bytes: Uint8Array): PublicKey => publicKey(ED25519, bytes)
/** An Ed25519 private key, the 32-byte seed. @throws {CryptoError} `INVALID_KEY` */
export const importEd25519PrivateKey = (bytes: Uint8Array): PrivateKey => privateKey(ED25519, bytes)
/** Generates an Ed25519 key. */
export const generateEd25519Key = (): PrivateKey => privateKey(ED25519, randomBytes(32))
