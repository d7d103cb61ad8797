/** The object identifiers of PKIX, in one place. */
import * as OID from './extensions/oids.ts'

// --- Attribute types (X.520, RFC 4519, PKCS#9), by OpenSSL's short names -------------------------------------------

const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.16': 'postalAddress',
  '2.5.4.17': 'postalCode',
  '2.5.4.18': 'postOfficeBox',
  '2.5.4.20': 'telephoneNumber',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.44': 'generationQualifier',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.2.840.113549.1.9.8': 'unstructuredAddress',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
}

/** Their long names, where they have others. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  CN: 'commonName',
  SN: 'surname',
  C: 'countryName',
  L: 'localityName',
  ST: 'stateOrProvinceName',
  street: 'streetAddress',
  O: 'organizationName',
  OU: 'organizationalUnitName',
  GN: 'givenName',
  UID: 'userId',
  DC: 'domainComponent',
  jurisdictionL: 'jurisdictionLocalityName',
  jurisdictionST: 'jurisdictionStateOrProvinceName',
  jurisdictionC: 'jurisdictionCountryName',
}

const ATTRIBUTE_OIDS = /* @__PURE__ */ (() =>
  new Map(
    Object.entries(ATTRIBUTE_NAMES).flatMap(([oid, short]) => [
      [short.toLowerCase(), oid] as const,
      [(LONG_NAMES[short] ?? short).toLowerCase(), oid] as const,
    ]),
  ))()

/** OpenSSL's short name of an attribute type, or the OID itself. */
export function attributeName(oid: string): string {
  return ATTRIBUTE_NAMES[oid] ?? oid
}

/** The OID of an attribute type given by short name, long name or OID; `undefined` when it is none of them. */
export function attributeOid(type: string): string | undefined {
  return /^\d+(\.\d+)+$/.test(type) ? type : ATTRIBUTE_OIDS.get(type.toLowerCase())
}

// --- Extensions ------------------------------------------------------------------------------------------------------

/** By the names of RFC 5280's module. */
export const EXTENSION = {
  subjectDirectoryAttributes: OID.subjectDirectoryAttributes,
  subjectKeyIdentifier: OID.subjectKeyIdentifier,
  keyUsage: OID.keyUsage,
  subjectAltName: OID.subjectAltName,
  issuerAltName: OID.issuerAltName,
  basicConstraints: OID.basicConstraints,
  cRLNumber: OID.cRLNumber,
  cRLReason: OID.cRLReason,
  invalidityDate: OID.invalidityDate,
  deltaCRLIndicator: OID.deltaCRLIndicator,
  issuingDistributionPoint: OID.issuingDistributionPoint,
  certificateIssuer: OID.certificateIssuer,
  nameConstraints: OID.nameConstraints,
  cRLDistributionPoints: OID.cRLDistributionPoints,
  certificatePolicies: OID.certificatePolicies,
  policyMappings: OID.policyMappings,
  authorityKeyIdentifier: OID.authorityKeyIdentifier,
  policyConstraints: OID.policyConstraints,
  extKeyUsage: OID.extKeyUsage,
  freshestCRL: OID.freshestCRL,
  inhibitAnyPolicy: OID.inhibitAnyPolicy,
  authorityInfoAccess: OID.authorityInfoAccess,
  subjectInfoAccess: OID.subjectInfoAccess,
  proxyCertInfo: OID.proxyCertInfo,
  tlsFeature: OID.tlsFeature,
  ocspNonce: OID.ocspNonce,
  ocspNoCheck: OID.ocspNoCheck,
  signedCertificateTimestampList: OID.signedCertificateTimestampList,
  ctPoison: OID.ctPoison,
  ocspSignedCertificateTimestampList: OID.ocspSignedCertificateTimestampList,
  netscapeCertType: OID.netscapeCertType,
  netscapeComment: OID.netscapeComment,
} as const

export const ANY_POLICY = '2.5.29.32.0'
export const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0'

/** Extended key usages by the names that RFC 5280 §4.2.1.12 and OpenSSL give them. */
export const EXTENDED_KEY_USAGE = {
  any: ANY_EXTENDED_KEY_USAGE,
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  msSGC: '1.3.6.1.4.1.311.10.3.3',
  nsSGC: '2.16.840.1.113730.4.1',
} as const

/** Access methods of authority and subject information access. */
export const ACCESS_METHOD = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
} as const

/** PKCS#7 and PKCS#12 types. */
export const PKCS = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  encryptedData: '1.2.840.113549.1.7.6',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  x509Crl: '1.2.840.113549.1.9.23.1',
  extensionRequest: '1.2.840.113549.1.9.14',
  challengePassword: '1.2.840.113549.1.9.7',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  crlBag: '1.2.840.113549.1.12.10.1.4',
  secretBag: '1.2.840.113549.1.12.10.1.5',
  safeContentsBag: '1.2.840.113549.1.12.10.1.6',
} as const
