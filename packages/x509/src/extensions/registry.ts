import { X509Error } from '../error.ts'
import { authorityInfoAccess, cRLDistributionPoints, freshestCRL, subjectInfoAccess } from './access.ts'
import type { ExtensionCodec } from './codec.ts'
import { basicConstraints, inhibitAnyPolicy, nameConstraints, policyConstraints } from './constraints.ts'
import {
  authorityKeyIdentifier,
  issuerAltName,
  subjectAltName,
  subjectDirectoryAttributes,
  subjectKeyIdentifier,
} from './identifiers.ts'
import { certificatePolicies, policyMappings } from './policies.ts'
import {
  certificateIssuer,
  cRLNumber,
  cRLReason,
  deltaCRLIndicator,
  invalidityDate,
  issuingDistributionPoint,
} from './revocation.ts'
import { signedCertificateTimestampList } from './sct-list.ts'
import { extKeyUsage, keyUsage, netscapeCertType, netscapeComment, nullExtension, tlsFeature } from './usage.ts'

/** Every extension that is decoded, by the name RFC 5280's module gives it. */
export const EXTENSION_CODECS = {
  authorityKeyIdentifier,
  subjectKeyIdentifier,
  keyUsage,
  certificatePolicies,
  policyMappings,
  subjectAltName,
  issuerAltName,
  subjectDirectoryAttributes,
  basicConstraints,
  nameConstraints,
  policyConstraints,
  extKeyUsage,
  cRLDistributionPoints,
  inhibitAnyPolicy,
  freshestCRL,
  authorityInfoAccess,
  subjectInfoAccess,
  cRLNumber,
  deltaCRLIndicator,
  issuingDistributionPoint,
  cRLReason,
  invalidityDate,
  certificateIssuer,
  tlsFeature,
  netscapeCertType,
  netscapeComment,
  ocspNoCheck: /* @__PURE__ */ nullExtension('ocspNoCheck'),
  ctPoison: /* @__PURE__ */ nullExtension('ctPoison'),
  signedCertificateTimestampList,
} as const

export type ExtensionName = keyof typeof EXTENSION_CODECS

/** What each extension decodes to. */
export type ExtensionValue<N extends ExtensionName> =
  (typeof EXTENSION_CODECS)[N] extends ExtensionCodec<infer T> ? T : never

const NAMES = /* @__PURE__ */ (() =>
  new Map(
    Object.entries(EXTENSION_CODECS).map(([name, { oid }]): [string, ExtensionName] => [oid, name as ExtensionName]),
  ))()

/** The name of an extension that is decoded here, by its OID. */
export function extensionNameOf(oid: string): ExtensionName | undefined {
  return NAMES.get(oid)
}

/** An extension as it stands in a certificate, CRL, request or OCSP message. */
export interface Extension {
  readonly oid: string
  readonly critical: boolean
  /** The contents of extnValue. */
  readonly value: Uint8Array
}

/** Extensions of one structure: found by name, decoded when asked for, once. */
export class ExtensionList implements Iterable<Extension> {
  private readonly decoded = new Map<string, unknown>()

  constructor(
    readonly all: readonly Extension[],
    /** The structure they belong to, for errors. */
    private readonly owner: string,
  ) {}

  [Symbol.iterator](): Iterator<Extension> {
    return this.all[Symbol.iterator]()
  }

  /** The extension as it stands. @throws {X509Error} `INVALID_STRUCTURE` when it is there twice (RFC 5280 §4.2) */
  find(oid: string): Extension | undefined {
    let found: Extension | undefined
    for (const extension of this.all) {
      if (extension.oid !== oid) continue
      if (found)
        throw new X509Error('INVALID_STRUCTURE', `${this.owner}.extensions: ${extensionNameOf(oid) ?? oid} twice`)
      found = extension
    }
    return found
  }

  has(name: ExtensionName): boolean {
    return this.find(EXTENSION_CODECS[name].oid) !== undefined
  }

  /** @throws {X509Error} when the extension is malformed */
  get<N extends ExtensionName>(name: N): ExtensionValue<N> | undefined {
    if (this.decoded.has(name)) return this.decoded.get(name) as ExtensionValue<N> | undefined
    const codec = EXTENSION_CODECS[name]
    const extension = this.find(codec.oid)
    let value: ExtensionValue<N> | undefined
    if (extension)
      try {
        value = codec.decode(extension.value) as ExtensionValue<N>
      } catch (error) {
        throw error instanceof X509Error
          ? new X509Error(error.code, `${this.owner}.extensions.${error.message}`, {
              path: `${this.owner}.extensions.${error.path}`,
              offset: error.offset,
              expected: error.expected,
            })
          : error
      }
    this.decoded.set(name, value)
    return value
  }

  /** The OID of an extension that is there more than once. */
  get duplicate(): string | undefined {
    const seen = new Set<string>()
    for (const { oid } of this.all) {
      if (seen.has(oid)) return oid
      seen.add(oid)
    }
    return undefined
  }
}
