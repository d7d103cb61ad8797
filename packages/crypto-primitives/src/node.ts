/** The provider on `node:crypto`, synchronous, for Node, Bun and Deno. */
import { getCurves } from 'node:crypto'
import type { Curve } from './curves/curve.ts'
import * as curves from './curves.ts'
import { dhGroup } from './groups/finite-field.ts'
import { hybridGroup } from './groups/hybrid.ts'
import { kemGroup } from './groups/mlkem.ts'
import { weierstrassGroup } from './groups/weierstrass.ts'
import { aeads } from './node/aead.ts'
import { cbc, cbcHmac } from './node/cbc.ts'
import { nativeDh } from './node/finite-field.ts'
import { nativeMontgomery, nativeWeierstrass } from './node/groups.ts'
import { hashes } from './node/hash.ts'
import { generateKey, importPrivateKey, importPublicKey } from './node/keys.ts'
import { nativeKem } from './node/post-quantum.ts'
import { randomBytes } from './node/random.ts'
import type { CryptoProvider, KeyExchangeGroup } from './provider.ts'
import { supportsSignature } from './signatures/support.ts'

const known = new Set(getCurves())

/** OpenSSL's group where this build has the curve, else the portable one. */
function weierstrass(curve: Curve): KeyExchangeGroup {
  return known.has(curve.name === 'secp256r1' ? 'prime256v1' : curve.name)
    ? nativeWeierstrass(curve)
    : weierstrassGroup(curve)
}

const kem768 = kemGroup('MLKEM768', nativeKem('ml-kem-768'))
const kem1024 = kemGroup('MLKEM1024', nativeKem('ml-kem-1024'))
const x25519 = nativeMontgomery('x25519', 32)
const secp256r1 = weierstrass(curves.secp256r1)
const secp384r1 = weierstrass(curves.secp384r1)

/**
 * Every algorithm of the portable provider, computed by the OpenSSL of the running Node where it has it, and in
 * JavaScript where it has not.
 */
export const nodeProvider: CryptoProvider = {
  name: 'node',
  randomBytes,
  hashes,
  aeads,
  cbcHmac,
  cbc,
  groups: {
    x25519,
    x448: nativeMontgomery('x448', 56),
    secp224r1: weierstrass(curves.secp224r1),
    secp256r1,
    secp384r1,
    secp521r1: weierstrass(curves.secp521r1),
    secp256k1: weierstrass(curves.secp256k1),
    brainpoolP256r1: weierstrass(curves.brainpoolP256r1),
    brainpoolP384r1: weierstrass(curves.brainpoolP384r1),
    brainpoolP512r1: weierstrass(curves.brainpoolP512r1),
    ffdhe2048: nativeDh('ffdhe2048', 2048),
    ffdhe3072: nativeDh('ffdhe3072', 3072),
    ffdhe4096: nativeDh('ffdhe4096', 4096),
    ffdhe6144: nativeDh('ffdhe6144', 6144),
    ffdhe8192: nativeDh('ffdhe8192', 8192),
    MLKEM512: kemGroup('MLKEM512', nativeKem('ml-kem-512')),
    MLKEM768: kem768,
    MLKEM1024: kem1024,
    X25519MLKEM768: hybridGroup('X25519MLKEM768', kem768, x25519),
    SecP256r1MLKEM768: hybridGroup('SecP256r1MLKEM768', secp256r1, kem768),
    SecP384r1MLKEM1024: hybridGroup('SecP384r1MLKEM1024', secp384r1, kem1024),
  },
  dhGroup,
  importPublicKey,
  importPrivateKey,
  generateKey,
  supportsSignature: (algorithm, key) => supportsSignature(hashes, algorithm, key),
  prefers: 'aes',
}
