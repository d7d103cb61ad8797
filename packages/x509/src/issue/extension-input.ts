import {
  anyOf,
  bool,
  bytes,
  count,
  group,
  listOf,
  must,
  oneOf,
  type Rule,
  required,
  text,
  thing,
} from '@x/crypto-primitives/options'
import type { DistributionPoint } from '../extensions/access.ts'
import type { Extension } from '../extensions/list.ts'
import { isKnownQualifier, type PolicyInformation } from '../extensions/policies.ts'
import { EXTENSION_CODECS, type ExtensionName, type ExtensionValue } from '../extensions/registry.ts'
import { KEY_USAGES } from '../extensions/usage.ts'
import type { GeneralName } from '../names/general-name.ts'
import { ANY_POLICY } from '../oids.ts'
import { argument, invalidArgument } from '../rules.ts'
import { type Allowance, notAllowed } from './careful.ts'

/** One extension to write: by name with its decoded value, or by OID with DER. */
export type ExtensionInput = Extension | NamedExtension

export type NamedExtension = {
  [N in ExtensionName]: { readonly name: N; readonly value: ExtensionValue<N>; readonly critical?: boolean }
}[ExtensionName]

/** A name of each kind with a value of that kind, so that none is written as another, or as nothing. */
export const aGeneralName: Rule<GeneralName> = /* @__PURE__ */ (() => {
  const kinds = (types: readonly string[], value: Rule<unknown>) =>
    group({ type: required(oneOf(...types)), value: required(value) })
  const address = must(
    'the bytes of an address (4 or 16, twice that with a mask)',
    (value) =>
      Object.prototype.toString.call(value) === '[object Uint8Array]' &&
      [4, 8, 16, 32].includes((value as Uint8Array).length),
  )
  return anyOf<unknown>(
    kinds(['dns', 'email', 'uri', 'registeredID'], text),
    kinds(['ip'], address),
    kinds(['directoryName'], thing('a Name', 'raw')),
    kinds(['x400Address', 'ediPartyName'], bytes),
    group({ type: required(oneOf('otherName')), oid: required(text), value: required(bytes) }),
  ) as Rule<GeneralName>
})()

/** What a misspelt or wrong part would write as nothing at all, and a certificate would then be more than was meant. */
const VALUES = /* @__PURE__ */ (() => {
  const subtrees = listOf(group({ base: required(aGeneralName), minimum: count, maximum: count }), 1)
  const pointName = group({ fullName: listOf(aGeneralName), relativeName: bytes })
  const points = listOf(group({ name: pointName, reasons: count, crlIssuer: listOf(aGeneralName) }), 1)
  const accesses = listOf(group({ method: required(text), location: required(aGeneralName) }), 1)
  return {
    basicConstraints: group({ ca: required(bool), pathLength: count }),
    keyUsage: listOf(oneOf(...KEY_USAGES)),
    extKeyUsage: listOf(text),
    subjectAltName: listOf(aGeneralName),
    issuerAltName: listOf(aGeneralName),
    nameConstraints: group({ permitted: subtrees, excluded: subtrees }),
    policyConstraints: group({ requireExplicitPolicy: count, inhibitPolicyMapping: count }),
    inhibitAnyPolicy: count,
    certificatePolicies: listOf(
      group({
        policy: required(text),
        qualifiers: listOf(group({ oid: required(text), value: required(bytes) })),
      }),
      1,
    ),
    policyMappings: listOf(group({ issuerDomainPolicy: required(text), subjectDomainPolicy: required(text) }), 1),
    cRLDistributionPoints: points,
    freshestCRL: points,
    authorityInfoAccess: accesses,
    subjectInfoAccess: accesses,
    issuingDistributionPoint: group({
      name: pointName,
      onlyContainsUserCerts: bool,
      onlyContainsCACerts: bool,
      onlySomeReasons: count,
      indirectCRL: bool,
      onlyContainsAttributeCerts: bool,
    }),
    tlsFeature: listOf(count, 1),
    subjectKeyIdentifier: bytes,
    authorityKeyIdentifier: group({
      keyIdentifier: bytes,
      authorityCertIssuer: listOf(aGeneralName),
      authorityCertSerialNumber: bytes,
    }),
  } satisfies { readonly [N in ExtensionName]?: Rule }
})()

const anEncodedExtension = /* @__PURE__ */ (() =>
  group({ oid: required(text), critical: bool, value: required(bytes) }))()

const aNamedExtension = /* @__PURE__ */ (() =>
  group({
    name: required(oneOf(...Object.keys(EXTENSION_CODECS))),
    critical: bool,
    value: required(must('what the extension says', (value) => value !== undefined)),
  }))()

/** What is well-formed, and forbidden all the same. */
const FORBIDDEN: { readonly [N in ExtensionName]?: (value: never) => boolean } = {
  // RFC 5280 §4.2.1.4 #5: with anyPolicy only cPSuri and userNotice.
  certificatePolicies: (policies: readonly PolicyInformation[]) =>
    policies.some(
      ({ policy, qualifiers }) => policy === ANY_POLICY && qualifiers && !qualifiers.every(isKnownQualifier),
    ),
  // RFC 5280 §4.2.1.13 #2, #11: more than reasons; a relative name is relative to one issuer.
  cRLDistributionPoints: (points: readonly DistributionPoint[]) =>
    points.some(({ name, crlIssuer }) => (name ? name.relativeName && (crlIssuer?.length ?? 0) > 1 : !crlIssuer)),
}

/** Critical unless it is said that they are not: RFC 5280 §4.2.1.10 #2, RFC 5280 §4.2.1.11 #6, RFC 5280 §4.2.1.14 #1. */
const CRITICAL: readonly (string | undefined)[] = ['nameConstraints', 'policyConstraints', 'inhibitAnyPolicy']

/** An extension as it stands in a certificate. @throws {X509Error} `INVALID_ARGUMENT` */
export function makeExtension(input: ExtensionInput, allow: readonly Allowance[] = []): Extension {
  if ('oid' in input) {
    const { oid, critical = false, value } = argument('extension', anEncodedExtension, input)
    return { oid: oid!, critical, value: value! }
  }
  const { name, value, critical = CRITICAL.includes(name) } = argument('extension', aNamedExtension, input)
  const codec = EXTENSION_CODECS[name as ExtensionName]
  const rule = (VALUES as Partial<Record<string, Rule>>)[name!]
  if (rule) argument(`extension ${name}`, rule, value)
  if (FORBIDDEN[name as ExtensionName]?.(value as never))
    throw invalidArgument(`extension ${name}: RFC 5280 forbids what it says`)
  const encoded = (codec.encode as (value: unknown) => Uint8Array)(value)
  if (allow.includes('unreadable-extensions')) return { oid: codec.oid, critical, value: encoded }
  try {
    // RFC 5280 §4.2.1.4 #2, RFC 5280 §4.2.1.10 #3, #4, RFC 5280 §4.2.1.11 #4, #5: what nobody could read is not written.
    codec.decode(encoded)
  } catch (error) {
    throw notAllowed(`extension ${(error as Error).message}`, 'unreadable-extensions')
  }
  return { oid: codec.oid, critical, value: encoded }
}
