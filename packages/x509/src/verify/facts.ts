import { keyFitsAlgorithm, RSASSA_PSS } from '../algorithm.ts'
import { equalBytes } from '../bytes.ts'
import { cRLDistributionPoints } from '../extensions/access.ts'
import type { ExtensionDecoder } from '../extensions/codec.ts'
import {
  type BasicConstraints,
  basicConstraints,
  type NameConstraints,
  nameConstraints,
} from '../extensions/constraints.ts'
import {
  type AuthorityKeyIdentifier,
  authorityKeyIdentifier,
  subjectAltName,
  subjectKeyIdentifier,
} from '../extensions/identifiers.ts'
import * as OID from '../extensions/oids.ts'
import { extKeyUsage, KEY_USAGES, type KeyUsageName, keyUsage, netscapeCertType } from '../extensions/usage.ts'
import { DSA_KEY, EC_PUBLIC_KEY, RAW_KEYS, RSA_ENCRYPTION } from '../keys/public-key.ts'
import type { GeneralName } from '../names/general-name.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'

/** What path validation asks of a certificate, decoded once and kept (OpenSSL's `x509v3_cache_extensions`). */
export interface Facts {
  /** Why the certificate cannot be used at all: a malformed or repeated extension. */
  readonly malformed?: string
  /** A critical extension that is not processed. */
  readonly unknownCritical?: string
  readonly basicConstraints?: BasicConstraints
  /** Bits as in `KEY_USAGES`; absent: any use. */
  readonly keyUsage?: number
  readonly extKeyUsage?: ReadonlySet<string>
  readonly netscapeTypes?: readonly string[]
  readonly subjectKeyIdentifier?: Uint8Array
  readonly authorityKeyIdentifier?: AuthorityKeyIdentifier
  readonly subjectAltName?: readonly GeneralName[]
  readonly nameConstraints?: NameConstraints
  readonly selfIssued: boolean
  /** Self-issued, with key identifiers and algorithms that say so too; the signature is not looked at. */
  readonly selfSigned: boolean
  /** How far it is an authority, as `X509_check_ca` counts: 0 no, 1 by basicConstraints, 3 v1 root, 4 by key usage, 5 Netscape. */
  readonly authority: 0 | 1 | 3 | 4 | 5
}

/** Every field by name: what is absent must not be found on a prototype. */
const NOTHING: Facts = {
  malformed: undefined,
  unknownCritical: undefined,
  basicConstraints: undefined,
  keyUsage: undefined,
  extKeyUsage: undefined,
  netscapeTypes: undefined,
  subjectKeyIdentifier: undefined,
  authorityKeyIdentifier: undefined,
  subjectAltName: undefined,
  nameConstraints: undefined,
  selfIssued: false,
  selfSigned: false,
  authority: 0,
}

const cache = /* @__PURE__ */ new WeakMap<VerifiableCertificate, Facts>()

/** The facts of a certificate; never throws. */
export function factsOf(certificate: VerifiableCertificate): Facts {
  let facts = cache.get(certificate)
  if (!facts) cache.set(certificate, (facts = gather(certificate)))
  return facts
}

export function hasUsage(facts: Facts, usage: KeyUsageName): boolean {
  return facts.keyUsage === undefined || (facts.keyUsage & (1 << KEY_USAGES.indexOf(usage))) !== 0
}

/** Extensions whose malformed contents make OpenSSL refuse the certificate, and we with it; RFC 5280 §4.2 #2: critical or not. */
const DECODED: readonly ExtensionDecoder<unknown>[] = [
  basicConstraints,
  keyUsage,
  extKeyUsage,
  netscapeCertType,
  subjectKeyIdentifier,
  authorityKeyIdentifier,
  subjectAltName,
  nameConstraints,
  cRLDistributionPoints,
]

/** Extensions that are processed, and may so be critical: RFC 5280 §4.2 #8. */
const PROCESSED: ReadonlySet<string> = /* @__PURE__ */ (() =>
  new Set([
    OID.netscapeCertType,
    OID.keyUsage,
    OID.subjectAltName,
    OID.basicConstraints,
    OID.certificatePolicies,
    OID.cRLDistributionPoints,
    OID.extKeyUsage,
    OID.ocspNoCheck,
    OID.policyConstraints,
    OID.nameConstraints,
    OID.policyMappings,
    OID.inhibitAnyPolicy,
  ]))()

function gather(certificate: VerifiableCertificate): Facts {
  const selfIssued = certificate.isSelfIssued
  const bare: Facts = { ...NOTHING, selfIssued }
  const { extensions } = certificate
  // RFC 5280 §4.2 #3.
  const duplicate = extensions.duplicate
  if (duplicate) return { ...bare, malformed: `extension ${duplicate} is there twice (RFC 5280 §4.2)` }
  try {
    for (const decoder of DECODED) extensions.read(decoder)
    // RFC 5280 §4.2.1.3 #7.
    if (extensions.read(keyUsage)?.length === 0)
      return { ...bare, malformed: 'keyUsage has no bit set (RFC 5280 §4.2.1.3)' }
  } catch (error) {
    return { ...bare, malformed: (error as Error).message }
  }
  const usages = extensions.read(keyUsage)
  const purposes = extensions.read(extKeyUsage)
  const facts: Facts = {
    malformed: undefined,
    unknownCritical: extensions.all.find(({ critical, oid }) => critical && !PROCESSED.has(oid))?.oid,
    basicConstraints: extensions.read(basicConstraints),
    keyUsage: usages?.reduce((bits, usage) => bits | (1 << KEY_USAGES.indexOf(usage)), 0),
    extKeyUsage: purposes && new Set(purposes),
    netscapeTypes: extensions.read(netscapeCertType),
    subjectKeyIdentifier: extensions.read(subjectKeyIdentifier),
    authorityKeyIdentifier: extensions.read(authorityKeyIdentifier),
    subjectAltName: extensions.read(subjectAltName),
    nameConstraints: extensions.read(nameConstraints),
    selfIssued,
    selfSigned: false,
    authority: 0,
  }
  const selfSigned =
    selfIssued && keyIdentifiersAgree(facts, certificate, facts) && signatureFits(certificate, certificate)
  return { ...facts, selfSigned, authority: authorityKind(certificate, facts, selfSigned) }
}

function authorityKind(certificate: VerifiableCertificate, facts: Facts, selfSigned: boolean): Facts['authority'] {
  if (!hasUsage(facts, 'keyCertSign')) return 0
  if (facts.basicConstraints) return facts.basicConstraints.ca ? 1 : 0
  if (certificate.version === 1 && selfSigned) return 3
  if (facts.keyUsage !== undefined) return 4
  return facts.netscapeTypes?.some((type) => type.endsWith('CA')) ? 5 : 0
}

/** Whether `issuer`'s identifiers are those that a certificate's authorityKeyIdentifier names (RFC 5280 §4.2.1.1). */
export function keyIdentifiersAgree(
  { authorityKeyIdentifier: wanted }: Pick<Facts, 'authorityKeyIdentifier'>,
  issuer: VerifiableCertificate,
  issuerFacts: Facts,
): boolean {
  if (!wanted) return true
  const { keyIdentifier, authorityCertSerialNumber, authorityCertIssuer } = wanted
  const own = issuerFacts.subjectKeyIdentifier
  if (keyIdentifier && own && !equalBytes(keyIdentifier, own)) return false
  if (authorityCertSerialNumber && !equalBytes(authorityCertSerialNumber, issuer.serialNumber)) return false
  const name = authorityCertIssuer?.find(({ type }) => type === 'directoryName')
  return name?.type !== 'directoryName' || name.value.equals(issuer.issuer)
}

/** Whether a key of the issuer's kind can have made the subject's signature. */
function signatureFits(subject: VerifiableCertificate, issuer: VerifiableCertificate): boolean {
  const algorithm = subject.signatureAlgorithm
  const type = keyTypeOf(issuer)
  return algorithm !== null && type !== undefined && keyFitsAlgorithm(type, algorithm)
}

function keyTypeOf({ subjectPublicKeyInfo }: VerifiableCertificate) {
  const { oid } = subjectPublicKeyInfo.algorithm
  switch (oid) {
    case RSA_ENCRYPTION:
      return 'rsa' as const
    case RSASSA_PSS:
      return 'rsa-pss' as const
    case EC_PUBLIC_KEY:
      return 'ec' as const
    case DSA_KEY:
      return 'dsa' as const
    default:
      return RAW_KEYS[oid as keyof typeof RAW_KEYS]?.type
  }
}

/**
 * Whether `issuer` looks like the issuer of `subject`: names, key identifiers and algorithms, not the signature
 * (OpenSSL's `ossl_x509_likely_issued`).
 */
export function likelyIssued(subject: VerifiableCertificate, issuer: VerifiableCertificate): boolean {
  if (!subject.issuer.equals(issuer.subject)) return false
  const facts = factsOf(subject)
  const issuerFacts = factsOf(issuer)
  return (
    !facts.malformed &&
    !issuerFacts.malformed &&
    keyIdentifiersAgree(facts, issuer, issuerFacts) &&
    signatureFits(subject, issuer)
  )
}
