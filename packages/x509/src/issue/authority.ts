import type { Awaitable, CryptoProvider, PrivateKey, PublicKeyData, Signer } from '@x/crypto-primitives'
import { listOf, text, thing } from '@x/crypto-primitives/options'
import { toHex } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import * as OID from '../extensions/oids.ts'
import { inspect } from '../inspect.ts'
import { encodePrivateKey } from '../keys/encode-private-key.ts'
import { sameKey } from '../keys/same-key.ts'
import { encodeGeneralName, type GeneralName } from '../names/general-name.ts'
import { printable } from '../names/printable.ts'
import type { CertificateRevocationList } from '../revocation/crl.ts'
import { aCertificate, aProvider, argument, invalidArgument } from '../rules.ts'
import { verdictOnSignature } from '../signature.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import {
  type AuthorityCrl,
  type AuthorityOptions,
  type CommonOptions,
  type IssueFromRequest,
  type IssueOptions,
  type RenewOptions,
  readAuthorityOptions,
  readIntermediateOptions,
  readIssueOptions,
  readRenewal,
  readRequestOptions,
} from './authority-options.ts'
import { type Allowance, alternativeNameFrom, checkEncodedExtensions, notAllowed } from './careful.ts'
import {
  aSigner,
  certificateSteps,
  keyIdentifier,
  type NameLike,
  randomSerialNumber,
  toName,
} from './certificate-writer.ts'
import { type CrlInput, createCrlSync, type Revocation } from './crl-writer.ts'
import { type ExtensionInput, makeExtension } from './extension-input.ts'
import { grantedOf } from './from-request.ts'
import { requestOfKey } from './requested-keys.ts'

export type {
  AuthorityCrl,
  AuthorityOptions,
  IssueFromRequest,
  IssueOptions,
  RenewOptions,
} from './authority-options.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/** A certificate with what is needed to use it. */
export interface Issued {
  readonly certificate: Certificate
  /** The leaf first, then its issuers without the root: what a TLS server sends. */
  readonly chain: readonly Certificate[]
  /** The certificate in PEM. */
  readonly cert: string
  /** The private key in PEM (PKCS#8); empty when the key was made elsewhere. */
  readonly key: string
  readonly privateKey?: PrivateKey
}

/** A certificate authority: a key, its certificate, and the means to issue. */
export interface Authority {
  readonly certificate: Certificate
  /** The certificate in PEM: what to trust. */
  readonly cert: string
  /** The private key in PEM (PKCS#8); empty when it is not in memory. */
  readonly key: string
  readonly signer: Signer
  /** Its own certificate and its issuers', without the root. */
  readonly chain: readonly Certificate[]
  readonly provider: CryptoProvider
  /**
   * Issues what a signing request asks for: its subject, names, key usages and further extensions, for its key. Its
   * signature must be its key's.
   *
   * @throws {X509Error} `REFUSED` for a signature that is not, for what the policy does not say yes to, and for
   *   extensions in which an issuer speaks; `INVALID_ARGUMENT` for what makes an authority, unless it is allowed by name
   * @example
   * ca.issue({ request: pem, policy: ({ subject }) => subject.get('CN') === 'a.test' && { names: ['a.test'] } })
   */
  issue(options: IssueFromRequest): Issued
  /**
   * Issues a certificate for a TLS server or client.
   *
   * @param name a host name, IP address or e-mail address: the first alternative name, and the common name if short enough
   */
  issue(name: string, options?: IssueOptions): Issued
  /** `issue` with a signer that answers with promises. */
  issueAsync(options: IssueFromRequest): Awaitable<Issued>
  issueAsync(name: string, options?: IssueOptions): Awaitable<Issued>
  /**
   * The same certificate again, for a time as long, with another serial number: subject, key and extensions stay.
   *
   * @throws {X509Error} `INVALID_ARGUMENT` for a certificate that this authority did not issue, or of an authority
   */
  renew(certificate: Certificate, options?: RenewOptions): Issued
  /** A CRL of this authority. Default number: the time in seconds, which grows by itself. */
  createCrl(options?: AuthorityCrl): CertificateRevocationList
  /** An authority below this one. */
  createIntermediate(options?: Omit<AuthorityOptions, 'provider'>): Authority
}

/**
 * A certificate authority in one line, for tests and private networks.
 *
 * @example
 * const ca = createAuthority({ provider: nodeProvider })
 * const { cert, key } = ca.issue('a.test', { names: ['127.0.0.1'] })
 * @throws {X509Error}
 */
export function createAuthority(options: AuthorityOptions): Authority {
  return runSync(authoritySteps(readAuthorityOptions(options)), 'createAuthority')
}

/** `createAuthority` for a signer that answers with promises. */
export function createAuthorityAsync(options: AuthorityOptions): Awaitable<Authority> {
  return run(authoritySteps(readAuthorityOptions(options)))
}

/**
 * An authority out of a certificate and key that exist already.
 *
 * @param chain certificates between it and the root, nearest first
 * @throws {X509Error} `INVALID_ARGUMENT` when the certificate may not issue, or the key is another's
 */
export function authorityFrom(
  certificate: Certificate,
  signer: Signer,
  provider: CryptoProvider,
  chain: readonly Certificate[] = [],
): Authority {
  argument('authorityFrom: certificate', aCertificate, certificate)
  argument('authorityFrom: signer', aSigner, signer)
  argument('authorityFrom: provider', aProvider, provider)
  argument('authorityFrom: chain', listOf(aCertificate), chain)
  if (!certificate.extension('basicConstraints')?.ca)
    throw new X509Error('INVALID_ARGUMENT', 'the certificate is not of an authority (basicConstraints.cA)')
  if (certificate.extension('keyUsage')?.includes('keyCertSign') === false)
    throw new X509Error('INVALID_ARGUMENT', 'the key of the certificate may not sign certificates (keyUsage)')
  if (!signer.publicKey) throw new X509Error('INVALID_ARGUMENT', 'the signer does not tell its public key')
  if (!sameKey(signer.publicKey, certificate.publicKey))
    throw new X509Error('INVALID_ARGUMENT', 'the key is not that of the certificate')
  const room = roomBelow(
    certificate,
    chain.reduceRight((above, one) => roomBelow(one, above), Infinity),
  )
  return makeAuthority(certificate, signer, provider, certificate.isSelfIssued ? chain : [certificate, ...chain], room)
}

/** Authorities that may still stand below one, one below the other (RFC 5280 §6.1.4 (l), (m)). @param above below its issuer */
function roomBelow(certificate: Certificate, above = Infinity): number {
  return Math.min(above - 1, certificate.extension('basicConstraints')?.pathLength ?? Infinity)
}

/** @throws {X509Error} `INVALID_ARGUMENT` for an authority where there may be none */
function checkRoom(certificate: Certificate, room: number, allow: readonly Allowance[] = []): void {
  if (room < 1 && certificate.extension('basicConstraints')?.ca && !allow.includes('path-length'))
    throw notAllowed('an authority below one whose pathLength allows none: no verifier would take it', 'path-length')
}

function* authoritySteps(options: AuthorityOptions, parent?: Authority, room = Infinity): Eventual<Authority> {
  if (options.signer && options.key)
    throw new X509Error('INVALID_ARGUMENT', 'either `key`, to make one, or `signer`, which is there already')
  const { provider } = options
  const signer = options.signer ?? provider.generateKey(options.key ?? { type: 'ec', curve: 'secp256r1' })
  const publicKey = signer.publicKey
  if (!publicKey) throw new X509Error('INVALID_ARGUMENT', 'the signer does not tell its public key')
  const subject = options.subject ?? (parent ? 'Intermediate authority' : 'Authority')
  // RFC 5280 §4.1.2.6 #2, #3.
  if (toName(subject).isEmpty) throw invalidArgument('an authority needs a name: its certificates and CRLs bear it')
  const identifier = keyIdentifier(publicKey, provider)
  const certificate = yield* certificateSteps({
    subject,
    // RFC 5280 §4.1.2.6 #12, #13: byte for byte.
    issuer: parent ? parent.certificate.subject : subject,
    publicKey,
    signer: parent ? parent.signer : signer,
    signatureAlgorithm: options.signatureAlgorithm,
    ...validity(options, 3650 * DAY, parent),
    // RFC 5280 §4.1.2.2 #2: by chance.
    serialNumber: options.serialNumber ?? randomSerialNumber(provider),
    // RFC 5280 §4.2 #4, RFC 5280 §4.2.1.2 #1, RFC 5280 §4.2.1.3 #1, RFC 5280 §4.2.1.9 #4.
    extensions: merge(
      [
        { name: 'basicConstraints', critical: true, value: { ca: true, pathLength: options.pathLength } },
        { name: 'keyUsage', critical: true, value: ['keyCertSign', 'cRLSign', 'digitalSignature'] },
        { name: 'subjectKeyIdentifier', value: identifier },
        { name: 'authorityKeyIdentifier', value: { keyIdentifier: parent ? issuerIdentifier(parent) : identifier } },
      ],
      options.extensions,
    ),
    allow: options.allow,
  })
  checkRoom(certificate, room, options.allow)
  const chain = parent ? [certificate, ...parent.chain] : []
  return makeAuthority(certificate, signer, provider, chain, roomBelow(certificate, room))
}

function makeAuthority(
  certificate: Certificate,
  signer: Signer,
  provider: CryptoProvider,
  chain: readonly Certificate[],
  room: number,
): Authority {
  const authority: Authority = shownAs(() => `authority ${certificate.subject.toBriefString()}`, {
    certificate,
    cert: certificate.toPem(),
    get key() {
      return 'data' in signer ? encodePrivateKey((signer as PrivateKey).data) : ''
    },
    signer,
    chain,
    provider,
    issue: (what: string | IssueFromRequest, options: IssueOptions = {}) =>
      runSync(issueAny(authority, room, what, options), 'authority.issue'),
    issueAsync: (what: string | IssueFromRequest, options: IssueOptions = {}) =>
      run(issueAny(authority, room, what, options)),
    renew: (one, options = {}) => runSync(renewSteps(authority, room, one, options), 'authority.renew'),
    createCrl: (options: AuthorityCrl = {}) => createCrlSync(crlInput(authority, options)),
    createIntermediate: (options = {}) =>
      runSync(
        authoritySteps({ ...readIntermediateOptions(options), provider }, authority, room),
        'authority.createIntermediate',
      ),
  })
  return authority
}

function* issueAny(
  authority: Authority,
  room: number,
  what: string | IssueFromRequest,
  options: IssueOptions,
): Eventual<Issued> {
  if (typeof what !== 'object' || what === null) return yield* issueSteps(authority, room, what, options)
  const asked = readRequestOptions(what)
  const granted = yield* grantedOf(asked.request, asked.policy, authority.provider, asked.allow)
  return yield* leafSteps(authority, room, {
    ...asked,
    ...granted,
    notAfter: granted.notAfter ?? asked.notAfter,
    publicKey: granted.request.publicKey,
    // What the authority says itself takes the place of what was asked for.
    extensions: merge(granted.extensions, asked.extensions),
  })
}

function* issueSteps(authority: Authority, room: number, name: string, given: IssueOptions): Eventual<Issued> {
  argument('issue: name', text, name)
  const options = readIssueOptions(given)
  const { provider } = authority
  const privateKey = options.publicKey
    ? undefined
    : provider.generateKey(options.key ?? { type: 'ec', curve: 'secp256r1' })
  const publicKey = options.publicKey ?? privateKey!.publicKey
  const names = [name, ...(options.names ?? [])].map((one) =>
    typeof one === 'string' ? alternativeNameFrom(one) : one,
  )
  checkRequestedNames(publicKey, names, options.allow)
  checkEncodedExtensions(options.extensions ?? [], options.allow)
  // X.520: a common name has at most 64 characters.
  const subject = options.subject ?? (name.length <= 64 ? name : '')
  return yield* leafSteps(authority, room, { ...options, subject, names, publicKey, privateKey })
}

/** A leaf, with all that is decided. */
interface Leaf extends CommonOptions {
  readonly subject: NameLike
  readonly names: readonly (string | GeneralName)[]
  readonly publicKey: PublicKeyData
  readonly privateKey?: PrivateKey
  readonly extKeyUsage?: readonly string[]
}

function* leafSteps(authority: Authority, room: number, leaf: Leaf): Eventual<Issued> {
  const { provider } = authority
  const { subject, publicKey, privateKey } = leaf
  const names = leaf.names.map((one) => (typeof one === 'string' ? alternativeNameFrom(one) : one))
  const isRsa = publicKey.type === 'rsa'
  const isEmpty = toName(subject).isEmpty
  const certificate = yield* certificateSteps({
    subject,
    issuer: authority.certificate.subject,
    publicKey,
    signer: authority.signer,
    signatureAlgorithm: leaf.signatureAlgorithm,
    ...validity(leaf, 397 * DAY, authority),
    serialNumber: leaf.serialNumber ?? randomSerialNumber(provider),
    extensions: merge(
      [
        { name: 'basicConstraints', critical: true, value: { ca: false } },
        {
          name: 'keyUsage',
          critical: true,
          value: isRsa ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'],
        },
        {
          name: 'extKeyUsage',
          value: leaf.extKeyUsage ?? ['serverAuth', 'clientAuth'],
        },
        // RFC 5280 §4.1.2.6 #4, #18, RFC 5280 §4.2 #5, RFC 5280 §4.2.1.6 #4, #5: critical when the subject is empty.
        ...(names.length > 0 ? [{ name: 'subjectAltName', critical: isEmpty, value: names } as const] : []),
        { name: 'subjectKeyIdentifier', value: keyIdentifier(publicKey, provider) },
        { name: 'authorityKeyIdentifier', value: { keyIdentifier: issuerIdentifier(authority) } },
      ],
      leaf.extensions,
    ),
    allow: leaf.allow,
  })
  // RFC 5280 §4.2.1.6 #4, #5.
  if (isEmpty && !certificate.extensions.find(OID.subjectAltName)?.critical)
    throw invalidArgument('issue: without a subject there must be alternative names, and those critical')
  checkRoom(certificate, room, leaf.allow)
  return issued(authority, certificate, privateKey)
}

function issued(authority: Authority, certificate: Certificate, privateKey: PrivateKey | undefined): Issued {
  return shownAs(() => `${certificate}${privateKey ? ', with its private key' : ''}`, {
    certificate,
    chain: [certificate, ...authority.chain],
    cert: certificate.toPem(),
    key: privateKey ? encodePrivateKey(privateKey.data) : '',
    privateKey,
  })
}

/**
 * What `console.log` shows of an object that holds a private key: a summary, and not the key. Node, Deno and Bun ask for it
 * by this symbol.
 */
function shownAs<T extends object>(summary: () => string, value: T): T {
  return Object.defineProperty(value, inspect, { value: summary })
}

/** Extensions that are of the one certificate: time stamps of its bytes, and what follows from keys. */
const NOT_RENEWED: ReadonlySet<string> = /* @__PURE__ */ (() =>
  new Set([OID.signedCertificateTimestampList, OID.subjectKeyIdentifier, OID.authorityKeyIdentifier]))()

function* renewSteps(authority: Authority, room: number, old: Certificate, given: RenewOptions): Eventual<Issued> {
  argument('renew: certificate', aCertificate, old)
  const options = readRenewal(given)
  if (options.key && options.publicKey) throw invalidArgument('renew: either `key`, to make one, or `publicKey`')
  const { provider } = authority
  const own = authority.certificate.importKey(provider)
  const { signatureIdentifier, signatureAlgorithm, tbs, signature } = old
  const mine =
    old.issuer.equals(authority.certificate.subject) &&
    (yield* verdictOnSignature(provider, own, signatureIdentifier, signatureAlgorithm, tbs, signature))
  if (!mine) throw invalidArgument('renew: the certificate is none that this authority issued')
  if (old.extension('basicConstraints')?.ca && !options.allow?.includes('authority'))
    throw notAllowed('renew: the certificate is that of an authority', 'authority')
  const privateKey = options.key && provider.generateKey(options.key)
  const publicKey = privateKey?.publicKey ?? options.publicKey ?? old.publicKey
  const certificate = yield* certificateSteps({
    subject: old.subject,
    issuer: authority.certificate.subject,
    publicKey,
    signer: authority.signer,
    signatureAlgorithm: options.signatureAlgorithm,
    ...validity(options, old.notAfter - old.notBefore, authority),
    serialNumber: options.serialNumber ?? randomSerialNumber(provider),
    extensions: [
      ...old.extensions.all.filter(({ oid }) => !NOT_RENEWED.has(oid)),
      { name: 'subjectKeyIdentifier', value: keyIdentifier(publicKey, provider) },
      { name: 'authorityKeyIdentifier', value: { keyIdentifier: issuerIdentifier(authority) } },
    ],
    allow: options.allow,
  })
  checkRoom(certificate, room, options.allow)
  return issued(authority, certificate, privateKey)
}

function crlInput(authority: Authority, { revoked = [], ...options }: AuthorityCrl): CrlInput {
  argument('createCrl: revoked', listOf(thing('a certificate or a Revocation', 'constructor')), revoked)
  checkCrl(options, revoked)
  // RFC 5280 §5 #4, RFC 5280 §5.2 #2, RFC 5280 §5.2.1 #1.
  return {
    number: Math.floor(Date.now() / 1000),
    ...options,
    // RFC 5280 §4.1.2.6 #14.
    issuer: authority.certificate.subject,
    signer: authority.signer,
    keyIdentifier: issuerIdentifier(authority),
    revoked: revoked.map((one) => {
      const given: { certificate: Certificate } & Omit<Revocation, 'serialNumber'> =
        'tbs' in one ? { certificate: one } : 'certificate' in one ? one : (undefined as never)
      if (given === undefined) return one as Revocation
      const { certificate, ...why } = given
      argument('createCrl: certificate', aCertificate, certificate)
      if (!certificate.issuer.equals(authority.certificate.subject))
        throw invalidArgument('createCrl: a certificate of another issuer')
      return { ...why, serialNumber: certificate.serialNumber }
    }),
  }
}

/** What no CRL of an authority's may say (RFC 5280 §5.2). */
function checkCrl({ number, issuingDistributionPoint: point }: AuthorityCrl, revoked: readonly object[]): void {
  const refuse = (words: string) => invalidArgument(`createCrl: ${words}`)
  // RFC 5280 §5.2.3 #8.
  if (number instanceof Uint8Array ? der.integer(number).length > 22 : (number ?? 0) >= 2n ** 159n)
    throw refuse('the number is longer than 20 bytes')
  // RFC 5280 §5.2.5 #8, #9.
  if (!point?.indirectCRL && revoked.some((one) => !('tbs' in one) && 'issuer' in one && one.issuer))
    throw refuse('a certificate of another issuer, and the CRL is not indirect')
  if (!point) return
  // RFC 5280 §5.2.5 #13.
  if (point.onlyContainsAttributeCerts) throw refuse('no attribute certificates are issued')
  const hasReasons = point.onlySomeReasons !== undefined
  // RFC 5280 §5.2.5 #14, #15.
  if (Object.values(point).every((part) => part === undefined || part === false))
    throw refuse('the issuingDistributionPoint says nothing')
  // RFC 5280 §5.2.5 #4.
  if (hasReasons && revoked.some((one) => !('reason' in one) || !one.reason || one.reason === 'unspecified'))
    throw refuse('a CRL of some reasons has a revocation without one')
}

/** A request's names are certified, or left out because somebody said so. */
function checkRequestedNames(
  key: PublicKeyData,
  names: readonly GeneralName[],
  allow: readonly Allowance[] = [],
): void {
  const wanted = requestOfKey.get(key)?.extension('subjectAltName')
  if (!wanted || allow.includes('fewer-names')) return
  const given = new Set(names.map((name) => toHex(encodeGeneralName(name))))
  const dropped = wanted.filter((name) => !given.has(toHex(encodeGeneralName(name))))
  if (dropped.length > 0)
    throw notAllowed(
      `the request asks for ${dropped.map((name) => `"${printable(String(name.value))}"`).join(', ')} too, which \`names\` does not have`,
      'fewer-names',
    )
}

/** RFC 5280 §4.2.1.1 #2, RFC 5280 §4.2.1.2 #2. */
function issuerIdentifier({ certificate, provider }: Authority): Uint8Array {
  return certificate.extension('subjectKeyIdentifier') ?? keyIdentifier(certificate.publicKey, provider)
}

function validity(options: CommonOptions, length: number, parent: Authority | undefined) {
  const notBefore = Number(options.notBefore ?? Date.now() - HOUR)
  const notAfter = Number(options.notAfter ?? Math.min(notBefore + length, parent?.certificate.notAfter ?? Infinity))
  return { notBefore, notAfter }
}

/** The usual extensions, with those of the caller in the place of their like. */
function merge(usual: readonly ExtensionInput[], own: readonly ExtensionInput[] = []): ExtensionInput[] {
  const same = (a: ExtensionInput, b: ExtensionInput) => identity(a) === identity(b)
  const kept = usual.map((extension) => own.find((candidate) => same(candidate, extension)) ?? extension)
  return [...kept, ...own.filter((extension) => !kept.includes(extension))]
}

function identity(extension: ExtensionInput): string {
  return makeExtension(extension, ['unreadable-extensions']).oid
}
