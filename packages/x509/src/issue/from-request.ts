import type { Awaitable, CryptoProvider } from '@x/crypto-primitives'
import { instant, listOf, must, optionsReader, text } from '@x/crypto-primitives/options'
import { X509Error } from '../error.ts'
import type { Extension } from '../extensions/list.ts'
import * as OID from '../extensions/oids.ts'
import type { GeneralName } from '../names/general-name.ts'
import { printable } from '../names/printable.ts'
import { invalidArgument } from '../rules.ts'
import { type Eventual, now } from '../steps.ts'
import { type Allowance, alternativeNameFrom, checkCommonName, checkEncodedExtensions, notAllowed } from './careful.ts'
import { aName, anAlternativeName, type NameLike, someExtensions } from './certificate-writer.ts'
import type { ExtensionInput } from './extension-input.ts'
import { CertificateRequest } from './request.ts'

/** What of a request is to be certified in another way than it asks for. */
export interface RequestChanges {
  readonly subject?: NameLike
  /** The alternative names, all of them. */
  readonly names?: readonly (string | GeneralName)[]
  /** The extended key usages, all of them. */
  readonly extKeyUsage?: readonly string[]
  /** Every other extension, in the place of those that were asked for. */
  readonly extensions?: readonly ExtensionInput[]
  /** Milliseconds or a date. */
  readonly notAfter?: number | Date
}

/**
 * Decides about a request whose signature is its key's: `true` certifies what it asks for, an object what it changes.
 * Whatever else it answers refuses; so does what it throws.
 */
export type RequestPolicy = (request: CertificateRequest) => Awaitable<true | false | RequestChanges>

/** What is certified. */
export interface Granted {
  readonly subject: NameLike
  readonly names: readonly (string | GeneralName)[]
  /** Asked for, or given by the policy; the usual ones otherwise. */
  readonly extKeyUsage?: readonly string[]
  readonly extensions: readonly ExtensionInput[]
  readonly notAfter?: number | Date
}

const readChanges = /* @__PURE__ */ (() =>
  optionsReader(
    'policy',
    {
      subject: aName,
      names: listOf(anAlternativeName),
      extKeyUsage: listOf(text),
      extensions: someExtensions,
      notAfter: instant,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => RequestChanges)()

/** What only the issuer can say of a certificate, or of itself. */
const ISSUERS: ReadonlySet<string> = /* @__PURE__ */ (() =>
  new Set([
    OID.authorityKeyIdentifier,
    OID.issuerAltName,
    OID.certificatePolicies,
    OID.policyMappings,
    OID.policyConstraints,
    OID.inhibitAnyPolicy,
    OID.nameConstraints,
    OID.cRLDistributionPoints,
    OID.freshestCRL,
    OID.authorityInfoAccess,
    OID.ocspNoCheck,
    OID.ctPoison,
    OID.signedCertificateTimestampList,
    OID.netscapeCertType,
  ]))()

/** They are answered in another way: names and usages by their own fields, the identifier out of the key. */
const ANSWERED: ReadonlySet<string> = /* @__PURE__ */ (() =>
  new Set([OID.subjectAltName, OID.extKeyUsage, OID.subjectKeyIdentifier]))()

/** With these a certificate speaks for the authority that issued it (RFC 6960 §4.2.2.2). */
const AUTHORITATIVE: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.3.6.1.5.5.7.3.9',
  '2.5.29.37.0',
  'OCSPSigning',
  'any',
])

/**
 * What a request gets: all that it asks for and may have, as the policy has it.
 *
 * @throws {X509Error} `REFUSED` for a signature that is not the key's, and where the policy does not say yes; `INVALID_ARGUMENT`
 *   for what is given only when asked for by name
 */
export function* grantedOf(
  input: CertificateRequest | Uint8Array | string,
  policy: RequestPolicy | undefined,
  provider: CryptoProvider,
  allow: readonly Allowance[] = [],
): Eventual<Granted & { readonly request: CertificateRequest }> {
  const request = input instanceof CertificateRequest ? input : CertificateRequest.parse(input)
  // RFC 2986 §3 note 2: the signature says that who asks has the private key.
  if (!(yield* now(request.verify(provider))))
    throw new X509Error('REFUSED', 'the request is not signed with the key that it is for')
  const answer = policy ? yield* now(policy(request)) : true
  // An object that changes nothing may be anything, a promise of a promise or an error; it says no yes.
  if (answer !== true && !(typeof answer === 'object' && answer !== null && Object.keys(answer).length > 0))
    throw new X509Error('REFUSED', `the policy refused the request of "${printable(request.subject.toString())}"`)
  const changes = answer === true ? {} : readChanges(answer)
  return {
    request,
    subject: changes.subject ?? checkedSubject(request),
    names: changes.names ?? namesAskedFor(request, allow),
    extKeyUsage: changes.extKeyUsage ?? usagesAskedFor(request, allow),
    extensions: changes.extensions ?? extensionsAskedFor(request, allow),
    notAfter: changes.notAfter,
  }
}

function checkedSubject({ subject }: CertificateRequest): NameLike {
  for (const { value } of subject.attributes) checkCommonName(value)
  return subject
}

/** The names, each looked at as one that is typed in; the common name, where it is one and there are no others. */
function namesAskedFor(request: CertificateRequest, allow: readonly Allowance[]): GeneralName[] {
  const asked = request.extension('subjectAltName')
  if (!asked) return nameOf(request.subject.get('CN'))
  return asked.map((name) => {
    if (name.type === 'dns' || name.type === 'email' || name.type === 'uri') {
      if (alternativeNameFrom(name.value).type === name.type) return name
    } else if (name.type === 'ip' && (name.value.length === 4 || name.value.length === 16)) return name
    if (allow.includes('encoded-names')) return name
    throw notAllowed(
      `the request asks for a name of the type ${name.type}, which nobody has looked at`,
      'encoded-names',
    )
  })
}

function nameOf(commonName: string | undefined): GeneralName[] {
  if (commonName === undefined || !commonName.includes('.')) return []
  try {
    return [alternativeNameFrom(commonName)]
  } catch {
    // A person's name, most likely: it stays in the subject.
    return []
  }
}

function usagesAskedFor(request: CertificateRequest, allow: readonly Allowance[]): readonly string[] | undefined {
  const asked = request.extension('extKeyUsage')
  const much = asked?.find((usage) => AUTHORITATIVE.has(usage))
  if (much !== undefined && !allow.includes('authority'))
    throw notAllowed(
      `the request asks for the extended key usage ${much}, with which it spoke for the authority`,
      'authority',
    )
  return asked
}

function extensionsAskedFor(request: CertificateRequest, allow: readonly Allowance[]): Extension[] {
  const asked = request.extensions.all.filter(({ oid }) => !ANSWERED.has(oid))
  for (const { oid } of asked)
    if (ISSUERS.has(oid))
      throw new X509Error(
        'REFUSED',
        `the request asks for the extension ${oid}, in which the issuer speaks; a policy that answers with \`extensions\` says what it gets`,
      )
  checkEncodedExtensions(asked, allow)
  // `CA:FALSE` is there anyway.
  return asked.filter(({ oid }) => oid !== OID.basicConstraints || allow.includes('authority'))
}

export const aRequest = /* @__PURE__ */ must<CertificateRequest | Uint8Array | string>(
  'a CertificateRequest, or its PEM or DER',
  (value) => value instanceof CertificateRequest || typeof value === 'string' || value instanceof Uint8Array,
)
