import { equalBytes } from '../bytes.ts'
import { subjectAltName } from '../extensions/identifiers.ts'
import type { GeneralName } from '../names/general-name.ts'
import { parseIpAddress } from '../names/ip-address.ts'
import { printable } from '../names/printable.ts'
import { aReferenceName, argument, invalidArgument } from '../rules.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'
import type { VerifyCode } from './codes.ts'
import type { ReferenceName } from './terms.ts'

/** True for labels of letters, digits, hyphens and underscores, as the DNS has them; no wildcard, no trailing dot. */
export function isDnsName(name: string): boolean {
  if (name.length === 0 || name.length > 253) return false
  for (const label of name.split('.'))
    if (label.length === 0 || label.length > 63 || !/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/i.test(label)) return false
  return true
}

/** A DNS name as RFC 1123 hosts have them: without underscores. */
function isHostName(name: string): boolean {
  return isDnsName(name) && !name.includes('_')
}

/**
 * Whether a DNS name of a certificate covers a host (RFC 9525 §6.3): equal without regard to case, or a wildcard that is
 * the whole leftmost label and stands for exactly one.
 *
 * @throws {X509Error} `INVALID_ARGUMENT`
 */
export function matchesDnsName(presented: string, host: string): boolean {
  if (typeof presented !== 'string' || typeof host !== 'string')
    throw invalidArgument('matchesDnsName: both names must be text')
  const reference = host.toLowerCase().replace(/\.$/, '')
  const pattern = presented.toLowerCase()
  if (!isHostName(reference)) return false
  if (!pattern.startsWith('*.')) return pattern === reference
  const suffix = pattern.slice(2)
  const dot = reference.indexOf('.')
  // A wildcard directly below a top-level domain covers strangers' names.
  return dot > 0 && reference.slice(dot + 1) === suffix && suffix.includes('.')
}

/** A reference name from text: an IP address if it reads as one, else a host name. */
export function referenceName(name: string | ReferenceName): ReferenceName {
  if (typeof name !== 'string') return name
  return { type: parseIpAddress(name) ? 'ip' : 'dns', value: name }
}

/**
 * Whether a certificate is for a name, by RFC 9525: only the subject alternative names count, never the common name.
 *
 * @returns nothing when it is, else the code and why not
 * @throws {X509Error} `INVALID_ARGUMENT` for what is no name, `undefined` too
 */
export function checkName(
  certificate: VerifiableCertificate,
  name: string | ReferenceName,
): { readonly code: VerifyCode; readonly reason: string } | undefined {
  argument('checkName: name', aReferenceName, name)
  const { type, value } = referenceName(name)
  const names = alternativeNames(certificate)
  const presented = names.filter((candidate) => candidate.type === type)
  if (type === 'ip') {
    const address = parseIpAddress(value)
    if (address && presented.some((own) => own.type === 'ip' && equalBytes(own.value, address))) return undefined
  } else if (type === 'email') {
    if (presented.some((own) => own.type === 'email' && sameMailbox(own.value, value))) return undefined
  } else if (presented.some((own) => own.type === 'dns' && matchesDnsName(own.value, value))) return undefined
  const found = names
    .filter((own) => own.type === 'dns' || own.type === 'email')
    .slice(0, 5)
    .map((own) => printable(own.value))
  return {
    code: ({ dns: 'HOSTNAME_MISMATCH', ip: 'IP_ADDRESS_MISMATCH', email: 'EMAIL_MISMATCH' } as const)[type],
    reason: `the certificate is not for ${printable(value)}; it is for ${found.length > 0 ? found.join(', ') : 'no name at all'}`,
  }
}

/** What another extension of the certificate is like says nothing about these; names that cannot be read are none. */
function alternativeNames({ extensions }: VerifiableCertificate): readonly GeneralName[] {
  try {
    return extensions.read(subjectAltName) ?? []
  } catch {
    return []
  }
}

/** RFC 5280 §7.5: the local part as it stands, the host without regard to case. */
function sameMailbox(a: string, b: string): boolean {
  const at = a.lastIndexOf('@')
  return (
    at === b.lastIndexOf('@') &&
    a.slice(0, at) === b.slice(0, at) &&
    a.slice(at).toLowerCase() === b.slice(at).toLowerCase()
  )
}
