/** The provider for TLS 1.2 and 1.3 as they are spoken today, in half the size of `./portable`. */
import { aes128Gcm, aes256Gcm, chacha20Poly1305 } from './aead/record-aeads.ts'
import { secp256r1 as p256, secp384r1 as p384 } from './curves.ts'
import { secp256r1, secp384r1, x25519 } from './groups/ecdh.ts'
import { sha256, sha384, sha512 } from './hash/sha2.ts'
import { composeProvider } from './portable/compose.ts'
import { ecKeys, ed25519Keys, rsaSignatureKeys } from './portable/modern-keys.ts'
import type { CryptoProvider } from './provider.ts'

/**
 * X25519, P-256 and P-384; AES-GCM and ChaCha20-Poly1305; SHA-2; RSA, ECDSA on the two curves, and Ed25519. Runs
 * everywhere JavaScript does, as `portableProvider`; what it lacks is refused as `UNSUPPORTED`.
 */
export const modernProvider: CryptoProvider = /* @__PURE__ */ composeProvider({
  name: 'modern',
  hashes: { sha256, sha384, sha512 },
  aeads: { 'aes-128-gcm': aes128Gcm, 'aes-256-gcm': aes256Gcm, 'chacha20-poly1305': chacha20Poly1305 },
  groups: { x25519, secp256r1, secp384r1 },
  keys: [rsaSignatureKeys, ecKeys(p256, p384), ed25519Keys],
})
