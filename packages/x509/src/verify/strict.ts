import { equalBytes, fromHex, toHex } from '../bytes.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { authorityInfoAccess, freshestCRL, subjectInfoAccess } from '../extensions/access.ts'
import type { ExtensionDecoder } from '../extensions/codec.ts'
import { inhibitAnyPolicy, policyConstraints } from '../extensions/constraints.ts'
import { issuerAltName } from '../extensions/identifiers.ts'
import * as OID from '../extensions/oids.ts'
import { certificatePolicies, isKnownQualifier, policyMappings } from '../extensions/policies.ts'
import { tlsFeature } from '../extensions/usage.ts'
import { EC_PUBLIC_KEY } from '../keys/public-key.ts'
import type { GeneralName } from '../names/general-name.ts'
import { formatIpAddress, parseIpAddress } from '../names/ip-address.ts'
import { printable } from '../names/printable.ts'
import { ANY_EXTENDED_KEY_USAGE } from '../oids.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { VerifyCode } from './codes.ts'
import { describe, type VerifyContext } from './context.ts'
import { factsOf, hasUsage } from './facts.ts'
import type { Findings } from './findings.ts'
import { isDnsName } from './host-name.ts'
import type { BuiltPath } from './openssl-path.ts'

/**
 * What the `webpki` profile asks beyond OpenSSL's default checks: RFC 5280's rules for conforming authorities, and the
 * CA/Browser Forum's baseline requirements where they go further.
 */
export function checkStrict(context: VerifyContext, { chain }: BuiltPath, findings: Findings): void {
  const last = chain.length - 1
  chain.forEach((certificate, depth) => {
    const who = describe(certificate)
    const add = (code: VerifyCode, problem: string) => findings.add(code, depth, `${who} ${problem}`)
    // RFC 5280 §4.1: what is signed is DER.
    if (!certificate.isDer) {
      add('UNSPECIFIED', 'is not encoded as DER')
      return
    }
    const malformed = factsOf(certificate).malformed
    if (malformed) {
      add('INVALID_EXTENSION', `is malformed: ${malformed}`)
      return
    }
    checkForm(certificate, depth === last, add)
    checkKey(certificate, add)
    checkIdentifiers(certificate, depth < last, add)
    const facts = factsOf(certificate)
    if (depth > 0) checkAuthority(certificate, depth === last, add)
    else if (chain.length > 1 || !facts.selfSigned) {
      // For any purpose a path may lead to an authority: one that signs CRLs is verified so.
      if (context.purpose === 'any' && facts.basicConstraints?.ca) checkAuthority(certificate, false, add)
      else checkSubscriber(context, certificate, add)
    }
  })
}

type Add = (code: VerifyCode, problem: string) => void

/** Extensions that are looked at for their form alone (RFC 5280 §4.2.1.7 #1); path validation reads others. */
const WELL_FORMED: readonly ExtensionDecoder<unknown>[] = [
  certificatePolicies,
  authorityInfoAccess,
  issuerAltName,
  freshestCRL,
  policyMappings,
  policyConstraints,
  inhibitAnyPolicy,
  subjectInfoAccess,
  tlsFeature,
]

function checkForm(certificate: VerifiableCertificate, isAnchor: boolean, add: Add): void {
  const { serialNumber, extensions } = certificate
  // RFC 5280 §4.1 #1, #2, RFC 5280 §4.1.2.1 #1, #5, RFC 5280 §4.1.2.8 #1, #2, RFC 5280 §4.1.2.9 #1: extensions need
  // version 3, and every certificate here needs extensions.
  if (certificate.version !== 3) add('EXTENSIONS_REQUIRE_VERSION_3', `is of version ${certificate.version}, not 3`)
  // RFC 5280 §4.1.2.2 #1, #3, #4, #5: positive, at most 20 bytes; a sign byte is not counted. Roots of the last century have zero.
  const length = serialNumber[0] === 0 ? serialNumber.length - 1 : serialNumber.length
  if (!isAnchor && (serialNumber[0]! >= 0x80 || length === 0 || length > 20))
    add('UNSPECIFIED', 'has a serial number that is not positive or longer than 20 bytes')
  // RFC 5280 §4.1.1.2 #3, RFC 5280 §4.1.2.3 #1.
  if (!equalBytes(certificate.signatureIdentifier.raw, certificate.tbsSignatureIdentifier.raw))
    add('SIGNATURE_ALGORITHM_INCONSISTENCY', 'names two different signature algorithms')
  if (!isAnchor && hasEarlyGeneralizedTime(certificate))
    add('UNSPECIFIED', 'writes a date before 2050 as GeneralizedTime (RFC 5280 §4.1.2.5)')
  // RFC 5280 §4.1.2.4 #1.
  if (certificate.issuer.isEmpty) add('ISSUER_NAME_EMPTY', 'has no issuer name')
  try {
    // Every extension that is known must at least be well-formed.
    for (const decoder of WELL_FORMED) extensions.read(decoder)
    // RFC 5280 §4.2.1.4 #4: where it is critical, by qualifiers that are known alone, cPSuri and userNotice.
    if (extensions.find(OID.certificatePolicies)?.critical)
      for (const { qualifiers } of extensions.read(certificatePolicies)!)
        if (qualifiers && !qualifiers.every(isKnownQualifier)) throw new Error('policyQualifiers')
  } catch (error) {
    add('INVALID_EXTENSION', `is malformed: ${(error as Error).message}`)
  }
  checkCriticality(certificate, add)
}

const YEAR_2050 = 2524608000000

/** Whether a date before 2050 is a GeneralizedTime, which RFC 5280 §4.1.2.5 #1 forbids. */
function hasEarlyGeneralizedTime({ tbs, notBefore, notAfter }: VerifiableCertificate): boolean {
  const fields = DerReader.open(tbs, '').sequence('tbsCertificate')
  if (fields.is(0xa0)) fields.raw('version')
  for (const field of ['serialNumber', 'signature', 'issuer']) fields.raw(field)
  const validity = fields.sequence('validity')
  if (notBefore < YEAR_2050 && validity.is(Tag.GENERALIZED_TIME)) return true
  validity.raw('notBefore')
  return notAfter < YEAR_2050 && validity.is(Tag.GENERALIZED_TIME)
}

/**
 * Criticality as RFC 5280 §4.2 fixes it for each extension: RFC 5280 §4.2.1.1 #6, RFC 5280 §4.2.1.2 #7, RFC 5280 §4.2.1.11 #6,
 * RFC 5280 §4.2.1.14 #1, RFC 5280 §4.2.1.15 #1, RFC 5280 §4.2.2.1 #1, RFC 5280 §4.2.2.2 #1.
 */
function checkCriticality(certificate: VerifiableCertificate, add: Add): void {
  for (const { oid, critical } of certificate.extensions) {
    switch (oid) {
      case OID.authorityKeyIdentifier:
        if (critical) add('AUTHORITY_KEY_IDENTIFIER_CRITICAL', 'marks its authorityKeyIdentifier critical')
        break
      case OID.subjectKeyIdentifier:
        if (critical) add('SUBJECT_KEY_IDENTIFIER_CRITICAL', 'marks its subjectKeyIdentifier critical')
        break
      case OID.authorityInfoAccess:
      case OID.subjectInfoAccess:
      case OID.freshestCRL:
        if (critical) add('INVALID_EXTENSION', `marks extension ${oid} critical`)
        break
      // Name constraints need not be: baseline requirements §7.1.2.10.8 leaves it open, against RFC 5280 §4.2.1.10.
      case OID.policyConstraints:
      case OID.inhibitAnyPolicy:
        if (!critical) add('INVALID_EXTENSION', `does not mark extension ${oid} critical`)
        break
    }
  }
}

/** CA/Browser Forum baseline requirements §6.1.5: the kinds and sizes of keys. */
function checkKey({ subjectPublicKeyInfo: key }: VerifiableCertificate, add: Add): void {
  const { oid } = key.algorithm
  let problem: string | undefined
  try {
    const { data } = key
    if ('n' in data) {
      const bits = key.bits ?? 0
      if (bits < 2048) problem = `has an RSA key of ${bits} bits; at least 2048 are needed`
      else if (bits % 8 !== 0) problem = `has an RSA key of ${bits} bits, which is not a whole number of bytes`
    } else if (data.type === 'ec') {
      if (!['secp256r1', 'secp384r1', 'secp521r1'].includes(data.curve)) problem = `has a key on ${data.curve}`
    } else if (data.type === 'dsa' || data.type === 'x25519' || data.type === 'x448')
      problem = `has a key of type ${data.type}`
  } catch {
    problem = oid === EC_PUBLIC_KEY ? 'has a key on an unknown curve' : `has a key of the unknown algorithm ${oid}`
  }
  if (problem) add('EE_KEY_TOO_SMALL', problem)
}

function checkIdentifiers(certificate: VerifiableCertificate, hasIssuer: boolean, add: Add): void {
  const { authorityKeyIdentifier: authority, subjectKeyIdentifier: own, selfIssued, selfSigned } = factsOf(certificate)
  if (hasIssuer) {
    // RFC 5280 §4.2.1.1 #2: MUST be there, with the key identifier, but in self-signed certificates.
    if (!authority?.keyIdentifier && !selfSigned)
      add('MISSING_AUTHORITY_KEY_IDENTIFIER', 'has no authority key identifier')
    return
  }
  // Baseline requirements §7.1.2.1.3: a root's, if it is there, is its own key identifier and nothing else.
  if (!authority || !selfIssued) return
  if (!authority.keyIdentifier)
    add('MISSING_AUTHORITY_KEY_IDENTIFIER', 'has no key identifier in its authority key identifier')
  else if (own && !equalBytes(authority.keyIdentifier, own))
    add('INVALID_EXTENSION', `names ${toHex(authority.keyIdentifier)} as its authority, but is its own`)
  if (authority.authorityCertIssuer || authority.authorityCertSerialNumber)
    add('INVALID_EXTENSION', 'names an issuer or serial number in its authority key identifier')
}

function checkAuthority(certificate: VerifiableCertificate, isAnchor: boolean, add: Add): void {
  const facts = factsOf(certificate)
  const constraints = certificate.extensions.find(OID.basicConstraints)
  // RFC 5280 §4.2.1.9 #4: MUST be there and critical.
  if (!constraints) add('INVALID_CA', 'has no basicConstraints')
  else if (!constraints.critical) add('CA_BCONS_NOT_CRITICAL', 'does not mark its basicConstraints critical')
  // RFC 5280 §4.2.1.9 #7.
  if (facts.basicConstraints?.pathLength !== undefined && !hasUsage(facts, 'keyCertSign'))
    add('PATHLEN_WITHOUT_KU_KEY_CERT_SIGN', 'limits path length but may not sign certificates')
  // RFC 5280 §4.2.1.3: a CA's key usage includes keyCertSign where the extension is there.
  if (!hasUsage(facts, 'keyCertSign')) add('KEYUSAGE_NO_CERTSIGN', 'is not for signing certificates (keyUsage)')
  // RFC 5280 §4.1.2.6.
  if (certificate.subject.isEmpty) add('SUBJECT_NAME_EMPTY', 'has no subject name')
  // RFC 5280 §4.2.1.2 #1.
  if (!facts.subjectKeyIdentifier) add('MISSING_SUBJECT_KEY_IDENTIFIER', 'has no subject key identifier')
  // Baseline requirements §7.1.2.1.2: roots have no extended key usage.
  if (isAnchor && facts.selfSigned && facts.extKeyUsage) add('INVALID_PURPOSE', 'is a root with an extended key usage')
}

/** The leaf. */
function checkSubscriber({ purpose }: VerifyContext, certificate: VerifiableCertificate, add: Add): void {
  const facts = factsOf(certificate)
  const { extensions } = certificate
  if (facts.basicConstraints?.ca) add('INVALID_NON_CA', 'is of an authority, not of a server or client')
  // RFC 5280 §4.2.1.9 #7.
  if (!facts.basicConstraints?.ca && facts.basicConstraints?.pathLength !== undefined)
    add('PATHLEN_INVALID_FOR_NON_CA', 'limits path length but is no authority')
  // RFC 5280 §4.2.1.3 #3, RFC 5280 §4.2.1.9 #1: keyCertSign without cA.
  if (facts.keyUsage !== undefined && hasUsage(facts, 'keyCertSign') && !facts.basicConstraints?.ca)
    add('KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA', 'may sign certificates but is no authority')
  // RFC 5280 §4.2.1.10 #1: name constraints MUST be used only in CA certificates.
  if (facts.nameConstraints) add('INVALID_EXTENSION', 'has name constraints but is no authority')
  const usage = extensions.find(OID.extKeyUsage)
  if (purpose === 'serverAuth') {
    // Baseline requirements §7.1.2.7.10: there, not critical, with serverAuth and without anyExtendedKeyUsage.
    if (!usage) add('INVALID_PURPOSE', 'has no extended key usage')
    else if (usage.critical) add('INVALID_PURPOSE', 'marks its extended key usage critical')
    else if (facts.extKeyUsage?.has(ANY_EXTENDED_KEY_USAGE))
      add('INVALID_PURPOSE', 'is for any purpose (anyExtendedKeyUsage)')
  }
  checkAlternativeName(purpose === 'serverAuth', certificate, add)
}

function checkAlternativeName(isServer: boolean, certificate: VerifiableCertificate, add: Add): void {
  const { subjectAltName: names } = factsOf(certificate)
  const extension = certificate.extensions.find(OID.subjectAltName)
  if (!names || !extension) {
    // RFC 5280 §4.2.1.6 #4, #5.
    if (isServer || certificate.subject.isEmpty) add('HOSTNAME_MISMATCH', 'has no subject alternative name')
    return
  }
  // RFC 5280 §4.2.1.6 #23.
  if (names.length === 0) add('EMPTY_SUBJECT_ALT_NAME', 'has an empty subject alternative name')
  // RFC 5280 §4.2.1.6 #5: critical exactly when the subject is empty.
  if (certificate.subject.isEmpty && !extension.critical)
    add('EMPTY_SUBJECT_SAN_NOT_CRITICAL', 'has no subject, and does not mark its subject alternative name critical')
  if (!certificate.subject.isEmpty && extension.critical)
    add('INVALID_EXTENSION', 'has a subject, and marks its subject alternative name critical')
  // RFC 5280 §4.2.1.6 #9, #10, #12, #13.
  for (const name of names)
    if (name.type === 'dns' && (!isDnsName(name.value.replace(/^\*\./, '')) || name.value.includes('_')))
      add('UNSUPPORTED_NAME_SYNTAX', `has the alternative name ${quoted(name.value)}, which is no host name`)
    else if (name.type === 'ip' && name.value.length !== 4 && name.value.length !== 16)
      add('UNSUPPORTED_NAME_SYNTAX', `has an IP address of ${name.value.length} bytes`)
  if (isServer) checkCommonName(certificate, names, add)
}

/**
 * Baseline requirements §7.1.4.3: a common name that is a host or address repeats an alternative name to the letter. One
 * that is another spelling of it is refused; one that has nothing to do with it is read by nobody.
 */
function checkCommonName(certificate: VerifiableCertificate, names: readonly GeneralName[], add: Add): void {
  for (const { type, value } of certificate.subject.attributes) {
    if (type !== 'CN') continue
    const address = looseAddress(value)
    const misspelt = address
      ? value !== formatIpAddress(address) &&
        names.some((name) => name.type === 'ip' && equalBytes(name.value, address))
      : names.some(
          (name) => name.type === 'dns' && name.value !== value && name.value.toLowerCase() === value.toLowerCase(),
        )
    // A U-label where the certificate can only have A-labels.
    const unicode =
      /[^\x20-\x7e]/.test(value) &&
      !/[\s@]/.test(value) &&
      /^[a-z]{2,}$/i.test(value.slice(value.lastIndexOf('.') + 1)) &&
      value.includes('.')
    if (misspelt || unicode)
      add('HOSTNAME_MISMATCH', `has the common name ${quoted(value)}, which is not an alternative name to the letter`)
  }
}

/** An address as lenient parsers read it: hexadecimal IPv4, leading zeros. */
function looseAddress(text: string): Uint8Array | null {
  if (/^0x[0-9a-f]{8}$/i.test(text)) return fromHex(text.slice(2))
  const decimal = /^\d{1,3}(\.\d{1,3}){3}$/.test(text)
  return parseIpAddress(decimal ? text.split('.').map(Number).join('.') : text)
}

function quoted(text: string): string {
  return `"${printable(text)}"`
}
