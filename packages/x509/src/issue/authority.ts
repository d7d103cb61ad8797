import type {
  Awaitable,
  CryptoProvider,
  KeySpec,
  PrivateKey,
  PublicKeyData,
  SignatureAlgorithm,
  Signer,
} from '@x/crypto-primitives'
import { count, instant, listOf, must, optionsReader, required, text } from '@x/crypto-primitives/options'
import { toHex } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import { X509Error } from '../error.ts'
import { encodePrivateKey } from '../keys/encode-private-key.ts'
import { sameKey } from '../keys/same-key.ts'
import { encodeGeneralName, type GeneralName } from '../names/general-name.ts'
import { printable } from '../names/printable.ts'
import { aCertificate, aProvider, argument, invalidArgument } from '../rules.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import { type Allowance, alternativeNameFrom, checkEncodedExtensions, notAllowed } from './careful.ts'
import {
  aName,
  anAlgorithm,
  anAlternativeName,
  aPublicKey,
  aSerialNumber,
  aSigner,
  certificateSteps,
  keyIdentifier,
  type NameLike,
  randomSerialNumber,
  someAllowances,
  someExtensions,
} from './certificate-writer.ts'
import { type ExtensionInput, makeExtension } from './extension-input.ts'
import { requestOfKey } from './requested-keys.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

interface CommonOptions {
  readonly subject?: NameLike
  /** The kind of key to make. Default: P-256. */
  readonly key?: KeySpec
  /** Milliseconds or dates. Default: an hour ago. */
  readonly notBefore?: number | Date
  /** Default: ten years for an authority, 397 days for a leaf, never past the issuer's own end. */
  readonly notAfter?: number | Date
  readonly serialNumber?: Uint8Array | number | bigint
  /** How the issuer signs. */
  readonly signatureAlgorithm?: SignatureAlgorithm
  /** Added to the usual ones, and put in their place where the type is the same. */
  readonly extensions?: readonly ExtensionInput[]
  /** What is otherwise refused, by its name. */
  readonly allow?: readonly Allowance[]
}

/** Nothing but what says the kind: with the numbers of a key it would be taken for one that is to be used. */
const isKeySpec = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  Object.hasOwn(value, 'type') &&
  Object.keys(value).every((name) => ['type', 'bits', 'e', 'curve'].includes(name))

const COMMON_RULES = /* @__PURE__ */ (() => ({
  subject: aName,
  key: must<KeySpec>(
    'the kind of key to make, `{ type: … }`; a key that is there already is given as `signer`',
    isKeySpec,
  ),
  notBefore: instant,
  notAfter: instant,
  serialNumber: aSerialNumber,
  signatureAlgorithm: anAlgorithm,
  extensions: someExtensions,
  allow: someAllowances,
}))()

const AUTHORITY_RULES = /* @__PURE__ */ (() => ({ ...COMMON_RULES, signer: aSigner, pathLength: count }))()

const readAuthorityOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'createAuthority',
    { ...AUTHORITY_RULES, provider: required(aProvider) },
    invalidArgument,
  ) as unknown as (given: unknown) => AuthorityOptions)()

const readIntermediateOptions = /* @__PURE__ */ (() =>
  optionsReader('createIntermediate', AUTHORITY_RULES, invalidArgument, {
    provider: 'it is that of the authority above',
  }) as unknown as (given: unknown) => Omit<AuthorityOptions, 'provider'>)()

const readIssueOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'issue',
    {
      ...COMMON_RULES,
      names: listOf(anAlternativeName),
      publicKey: aPublicKey,
      extKeyUsage: listOf(text),
    },
    invalidArgument,
    { signer: 'the private key stays with whoever asks; its public key is given as `publicKey`' },
  ) as unknown as (given: unknown) => IssueOptions)()

export interface AuthorityOptions extends CommonOptions {
  readonly provider: CryptoProvider
  /** An existing private key or remote signer, in place of `key`. */
  readonly signer?: Signer
  /** Certificates that may stand between this authority and a leaf's issuer. Default: no limit. */
  readonly pathLength?: number
}

export interface IssueOptions extends CommonOptions {
  /** Names besides the one given first. IP addresses, e-mail addresses and URIs are recognised. */
  readonly names?: readonly (string | GeneralName)[]
  /** A key made elsewhere, as in a signing request: then no private key is returned. */
  readonly publicKey?: PublicKeyData
  /** Default: both `serverAuth` and `clientAuth`. */
  readonly extKeyUsage?: readonly string[]
}

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
  readonly signer: Signer
  /** Its own certificate and its issuers', without the root. */
  readonly chain: readonly Certificate[]
  readonly provider: CryptoProvider
  /**
   * Issues a certificate for a TLS server or client.
   *
   * @param name a host name, IP address or e-mail address: the first alternative name, and the common name if short enough
   */
  issue(name: string, options?: IssueOptions): Issued
  /** `issue` with a signer that answers with promises. */
  issueAsync(name: string, options?: IssueOptions): Awaitable<Issued>
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
  const identifier = keyIdentifier(publicKey, provider)
  const certificate = yield* certificateSteps({
    subject,
    issuer: parent ? parent.certificate.subject : subject,
    publicKey,
    signer: parent ? parent.signer : signer,
    signatureAlgorithm: options.signatureAlgorithm,
    ...validity(options, 3650 * DAY, parent),
    serialNumber: options.serialNumber ?? randomSerialNumber(provider),
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
  const authority: Authority = {
    certificate,
    cert: certificate.toPem(),
    signer,
    chain,
    provider,
    issue: (name, options = {}) => runSync(issueSteps(authority, room, name, options), 'authority.issue'),
    issueAsync: (name, options = {}) => run(issueSteps(authority, room, name, options)),
    createIntermediate: (options = {}) =>
      runSync(
        authoritySteps({ ...readIntermediateOptions(options), provider }, authority, room),
        'authority.createIntermediate',
      ),
  }
  return authority
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
  const isRsa = publicKey.type === 'rsa'
  const certificate = yield* certificateSteps({
    subject,
    issuer: authority.certificate.subject,
    publicKey,
    signer: authority.signer,
    signatureAlgorithm: options.signatureAlgorithm,
    ...validity(options, 397 * DAY, authority),
    serialNumber: options.serialNumber ?? randomSerialNumber(provider),
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
          value: options.extKeyUsage ?? ['serverAuth', 'clientAuth'],
        },
        // RFC 5280 §4.2.1.6: critical when the subject is empty.
        { name: 'subjectAltName', critical: subject === '', value: names },
        { name: 'subjectKeyIdentifier', value: keyIdentifier(publicKey, provider) },
        { name: 'authorityKeyIdentifier', value: { keyIdentifier: issuerIdentifier(authority) } },
      ],
      options.extensions,
    ),
    allow: options.allow,
  })
  checkRoom(certificate, room, options.allow)
  return {
    certificate,
    chain: [certificate, ...authority.chain],
    cert: certificate.toPem(),
    key: privateKey ? encodePrivateKey(privateKey.data) : '',
    privateKey,
  }
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
  return makeExtension(extension).oid
}
