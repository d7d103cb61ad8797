import type { CryptoProvider } from '@x/crypto-primitives'
import { bitLength, toHex } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import { X509Error } from '../error.ts'
import { curveEntry } from '../keys/curve-names.ts'
import type { Name } from '../names/name.ts'
import type { IdentityCertificate } from './check-server-identity.ts'
import { alternativeNamesText, dateText, infoAccessObject } from './text.ts'

/** Attributes by type; one that is there several times is a list. */
export type LegacyName = Record<string, string | string[]>

/** What `tlsSocket.getPeerCertificate()` returns, with byte strings as `Uint8Array`. */
export interface LegacyCertificate {
  subject: LegacyName
  issuer: LegacyName
  subjectaltname?: string
  infoAccess?: Record<string, string[]>
  ca: boolean
  /** RSA: upper-case hexadecimal. */
  modulus?: string
  /** RSA and EC. */
  bits?: number
  /** RSA: `0x10001`. */
  exponent?: string
  /** RSA: DER of the SubjectPublicKeyInfo; EC: the point. */
  pubkey?: Uint8Array
  asn1Curve?: string
  nistCurve?: string
  valid_from: string
  valid_to: string
  fingerprint: string
  fingerprint256: string
  fingerprint512: string
  ext_key_usage?: string[]
  serialNumber: string
  raw: Uint8Array
  /** Detailed objects only; a root refers to itself. */
  issuerCertificate?: LegacyCertificate
}

/** A digest of the whole certificate as Node prints it: `AA:BB:...`. */
export function fingerprint(
  certificate: Certificate,
  provider: Pick<CryptoProvider, 'hashes' | 'name'>,
  hash: 'sha1' | 'sha256' | 'sha512' = 'sha256',
): string {
  const algorithm = provider.hashes[hash]
  if (!algorithm) throw new X509Error('UNSUPPORTED', `provider ${provider.name} has no ${hash}`)
  return toHex(algorithm.digest(certificate.raw), ':').toUpperCase()
}

/**
 * The legacy certificate object of Node's `getPeerCertificate()`. What cannot be decoded is left out, as Node does.
 *
 * @param provider hashes the fingerprints
 * @param issuers the rest of the chain, for a detailed object: each becomes the `issuerCertificate` of the one below;
 *   the last one refers to itself when it is self-issued
 */
export function toLegacyObject(
  certificate: Certificate,
  provider: Pick<CryptoProvider, 'hashes' | 'name'>,
  issuers?: readonly Certificate[],
): LegacyCertificate {
  const object = describeCertificate(certificate, provider)
  if (!issuers) return object
  let below = object
  let last = certificate
  for (const issuer of issuers) {
    const next = describeCertificate(issuer, provider)
    below.issuerCertificate = next
    below = next
    last = issuer
  }
  if (last.isSelfIssued) below.issuerCertificate = below
  return object
}

/** What `checkServerIdentity` reads of the legacy object, without the work for the rest. */
export function toIdentityCertificate(certificate: Certificate): IdentityCertificate {
  return { subject: legacyName(certificate.subject), ...alternativeNamesOf(certificate) }
}

function alternativeNamesOf(certificate: Certificate): { subjectaltname?: string } {
  const names = attempt(() => certificate.extension('subjectAltName'))
  return names ? { subjectaltname: alternativeNamesText(names) } : {}
}

function describeCertificate(
  certificate: Certificate,
  provider: Pick<CryptoProvider, 'hashes' | 'name'>,
): LegacyCertificate {
  const access = attempt(() => certificate.extension('authorityInfoAccess'))
  const usage = attempt(() => certificate.extension('extKeyUsage'))
  return {
    subject: legacyName(certificate.subject),
    issuer: legacyName(certificate.issuer),
    ...alternativeNamesOf(certificate),
    ...(access && { infoAccess: infoAccessObject(access) }),
    ca: isAuthority(certificate),
    ...legacyKey(certificate),
    valid_from: dateText(certificate.notBefore),
    valid_to: dateText(certificate.notAfter),
    fingerprint: fingerprint(certificate, provider, 'sha1'),
    fingerprint256: fingerprint(certificate, provider, 'sha256'),
    fingerprint512: fingerprint(certificate, provider, 'sha512'),
    ...(usage && { ext_key_usage: [...usage] }),
    serialNumber: certificate.serialNumberHex,
    raw: certificate.raw,
  }
}

/** What Node shows as `ca`: basicConstraints says so, and keyUsage does not deny it. */
export function isAuthority(certificate: Certificate): boolean {
  const usage = attempt(() => certificate.extension('keyUsage'))
  const constraints = attempt(() => certificate.extension('basicConstraints'))
  return constraints?.ca === true && (usage === undefined || usage.includes('keyCertSign'))
}

/** What Node leaves out: nothing, when the value is malformed. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof X509Error) return undefined
    throw error
  }
}

function legacyName(name: Name): LegacyName {
  const out: LegacyName = Object.create(null)
  for (const { type, value } of name.attributes) {
    const present = out[type]
    if (present === undefined) out[type] = value
    else if (Array.isArray(present)) present.push(value)
    else out[type] = [present, value]
  }
  return out
}

function legacyKey({ subjectPublicKeyInfo: info }: Certificate): Partial<LegacyCertificate> {
  const curve = attempt(() => info.curveOid && curveEntry(info.curveOid))
  if (curve) {
    const { bits, openssl, nist } = curve
    return { bits, pubkey: info.keyBytes, asn1Curve: openssl, ...(nist && { nistCurve: nist }) }
  }
  const key = attempt(() => info.data)
  if (!key || !('n' in key)) return {}
  return {
    modulus: toHex(key.n).replace(/^0/, '').toUpperCase(),
    bits: bitLength(key.n),
    exponent: `0x${BigInt(`0x${toHex(key.e)}`).toString(16)}`,
    pubkey: info.raw,
  }
}
