import { CryptoError } from '../error.ts'
import type {
  AeadAlgorithm,
  AeadName,
  CryptoProvider,
  GroupName,
  KeyExchangeGroup,
  KeyInfo,
  KeySpec,
  KeyType,
  PrivateKey,
  PrivateKeyData,
  PublicKey,
  PublicKeyData,
  SignatureAlgorithm,
} from '../provider.ts'
import { randomBytes } from '../random.ts'
import type { Hashes } from '../signatures/fit.ts'
import { withHiddenData } from '../signatures/hidden-data.ts'
import { withOwnPublicHalf } from '../signatures/public-half.ts'
import { supportsSignature } from '../signatures/support.ts'

/** Keys that are read and made by one piece of code: RSA, the curves of ECDSA, Ed25519 ... */
export interface KeyFamily {
  readonly types: readonly KeyType[]
  /** The signatures that such keys make. */
  readonly signatures: readonly SignatureAlgorithm['name'][]
  /** Whether a key of one of the types is offered, where that depends on more: its curve. */
  offers?(key: KeyInfo): boolean
  importPublicKey(data: PublicKeyData, hashes: Hashes): PublicKey
  importPrivateKey(data: PrivateKeyData, hashes: Hashes): PrivateKey
  /** Absent where keys are read only. */
  generateKey?(spec: KeySpec, hashes: Hashes): PrivateKey
}

/** What is true of a family's keys only; the types in a {@link KeyFamily} are all there are. */
export interface FamilyOf<T extends KeyType> extends KeyFamily {
  readonly types: readonly T[]
  importPublicKey(data: Extract<PublicKeyData, { type: T }>, hashes: Hashes): ReturnType<KeyFamily['importPublicKey']>
  importPrivateKey(
    data: Extract<PrivateKeyData, { type: T }>,
    hashes: Hashes,
  ): ReturnType<KeyFamily['importPrivateKey']>
  generateKey?(spec: Extract<KeySpec, { type: T }>, hashes: Hashes): ReturnType<KeyFamily['importPrivateKey']>
}

/** What a composed provider consists of. What is not named is not offered, and not bundled. */
export interface ProviderParts {
  readonly name: string
  readonly hashes: Hashes
  readonly aeads: Readonly<Partial<Record<AeadName, AeadAlgorithm>>>
  readonly groups: Readonly<Partial<Record<GroupName, KeyExchangeGroup>>>
  readonly keys: readonly KeyFamily[]
  /** CBC and NULL record protection for TLS up to 1.2; absent: not offered. */
  readonly cbcHmac?: CryptoProvider['cbcHmac']
  /** Finite-field groups over given parameters; absent: refused. */
  readonly dhGroup?: CryptoProvider['dhGroup']
  readonly prefers?: CryptoProvider['prefers']
  /** Block ciphers in CBC: `cbc` of `./cbc`. Absent: no key file is decrypted, no ticket sealed under `ticketKeys`. */
  readonly cbc?: CryptoProvider['cbc']
  /** For key files: `pbkdf2With(hashes)` of `./kdf`. Absent: not offered. */
  readonly pbkdf2?: CryptoProvider['pbkdf2']
  /** For key files: `scrypt` of `./kdf`. Absent: not offered. */
  readonly scrypt?: CryptoProvider['scrypt']
}

/**
 * A provider out of the algorithms that a program names, so that a bundler leaves out the others.
 *
 * ```ts
 * const provider = composeProvider({
 *   name: 'mine',
 *   hashes: { sha256, sha384 },
 *   aeads: { 'chacha20-poly1305': chacha20Poly1305 },
 *   groups: { x25519 },
 *   keys: [ecKeys(secp256r1), ed25519Keys],
 * })
 * ```
 */
export function composeProvider(parts: ProviderParts): CryptoProvider {
  const { keys, ...offered } = parts
  const { hashes } = parts
  const families = new Map(keys.flatMap((family) => family.types.map((type) => [type as string, family] as const)))
  const signatures = new Set(keys.flatMap((family) => family.signatures))
  const familyOf = (type: string): KeyFamily => {
    const family = families.get(type)
    if (!family) throw new CryptoError('UNSUPPORTED', `key type ${type} is not offered`)
    return family
  }
  return {
    ...offered,
    randomBytes,
    cbcHmac: parts.cbcHmac ?? (() => undefined),
    dhGroup:
      parts.dhGroup ??
      (() => {
        throw new CryptoError('UNSUPPORTED', 'finite-field groups are not offered')
      }),
    importPublicKey: (data) => familyOf(data.type).importPublicKey(data, hashes),
    importPrivateKey: (data) =>
      withHiddenData(withOwnPublicHalf(data, familyOf(data.type).importPrivateKey(data, hashes))),
    generateKey(spec) {
      const family = familyOf(spec.type)
      if (!family.generateKey) throw new CryptoError('UNSUPPORTED', `keys of type ${spec.type} are not generated`)
      return withHiddenData(family.generateKey(spec, hashes))
    },
    supportsSignature(algorithm, key) {
      if (!signatures.has(algorithm.name)) return false
      const family = key && families.get(key.type)
      if (key && (!family || family.offers?.(key) === false)) return false
      return supportsSignature(hashes, algorithm, key)
    },
    prefers: parts.prefers ?? 'chacha20',
  }
}
