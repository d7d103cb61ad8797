import { X509Error } from '../error.ts'
import {
  authorityInfoAccess,
  cRLDistributionPoints,
  encodeAccessDescriptions,
  encodeDistributionPoints,
  freshestCRL,
  subjectInfoAccess,
} from './access.ts'
import type { Encode, ExtensionDecoder } from './codec.ts'
import {
  basicConstraints,
  encodeBasicConstraints,
  encodeInhibitAnyPolicy,
  encodeNameConstraints,
  encodePolicyConstraints,
  inhibitAnyPolicy,
  nameConstraints,
  policyConstraints,
} from './constraints.ts'
import {
  authorityKeyIdentifier,
  encodeAlternativeName,
  encodeAuthorityKeyIdentifier,
  encodeSubjectDirectoryAttributes,
  encodeSubjectKeyIdentifier,
  issuerAltName,
  subjectAltName,
  subjectDirectoryAttributes,
  subjectKeyIdentifier,
} from './identifiers.ts'
import type { ExtensionList } from './list.ts'
import * as OID from './oids.ts'
import { certificatePolicies, encodeCertificatePolicies, encodePolicyMappings, policyMappings } from './policies.ts'
import {
  certificateIssuer,
  cRLNumber,
  cRLReason,
  deltaCRLIndicator,
  encodeCertificateIssuer,
  encodeCRLReason,
  encodeInvalidityDate,
  encodeIssuingDistributionPoint,
  encodeNumber,
  invalidityDate,
  issuingDistributionPoint,
} from './revocation.ts'
import { encodeSignedCertificateTimestampList, signedCertificateTimestampList } from './sct-list.ts'
import {
  encodeExtKeyUsage,
  encodeKeyUsage,
  encodeNetscapeCertType,
  encodeNetscapeComment,
  encodeNullExtension,
  encodeTlsFeature,
  extKeyUsage,
  keyUsage,
  netscapeCertType,
  netscapeComment,
  nullExtension,
  tlsFeature,
} from './usage.ts'

/** How one extension is read and written. */
export interface ExtensionCodec<T> extends ExtensionDecoder<T> {
  readonly encode: Encode<T>
}

function codec<T>(decoder: ExtensionDecoder<T>, encode: Encode<T>): ExtensionCodec<T> {
  return { ...decoder, encode }
}

/** Every extension that is known, by the name RFC 5280's module gives it. */
export const EXTENSION_CODECS = {
  authorityKeyIdentifier: /* @__PURE__ */ codec(authorityKeyIdentifier, encodeAuthorityKeyIdentifier),
  subjectKeyIdentifier: /* @__PURE__ */ codec(subjectKeyIdentifier, encodeSubjectKeyIdentifier),
  keyUsage: /* @__PURE__ */ codec(keyUsage, encodeKeyUsage),
  certificatePolicies: /* @__PURE__ */ codec(certificatePolicies, encodeCertificatePolicies),
  policyMappings: /* @__PURE__ */ codec(policyMappings, encodePolicyMappings),
  subjectAltName: /* @__PURE__ */ codec(subjectAltName, encodeAlternativeName),
  issuerAltName: /* @__PURE__ */ codec(issuerAltName, encodeAlternativeName),
  subjectDirectoryAttributes: /* @__PURE__ */ codec(subjectDirectoryAttributes, encodeSubjectDirectoryAttributes),
  basicConstraints: /* @__PURE__ */ codec(basicConstraints, encodeBasicConstraints),
  nameConstraints: /* @__PURE__ */ codec(nameConstraints, encodeNameConstraints),
  policyConstraints: /* @__PURE__ */ codec(policyConstraints, encodePolicyConstraints),
  extKeyUsage: /* @__PURE__ */ codec(extKeyUsage, encodeExtKeyUsage),
  cRLDistributionPoints: /* @__PURE__ */ codec(cRLDistributionPoints, encodeDistributionPoints),
  inhibitAnyPolicy: /* @__PURE__ */ codec(inhibitAnyPolicy, encodeInhibitAnyPolicy),
  freshestCRL: /* @__PURE__ */ codec(freshestCRL, encodeDistributionPoints),
  authorityInfoAccess: /* @__PURE__ */ codec(authorityInfoAccess, encodeAccessDescriptions),
  subjectInfoAccess: /* @__PURE__ */ codec(subjectInfoAccess, encodeAccessDescriptions),
  cRLNumber: /* @__PURE__ */ codec(cRLNumber, encodeNumber),
  deltaCRLIndicator: /* @__PURE__ */ codec(deltaCRLIndicator, encodeNumber),
  issuingDistributionPoint: /* @__PURE__ */ codec(issuingDistributionPoint, encodeIssuingDistributionPoint),
  cRLReason: /* @__PURE__ */ codec(cRLReason, encodeCRLReason),
  invalidityDate: /* @__PURE__ */ codec(invalidityDate, encodeInvalidityDate),
  certificateIssuer: /* @__PURE__ */ codec(certificateIssuer, encodeCertificateIssuer),
  tlsFeature: /* @__PURE__ */ codec(tlsFeature, encodeTlsFeature),
  netscapeCertType: /* @__PURE__ */ codec(netscapeCertType, encodeNetscapeCertType),
  netscapeComment: /* @__PURE__ */ codec(netscapeComment, encodeNetscapeComment),
  ocspNoCheck: /* @__PURE__ */ codec(
    /* @__PURE__ */ nullExtension('ocspNoCheck', OID.ocspNoCheck),
    encodeNullExtension,
  ),
  ctPoison: /* @__PURE__ */ codec(/* @__PURE__ */ nullExtension('ctPoison', OID.ctPoison), encodeNullExtension),
  signedCertificateTimestampList: /* @__PURE__ */ codec(
    signedCertificateTimestampList,
    encodeSignedCertificateTimestampList,
  ),
} as const

export type ExtensionName = keyof typeof EXTENSION_CODECS

/** What each extension decodes to. */
export type ExtensionValue<N extends ExtensionName> =
  (typeof EXTENSION_CODECS)[N] extends ExtensionCodec<infer T> ? T : never

/** What the extension with this name says. @throws {X509Error} when it is malformed or there twice; for an unknown name */
export function readNamed<N extends ExtensionName>(extensions: ExtensionList, name: N): ExtensionValue<N> | undefined {
  if (!Object.hasOwn(EXTENSION_CODECS, name)) {
    const names = Object.keys(EXTENSION_CODECS).join(', ')
    throw new X509Error(
      'INVALID_ARGUMENT',
      `${JSON.stringify(name)} is no extension that is read here by name: ${names}`,
    )
  }
  return extensions.read(EXTENSION_CODECS[name] as unknown as ExtensionDecoder<ExtensionValue<N>>)
}
