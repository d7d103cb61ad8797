import { X509Error } from '../error.ts'
import { basicConstraints } from '../extensions/constraints.ts'
import { subjectAltName } from '../extensions/identifiers.ts'
import type { Extension } from '../extensions/list.ts'
import * as OID from '../extensions/oids.ts'
import { keyUsage } from '../extensions/usage.ts'
import { type GeneralName, generalNameFrom } from '../names/general-name.ts'
import { parseIpAddress } from '../names/ip-address.ts'
import { printable } from '../names/printable.ts'
import { isDnsName } from '../verify/host-name.ts'

/** What an authority does not do for a careless caller, and does where it is asked for by its name. */
export type Allowance =
  /** A leaf that extensions as DER make an authority of: `ca`, `keyCertSign` or `cRLSign`. */
  | 'authority'
  /** Alternative names as DER, as out of a request; otherwise they are given as `names`. */
  | 'encoded-names'
  /** Fewer names than the request asks for that the public key came out of. */
  | 'fewer-names'
  /** An extension that is there twice (RFC 5280 §4.2 forbids it). */
  | 'duplicate-extensions'
  /** An extension by name that no reader could read: a policy twice, constraints that constrain nothing. */
  | 'unreadable-extensions'
  /** A certificate whose notAfter is before its notBefore. */
  | 'never-valid'
  /** An authority further below another than that one's `pathLength` allows (RFC 5280 §4.2.1.9). */
  | 'path-length'
  /** A serial number of 0, which RFC 5280 §4.1.2.2 forbids. */
  | 'zero-serial'

export const ALLOWANCES: readonly Allowance[] = [
  'authority',
  'encoded-names',
  'fewer-names',
  'duplicate-extensions',
  'unreadable-extensions',
  'never-valid',
  'path-length',
  'zero-serial',
]

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\0-\x1f\x7f-\x9f\u2028\u2029]/

/**
 * An alternative name from text that may be somebody's input: a host name, with a wildcard in front at most, an IP
 * address, an e-mail address or a URI. Whatever else a certificate may hold is given as `{ type, value }`.
 *
 * RFC 5280 §4.2.1.6 #2, #7, #11, #12, #13, #14, #15, #16, #17, #24.
 *
 * @throws {X509Error} `INVALID_ARGUMENT`
 */
export function alternativeNameFrom(text: string): GeneralName {
  const refuse = (why: string) =>
    new X509Error('INVALID_ARGUMENT', `the name "${printable(text)}" ${why}; give it as { type, value } if it is meant`)
  if (CONTROL.test(text)) throw refuse('holds control characters')
  if (text.trim() !== text) throw refuse('begins or ends with a space')
  if (/^(DNS|IP(?: Address)?|email|URI|RID|dirName|otherName):(?!\/\/)/i.test(text) && !/^[0-9a-f:.]+$/i.test(text))
    throw refuse('has a prefix that says of what type it is')
  const name = generalNameFrom(text)
  if (name.type === 'dns' && !isDnsName(name.value.replace(/^\*\./, '')))
    throw refuse('is no host name, IP address, e-mail address or URI (other alphabets are written as A-labels)')
  if (name.type === 'email' && !/^[^\s@]+@[^\s@]+$/.test(name.value)) throw refuse('is no e-mail address')
  // RFC 5280 §4.2.1.6 #18.
  if (name.type === 'uri' && (/\s/.test(name.value) || !hasHost(name.value))) throw refuse('is no URI with a host')
  return name
}

/** Whether a URI that has an authority names a host in it, or an address. */
function hasHost(uri: string): boolean {
  const [, host, six] = /^[^:]*:\/\/(?:[^@/?#]*@)?(?:([^:/?#[]*)|\[(.*)\])(?::\d*)?(?:[/?#]|$)/.exec(uri) ?? []
  return isDnsName(host ?? '') || parseIpAddress(six ?? '')?.length === 16
}

/** A common name given as text. @throws {X509Error} `INVALID_ARGUMENT` */
export function checkCommonName(text: string): void {
  if (CONTROL.test(text) || text.trim() !== text)
    throw new X509Error(
      'INVALID_ARGUMENT',
      `the common name "${printable(text)}" holds control characters, or begins or ends with a space; give it as [['CN', value]] if it is meant`,
    )
}

/** @throws {X509Error} `INVALID_ARGUMENT` for an extension that is there twice (RFC 5280 §4.2 #3) */
export function checkOnce(extensions: readonly Extension[], allow: readonly Allowance[] = []): void {
  if (allow.includes('duplicate-extensions')) return
  const seen = new Set<string>()
  for (const { oid } of extensions) {
    if (seen.has(oid)) throw notAllowed(`extension ${oid} is there twice`, 'duplicate-extensions')
    seen.add(oid)
  }
}

export function notAllowed(what: string, allowance: Allowance): X509Error {
  return new X509Error('INVALID_ARGUMENT', `${what}; \`allow: ['${allowance}']\` says that it is meant`)
}

/**
 * What a leaf must not have by extensions that come as DER, as those of a request do: they say what somebody else wants.
 * An extension that is given by its name was meant.
 *
 * @throws {X509Error} `INVALID_ARGUMENT`
 */
export function checkEncodedExtensions(given: readonly object[], allow: readonly Allowance[] = []): void {
  for (const extension of given) {
    if (!Object.hasOwn(extension, 'oid')) continue
    const { oid, value } = extension as Extension
    if (givesNames(oid, value) && !allow.includes('encoded-names'))
      throw notAllowed('alternative names as DER, which nobody has looked at', 'encoded-names')
    if (givesAuthority(oid, value) && !allow.includes('authority'))
      throw notAllowed('extensions as DER that make an authority of the certificate', 'authority')
  }
}

/** What can't be read gives nothing: no verifier takes it. */
function givesNames(oid: string, value: Uint8Array): boolean {
  try {
    return oid === OID.subjectAltName && subjectAltName.decode(value).length > 0
  } catch {
    return false
  }
}

function givesAuthority(oid: string, value: Uint8Array): boolean {
  try {
    if (oid === OID.basicConstraints) return basicConstraints.decode(value).ca
    return oid === OID.keyUsage && keyUsage.decode(value).some((use) => use === 'keyCertSign' || use === 'cRLSign')
  } catch {
    return false
  }
}
