import type { CryptoProvider, PublicKey, PublicKeyData } from '@x/crypto-primitives'
import { bool, oneOf, optionsReader, text } from '@x/crypto-primitives/options'
import { equalBytes } from '../bytes.ts'
import { Certificate } from '../certificate.ts'
import { X509Error } from '../error.ts'
import { sameKey } from '../keys/same-key.ts'
import type { GeneralName } from '../names/general-name.ts'
import { parseIpAddress } from '../names/ip-address.ts'
import { argument, invalidArgument } from '../rules.ts'
import { verdictOnSignature } from '../signature.ts'
import { runSync } from '../steps.ts'
import { likelyIssued } from '../verify/facts.ts'
import { attempt, fingerprint, isAuthority, type LegacyCertificate, toLegacyObject } from './legacy-object.ts'
import { alternativeNamesText, dateText, infoAccessText, nameLines } from './text.ts'

/** Options of Node's `checkHost` and `checkEmail`. */
export interface CheckOptions {
  /** Whether the subject counts: `default` only when there is no alternative name of the kind. */
  readonly subject?: 'default' | 'always' | 'never'
  /** Default true. */
  readonly wildcards?: boolean
  /** Default true. */
  readonly partialWildcards?: boolean
  readonly multiLabelWildcards?: boolean
  readonly singleLabelSubdomains?: boolean
}

const readCheckOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'checkHost, checkEmail',
    {
      subject: oneOf('default', 'always', 'never'),
      wildcards: bool,
      partialWildcards: bool,
      multiLabelWildcards: bool,
      singleLabelSubdomains: bool,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => CheckOptions)()

/**
 * A certificate with the fields and methods of Node's `crypto.X509Certificate`, byte strings as `Uint8Array` and keys as
 * those of a `CryptoProvider`.
 *
 * @example
 * const certificate = new X509CertificateLike(pem, provider)
 * certificate.subject // 'C=DE\nO=Example\nCN=example.com'
 */
export class X509CertificateLike {
  readonly certificate: Certificate

  /** @throws {X509Error} */
  constructor(
    input: Certificate | Uint8Array | string,
    private readonly provider: CryptoProvider,
  ) {
    this.certificate = input instanceof Certificate ? input : Certificate.parse(input)
  }

  get raw(): Uint8Array {
    return this.certificate.raw
  }

  get subject(): string | undefined {
    return nameLines(this.certificate.subject)
  }

  get issuer(): string | undefined {
    return nameLines(this.certificate.issuer)
  }

  get subjectAltName(): string | undefined {
    const names = attempt(() => this.certificate.extension('subjectAltName'))
    return names && alternativeNamesText(names)
  }

  get infoAccess(): string | undefined {
    const access = attempt(() => this.certificate.extension('authorityInfoAccess'))
    return access && infoAccessText(access)
  }

  /** Extended key usages, as OIDs. */
  get keyUsage(): string[] | undefined {
    const usage = attempt(() => this.certificate.extension('extKeyUsage'))
    return usage && [...usage]
  }

  get extKeyUsage(): string[] | undefined {
    return this.keyUsage
  }

  get serialNumber(): string {
    return this.certificate.serialNumberHex
  }

  get validFrom(): string {
    return dateText(this.certificate.notBefore)
  }

  get validTo(): string {
    return dateText(this.certificate.notAfter)
  }

  get validFromDate(): Date {
    return new Date(this.certificate.notBefore)
  }

  get validToDate(): Date {
    return new Date(this.certificate.notAfter)
  }

  get fingerprint(): string {
    return fingerprint(this.certificate, this.provider, 'sha1')
  }

  get fingerprint256(): string {
    return fingerprint(this.certificate, this.provider, 'sha256')
  }

  get fingerprint512(): string {
    return fingerprint(this.certificate, this.provider, 'sha512')
  }

  /** True for the certificate of an authority. */
  get ca(): boolean {
    return isAuthority(this.certificate)
  }

  get publicKey(): PublicKey {
    return this.certificate.importKey(this.provider)
  }

  /** Whether names and identifiers say that `other` issued this one; the signature is not looked at. */
  checkIssued(other: X509CertificateLike): boolean {
    return likelyIssued(this.certificate, other.certificate)
  }

  /** Whether `key` is the private half of this certificate's key. */
  checkPrivateKey(key: { readonly publicKey?: PublicKeyData }): boolean {
    if (!key.publicKey) throw new X509Error('INVALID_ARGUMENT', 'the key does not tell its public half')
    return sameKey(this.certificate.publicKey, key.publicKey)
  }

  /**
   * Whether the certificate was signed with the private half of a key; nothing else is checked.
   *
   * @throws {X509Error} `UNSUPPORTED` for an algorithm that the provider does not have, `ASYNCHRONOUS` with a provider that answers with a promise
   */
  verify(key: PublicKey): boolean {
    const { signatureAlgorithm, tbs, signature, signatureIdentifier, tbsSignatureIdentifier } = this.certificate
    if (!equalBytes(signatureIdentifier.raw, tbsSignatureIdentifier.raw)) return false
    return runSync(
      verdictOnSignature(this.provider, key, signatureIdentifier, signatureAlgorithm, tbs, signature),
      'verify',
    )
  }

  /**
   * The name by which the certificate is for a host, or `undefined` (OpenSSL's `X509_check_host`).
   *
   * @throws {X509Error} `INVALID_ARGUMENT`
   */
  checkHost(name: string, given: CheckOptions = {}): string | undefined {
    argument('checkHost: name', text, name)
    const options = readCheckOptions(given)
    const alternative = this.alternativeNames()
    if (!alternative) return undefined
    const names = alternative.flatMap((own) => (own.type === 'dns' ? [own.value] : []))
    return this.match(names, 'CN', options, (pattern) => matchesHost(pattern, name, options))
  }

  /** The address, when the certificate is for it (`X509_check_email`). @throws {X509Error} `INVALID_ARGUMENT` */
  checkEmail(email: string, given: CheckOptions = {}): string | undefined {
    argument('checkEmail: email', text, email)
    const options = readCheckOptions(given)
    const alternative = this.alternativeNames()
    if (!alternative) return undefined
    const names = alternative.flatMap((own) => (own.type === 'email' ? [own.value] : []))
    const at = email.lastIndexOf('@')
    const same = (own: string) =>
      own.slice(0, own.lastIndexOf('@')) === email.slice(0, at) &&
      own.slice(own.lastIndexOf('@')).toLowerCase() === email.slice(at).toLowerCase()
    return this.match(names, 'emailAddress', options, same) === undefined ? undefined : email
  }

  /** The address, when the certificate is for it (`X509_check_ip`). @throws {X509Error} `INVALID_ARGUMENT` */
  checkIP(ip: string): string | undefined {
    argument('checkIP: ip', text, ip)
    const address = parseIpAddress(ip)
    const names = this.alternativeNames() ?? []
    return address && names.some((own) => own.type === 'ip' && equalBytes(own.value, address)) ? ip : undefined
  }

  /**
   * The alternative names, whatever is wrong with other extensions; `undefined` where they themselves can't be read, so
   * that nothing is said of the certificate's names then, and the common name does not step in.
   */
  private alternativeNames(): readonly GeneralName[] | undefined {
    try {
      return this.certificate.extension('subjectAltName') ?? []
    } catch {
      return undefined
    }
  }

  private match(
    names: readonly string[],
    attribute: string,
    { subject = 'default' }: CheckOptions,
    matches: (name: string) => boolean,
  ): string | undefined {
    const found = names.find(matches)
    if (found !== undefined) return found
    if (subject === 'never' || (subject === 'default' && names.length > 0)) return undefined
    return this.certificate.subject.attributes.find(({ type, value }) => type === attribute && matches(value))?.value
  }

  toLegacyObject(): LegacyCertificate {
    return toLegacyObject(this.certificate, this.provider)
  }

  toString(): string {
    return this.certificate.toPem()
  }

  toJSON(): string {
    return this.toString()
  }
}

/** OpenSSL's `equal_wildcard` and its flags. */
function matchesHost(pattern: string, name: string, options: CheckOptions): boolean {
  const host = name.toLowerCase()
  const own = pattern.toLowerCase()
  // A name that begins with a dot asks for any host below it.
  if (host.startsWith('.') && host.length > 1) {
    if (!own.endsWith(host)) return false
    const rest = own.slice(0, -host.length)
    return rest.length > 0 && (options.singleLabelSubdomains !== true || !rest.includes('.'))
  }
  if (own === host) return true
  const star = own.indexOf('*')
  if (star < 0 || options.wildcards === false) return false
  const labels = own.split('.')
  const first = labels[0]!
  const before = own.slice(0, star)
  const after = own.slice(star + 1)
  // One wildcard, in the leftmost label, with two labels behind it, and none inside an A-label.
  if (after.includes('*') || star >= first.length || labels.length < 3 || labels.includes('')) return false
  if (first !== '*' && (options.partialWildcards === false || first.startsWith('xn--'))) return false
  if (host.length < before.length + after.length || !host.startsWith(before) || !host.endsWith(after)) return false
  const stands = host.slice(before.length, host.length - after.length)
  if (first === '*' && stands === '') return false
  if (host.startsWith('xn--') && first !== '*') return false
  const allowed = options.multiLabelWildcards === true && first === '*' ? /^[a-z0-9.-]*$/ : /^[a-z0-9-]*$/
  return allowed.test(stands)
}
