import type { CurveName, HashName, KeyInfo, SignatureAlgorithm } from '@x/crypto-primitives'
import { rememberedByList } from './remembered.ts'

/** A SignatureScheme (RFC 9846 §4.3.3): number, algorithm, and the keys it goes with. */
export interface SignatureScheme {
  readonly id: number
  /** IANA's name. */
  readonly name: string
  readonly algorithm: SignatureAlgorithm
  readonly keyType: KeyInfo['type']
  /** ECDSA in TLS 1.3: the curve is fixed by the scheme. */
  readonly curve?: CurveName
  /** Who may sign a TLS 1.3 CertificateVerify by it (RFC 9846 §4.5.2). */
  readonly tls13: 'both' | 'client' | 'none'
}

const hashBytes: Readonly<Partial<Record<HashName, number>>> = { sha256: 32, sha384: 48, sha512: 64 }

function pss(id: number, name: string, keyType: 'rsa' | 'rsa-pss', hash: HashName): SignatureScheme {
  // RFC 9846 §4.3.3 #7, #9: a salt as long as the digest.
  const algorithm = { name: 'rsa-pss', hash, mgfHash: hash, saltLength: hashBytes[hash]! } as const
  return { id, name, algorithm, keyType, tls13: 'both' }
}

function ecdsa(id: number, name: string, hash: HashName, curve?: CurveName): SignatureScheme {
  return { id, name, algorithm: { name: 'ecdsa', hash }, keyType: 'ec', curve, tls13: curve ? 'both' : 'none' }
}

function pkcs1(id: number, name: string, hash: HashName, tls13: 'client' | 'none' = 'none'): SignatureScheme {
  return { id, name, algorithm: { name: 'rsa-pkcs1', hash }, keyType: 'rsa', tls13 }
}

function edwards(id: number, name: 'ed25519' | 'ed448'): SignatureScheme {
  return { id, name, algorithm: { name }, keyType: name, tls13: 'both' }
}

function mldsa(id: number, name: string, key: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'): SignatureScheme {
  return { id, name, algorithm: { name: key }, keyType: key, tls13: 'both' }
}

/** Every scheme we know, in the order we prefer. */
export const SIGNATURE_SCHEMES: readonly SignatureScheme[] = /* @__PURE__ */ [
  mldsa(0x0905, 'mldsa65', 'ml-dsa-65'),
  mldsa(0x0906, 'mldsa87', 'ml-dsa-87'),
  mldsa(0x0904, 'mldsa44', 'ml-dsa-44'),
  ecdsa(0x0403, 'ecdsa_secp256r1_sha256', 'sha256', 'secp256r1'),
  ecdsa(0x0503, 'ecdsa_secp384r1_sha384', 'sha384', 'secp384r1'),
  ecdsa(0x0603, 'ecdsa_secp521r1_sha512', 'sha512', 'secp521r1'),
  edwards(0x0807, 'ed25519'),
  edwards(0x0808, 'ed448'),
  ecdsa(0x081a, 'ecdsa_brainpoolP256r1tls13_sha256', 'sha256', 'brainpoolP256r1'),
  ecdsa(0x081b, 'ecdsa_brainpoolP384r1tls13_sha384', 'sha384', 'brainpoolP384r1'),
  ecdsa(0x081c, 'ecdsa_brainpoolP512r1tls13_sha512', 'sha512', 'brainpoolP512r1'),
  pss(0x0809, 'rsa_pss_pss_sha256', 'rsa-pss', 'sha256'),
  pss(0x080a, 'rsa_pss_pss_sha384', 'rsa-pss', 'sha384'),
  pss(0x080b, 'rsa_pss_pss_sha512', 'rsa-pss', 'sha512'),
  pss(0x0804, 'rsa_pss_rsae_sha256', 'rsa', 'sha256'),
  pss(0x0805, 'rsa_pss_rsae_sha384', 'rsa', 'sha384'),
  pss(0x0806, 'rsa_pss_rsae_sha512', 'rsa', 'sha512'),
  pkcs1(0x0401, 'rsa_pkcs1_sha256', 'sha256'),
  pkcs1(0x0501, 'rsa_pkcs1_sha384', 'sha384'),
  pkcs1(0x0601, 'rsa_pkcs1_sha512', 'sha512'),
  // RFC 9963: client keys in tokens that cannot do PSS.
  pkcs1(0x0420, 'rsa_pkcs1_sha256_legacy', 'sha256', 'client'),
  pkcs1(0x0520, 'rsa_pkcs1_sha384_legacy', 'sha384', 'client'),
  pkcs1(0x0620, 'rsa_pkcs1_sha512_legacy', 'sha512', 'client'),
  ecdsa(0x0303, 'ecdsa_sha224', 'sha224'),
  pkcs1(0x0301, 'rsa_pkcs1_sha224', 'sha224'),
  ecdsa(0x0203, 'ecdsa_sha1', 'sha1'),
  pkcs1(0x0201, 'rsa_pkcs1_sha1', 'sha1'),
]

/** RFC 5246 §7.4.1.4.1 #1, RFC 9846 §4.3.3 #14, #20, #21. SHA-1, SHA-224 and PKCS #1 v1.5 in TLS 1.3 are used only when asked for by number. */
export const OFF_BY_DEFAULT: ReadonlySet<number> = /* @__PURE__ */ new Set([
  0x0301, 0x0303, 0x0201, 0x0203, 0x0420, 0x0520, 0x0620,
])

const byId = /* @__PURE__ */ new Map(SIGNATURE_SCHEMES.map((scheme) => [scheme.id, scheme]))

/** The scheme with this number. */
export function signatureScheme(id: number): SignatureScheme | undefined {
  return byId.get(id)
}

/** IANA's name of a scheme, or its number in hexadecimal. */
export function signatureSchemeName(id: number): string {
  return byId.get(id)?.name ?? `0x${id.toString(16).padStart(4, '0')}`
}

/**
 * The schemes to accept from a peer, in order: those of `configured` that can be verified, or all that are sound.
 * RFC 9846 §4.3.3 #15: SHA-1 behind all others.
 */
export const acceptedSchemes = /* @__PURE__ */ rememberedByList((provider, configured: readonly number[] = SOUND) =>
  configured
    .filter((id) => {
      const scheme = byId.get(id)
      if (!scheme) return false
      const { algorithm, keyType, curve } = scheme
      // A curve that the provider lacks is not accepted in 1.2 either, where the scheme would allow others.
      return provider.supportsSignature(algorithm, curve && { type: keyType, curve, bits: 0 })
    })
    .sort((a, b) => Number(SHA1.has(a)) - Number(SHA1.has(b))),
)

const SHA1: ReadonlySet<number> = /* @__PURE__ */ new Set([0x0201, 0x0203])

/** RFC 9846 §9.1 #2, and more. */
const SOUND = /* @__PURE__ */ SIGNATURE_SCHEMES.map(({ id }) => id).filter((id) => !OFF_BY_DEFAULT.has(id))

/** Bytes an RSA modulus must have at least for EMSA-PSS with this hash (RFC 8017 §9.1.1: emLen ≥ hLen + sLen + 2). */
function pssFits(scheme: SignatureScheme, key: KeyInfo): boolean {
  if (scheme.algorithm.name !== 'rsa-pss') return true
  const { hash, saltLength } = scheme.algorithm
  if (key.bits > 0 && Math.ceil((key.bits - 1) / 8) < hashBytes[hash]! + saltLength + 2) return false
  return key.pss === undefined || key.pss.hash === hash
}

/** True when a key may sign by this scheme in TLS 1.3 (RFC 9846 §4.3.3 #1, #8, #10). */
export function schemeFitsKey13(scheme: SignatureScheme, key: KeyInfo, signer: 'client' | 'server'): boolean {
  return (
    (scheme.tls13 === 'both' || scheme.tls13 === signer) &&
    scheme.keyType === key.type &&
    (scheme.curve === undefined || scheme.curve === key.curve) &&
    pssFits(scheme, key)
  )
}

/** Schemes whose numbers were given for TLS 1.3 alone: the brainpool curves (RFC 8734 §3), PKCS #1 in tokens (RFC 9963). */
const ONLY_13: ReadonlySet<number> = /* @__PURE__ */ new Set([0x081a, 0x081b, 0x081c, 0x0420, 0x0520, 0x0620])

/** True for what TLS 1.2 knows: to be listed where no higher version can be negotiated. */
export function isScheme12(id: number): boolean {
  return !ONLY_13.has(id) && byId.get(id)?.keyType.startsWith('ml-dsa') !== true
}

/** True when a key may sign by this scheme in TLS 1.2, where ECDSA is not bound to a curve (RFC 5246 §7.4.1.4.1, RFC 9846 §4.3.3 #22), and PSS is taken (RFC 9846 §4.3.3 #23). */
export function schemeFitsKey12(scheme: SignatureScheme, key: KeyInfo): boolean {
  return scheme.keyType === key.type && isScheme12(scheme.id) && pssFits(scheme, key)
}
