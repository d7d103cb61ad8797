/** The provider on `node:crypto`, synchronous, for Node, Bun and Deno. */
import { createECDH, getCurves } from 'node:crypto'
import type { Curve } from './curves/curve.ts'
import { dhGroup } from './groups/finite-field.ts'
import { hybridGroup } from './groups/hybrid.ts'
import { kemGroup } from './groups/mlkem.ts'
import { montgomeryGroup } from './groups/montgomery.ts'
import { weierstrassGroup } from './groups/weierstrass.ts'
import { pbkdf2With } from './kdf/pbkdf2.ts'
import { aeads } from './node/aead.ts'
import { cbc, cbcHmac } from './node/cbc.ts'
import { curves } from './node/curves.ts'
import { nativeDh } from './node/finite-field.ts'
import { nativeMontgomery, nativeWeierstrass } from './node/groups.ts'
import { hashes } from './node/hash.ts'
import { generateKey, importPrivateKey, importPublicKey } from './node/keys.ts'
import { hasNoble } from './node/noble.ts'
import { PORTABLE_X448 } from './node/noble-448.ts'
import { hasNativeX448 } from './node/octet-keys.ts'
import { nativeKem, offersMlDsa } from './node/post-quantum.ts'
import { isPrime } from './node/prime.ts'
import { randomBytes, randomNonce } from './node/random.ts'
import { scrypt } from './node/scrypt.ts'
import { hostDoes } from './node/trials.ts'
import type { CryptoProvider, GroupName, KeyExchangeGroup } from './provider.ts'
import { supportsSignature } from './signatures/support.ts'

let opensslCurves: Set<string> | undefined

/** OpenSSL's group where this build has the curve, else noble's; undefined where that cannot be loaded either. */
function weierstrass(curve: Curve): KeyExchangeGroup | undefined {
  opensslCurves ??= new Set(getCurves())
  const name = curve.name === 'secp256r1' ? 'prime256v1' : curve.name
  // Deno lists what it then refuses.
  if (opensslCurves.has(name) && hostDoes(`ecdh ${name}`, () => createECDH(name) !== null)) {
    return nativeWeierstrass(curve)
  }
  return hasNoble('@noble/curves/abstract/weierstrass.js') ? weierstrassGroup(curve) : undefined
}

type Groups = CryptoProvider['groups']

/** Groups that noble may have to compute are decided when they are first read; then they are there, or undefined. */
function readLate(
  ready: Groups,
  late: { readonly [name in GroupName]?: (groups: Groups) => KeyExchangeGroup | undefined },
) {
  const groups = { ...ready }
  for (const [name, make] of Object.entries(late)) {
    let made: { group: KeyExchangeGroup | undefined } | undefined
    Object.defineProperty(groups, name, { enumerable: true, get: () => (made ??= { group: make(groups) }).group })
  }
  return groups
}

const kem = (name: 'MLKEM512' | 'MLKEM768' | 'MLKEM1024', algorithm: Parameters<typeof nativeKem>[0]) => {
  const offered = nativeKem(algorithm)
  return offered && kemGroup(name, offered)
}

const hybrid = (name: GroupName, first: KeyExchangeGroup | undefined, second: KeyExchangeGroup | undefined) =>
  first && second && hybridGroup(name, first, second)

/**
 * Every algorithm of the portable provider, computed by the OpenSSL of the running Node where it has it, and in
 * JavaScript where it has not.
 */
export const nodeProvider: CryptoProvider = {
  name: 'node',
  randomBytes,
  randomNonce,
  hashes,
  aeads,
  cbcHmac,
  cbc,
  pbkdf2: /* @__PURE__ */ pbkdf2With(hashes),
  scrypt,
  groups: readLate(
    {
      x25519: nativeMontgomery('x25519', 32),
      ffdhe2048: nativeDh('ffdhe2048', 2048),
      ffdhe3072: nativeDh('ffdhe3072', 3072),
      ffdhe4096: nativeDh('ffdhe4096', 4096),
      ffdhe6144: nativeDh('ffdhe6144', 6144),
      ffdhe8192: nativeDh('ffdhe8192', 8192),
    },
    {
      x448: () => (hasNativeX448() ? nativeMontgomery('x448', 56) : montgomeryGroup('x448', PORTABLE_X448)),
      secp224r1: () => weierstrass(curves.secp224r1),
      secp256r1: () => weierstrass(curves.secp256r1),
      secp384r1: () => weierstrass(curves.secp384r1),
      secp521r1: () => weierstrass(curves.secp521r1),
      secp256k1: () => weierstrass(curves.secp256k1),
      brainpoolP256r1: () => weierstrass(curves.brainpoolP256r1),
      brainpoolP384r1: () => weierstrass(curves.brainpoolP384r1),
      brainpoolP512r1: () => weierstrass(curves.brainpoolP512r1),
      MLKEM512: () => kem('MLKEM512', 'ml-kem-512'),
      MLKEM768: () => kem('MLKEM768', 'ml-kem-768'),
      MLKEM1024: () => kem('MLKEM1024', 'ml-kem-1024'),
      X25519MLKEM768: ({ MLKEM768, x25519 }) => hybrid('X25519MLKEM768', MLKEM768, x25519),
      SecP256r1MLKEM768: ({ secp256r1, MLKEM768 }) => hybrid('SecP256r1MLKEM768', secp256r1, MLKEM768),
      SecP384r1MLKEM1024: ({ secp384r1, MLKEM1024 }) => hybrid('SecP384r1MLKEM1024', secp384r1, MLKEM1024),
    },
  ),
  dhGroup,
  isPrime,
  importPublicKey,
  importPrivateKey,
  generateKey,
  supportsSignature: (algorithm, key) =>
    (!algorithm.name.startsWith('ml-dsa') || offersMlDsa()) && supportsSignature(hashes, algorithm, key),
  prefers: 'aes',
}
