import type { CryptoProvider, PublicKeyData } from '@x/crypto-primitives'
import { fromHex, utf8Bytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import * as der from '../der/writer.ts'
import type { GeneralSubtree } from '../extensions/constraints.ts'
import type { ExtensionName } from '../extensions/registry.ts'
import { KEY_USAGES, type KeyUsageName, NETSCAPE_CERT_TYPES } from '../extensions/usage.ts'
import { keyIdentifier } from '../issue/certificate-writer.ts'
import type { ExtensionInput } from '../issue/extension-input.ts'
import { createName } from '../names/create-name.ts'
import type { GeneralName } from '../names/general-name.ts'
import { parseIpAddress } from '../names/ip-address.ts'
import { ACCESS_METHOD, EXTENDED_KEY_USAGE, EXTENSION } from '../oids.ts'
import { splitAt } from './commands/generate.ts'
import { usage } from './problem.ts'

/** Sections of a file of OpenSSL's, by name; what stands before the first is `default`. */
export type Sections = ReadonlyMap<string, readonly (readonly [name: string, value: string])[]>

/** Reads a configuration file of OpenSSL's, as far as extensions need it: sections, names, values. @throws {Problem} */
export function parseSections(text: string): Sections {
  const sections = new Map<string, [string, string][]>([['default', []]])
  let current = sections.get('default')!
  for (const line of text.replaceAll(/\\\r?\n/g, '').split(/\r?\n/)) {
    const content = line.replace(/(^|\s)#.*$/, '').trim()
    if (content === '') continue
    const [, section] = /^\[\s*([^\]]*?)\s*\]$/.exec(content) ?? []
    if (section !== undefined) {
      current = sections.get(section) ?? []
      sections.set(section, current)
      continue
    }
    if (!content.includes('=')) throw usage(`"${content}" is neither a section nor NAME = value`)
    const [name, value] = splitAt(content, '=')
    current.push([name.trim(), value.trim()])
  }
  return sections
}

/** What the texts are about. */
export interface ExtensionContext {
  readonly provider: CryptoProvider
  readonly publicKey: PublicKeyData
  /** Whose key signs; absent: the key itself. */
  readonly issuer?: Certificate
  readonly sections?: Sections
}

/**
 * One extension as OpenSSL's configuration has it: `keyUsage=critical,digitalSignature`.
 *
 * @throws {Problem} for what is not known or not written like that
 */
export function extensionFrom(name: string, text: string, context: ExtensionContext): ExtensionInput {
  const [, critical, value] = /^(critical\s*,\s*)?([\s\S]*)$/.exec(text.trim())!
  const made = encoded(name, value!) ?? known(name, value!, context)
  return { ...made, critical: critical !== undefined } as ExtensionInput
}

/** Every extension of a section. */
export function extensionsOf(section: string, context: ExtensionContext): ExtensionInput[] {
  const lines = context.sections?.get(section)
  if (!lines) throw usage(`there is no section [${section}] of extensions`)
  return lines.map(([name, value]) => extensionFrom(name, value, context))
}

function encoded(name: string, value: string): { oid: string; value: Uint8Array } | undefined {
  const [form, rest] = splitAt(value, ':')
  if (form !== 'DER' && form !== 'ASN1') return undefined
  const oid = Object.hasOwn(EXTENSION, name) ? EXTENSION[name as keyof typeof EXTENSION] : name
  if (!/^[012](\.\d+)+$/.test(oid)) throw usage(`${name} is no extension that is known here, and no object identifier`)
  if (form === 'ASN1') return { oid, value: simpleValue(rest) }
  if (!/^([0-9a-f]{2}[: ]?)+$/i.test(rest)) throw usage(`${name}=DER: is followed by hexadecimal`)
  return { oid, value: fromHex(rest.replaceAll(/[: ]/g, '')) }
}

/** `ASN1:UTF8String:text` and the like. */
function simpleValue(text: string): Uint8Array {
  const [type, value] = splitAt(text, ':')
  switch (type.toUpperCase()) {
    case 'UTF8':
    case 'UTF8STRING':
      return der.utf8String(value)
    case 'IA5':
    case 'IA5STRING':
      return der.ia5String(value)
    case 'INTEGER':
    case 'INT':
      return der.integer(BigInt(value))
    case 'BOOLEAN':
    case 'BOOL':
      return der.boolean(/^(true|yes|y|1)$/i.test(value))
    case 'OID':
    case 'OBJECT':
      return der.oid(value)
    case 'OCTETSTRING':
    case 'OCT':
      return der.octetString(utf8Bytes(value))
    case 'NULL':
      return der.nullValue()
    default:
      throw usage(`ASN1:${type} is not read here: UTF8, IA5, INTEGER, BOOLEAN, OID, OCTETSTRING, NULL`)
  }
}

const list = (value: string) =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

function known(name: string, value: string, context: ExtensionContext): { name: ExtensionName; value: unknown } {
  switch (name) {
    case 'basicConstraints':
      return { name, value: constraints(value) }
    case 'keyUsage':
      return { name, value: list(value).map((one) => wordOf(KEY_USAGES, one, name) satisfies KeyUsageName) }
    case 'extendedKeyUsage':
    case 'extKeyUsage':
      return { name: 'extKeyUsage', value: list(value).map(purpose) }
    case 'subjectAltName':
    case 'issuerAltName':
      return { name, value: list(value).flatMap((one) => names(one, context)) }
    case 'subjectKeyIdentifier':
      return {
        name,
        value:
          value === 'hash' ? keyIdentifier(context.publicKey, context.provider) : fromHex(value.replaceAll(':', '')),
      }
    case 'authorityKeyIdentifier': {
      const { issuer, provider, publicKey } = context
      return {
        name,
        value: {
          keyIdentifier: issuer
            ? (issuer.extension('subjectKeyIdentifier') ?? keyIdentifier(issuer.publicKey, provider))
            : keyIdentifier(publicKey, provider),
        },
      }
    }
    case 'authorityInfoAccess':
      return { name, value: list(value).map((one) => access(one, context)) }
    case 'crlDistributionPoints':
      return {
        name: 'cRLDistributionPoints',
        value: list(value).map((one) => ({ name: { fullName: names(one, context) } })),
      }
    case 'certificatePolicies':
      return { name, value: list(value).map((policy) => ({ policy })) }
    case 'nameConstraints':
      return { name, value: subtrees(value, context) }
    case 'tlsfeature':
      return { name: 'tlsFeature', value: list(value).map(feature) }
    case 'nsComment':
      return { name: 'netscapeComment', value: value.replace(/^"(.*)"$/, '$1') }
    case 'nsCertType':
      return { name: 'netscapeCertType', value: list(value).map((one) => wordOf(NETSCAPE_CERT_TYPES, one, name)) }
    case 'noCheck':
      return { name: 'ocspNoCheck', value: true }
    default:
      throw usage(`${name} is no extension that is written here by name; NUMBER=DER:hexadecimal is any`)
  }
}

function wordOf<W extends string>(words: readonly W[], one: string, name: string): W {
  const found = words.find((word) => word.toLowerCase() === one.toLowerCase())
  if (!found) throw usage(`${name} has no ${one}: ${words.join(', ')}`)
  return found
}

function constraints(value: string) {
  let ca = false
  let pathLength: number | undefined
  for (const one of list(value)) {
    const [key, rest] = splitAt(one, ':').map((part) => part.trim())
    if (/^ca$/i.test(key!) && /^(true|false)$/i.test(rest!)) ca = /^true$/i.test(rest!)
    else if (/^pathlen$/i.test(key!) && /^\d{1,5}$/.test(rest!)) pathLength = Number(rest)
    else throw usage(`basicConstraints has no ${one}: CA:TRUE, CA:FALSE, pathlen:0`)
  }
  return { ca, pathLength }
}

function purpose(name: string): string {
  if (!Object.hasOwn(EXTENDED_KEY_USAGE, name) && !/^[012](\.\d+)+$/.test(name))
    throw usage(`extendedKeyUsage has no ${name}: ${Object.keys(EXTENDED_KEY_USAGE).join(', ')}, or its number`)
  return name
}

function names(text: string, context: ExtensionContext): GeneralName[] {
  if (!text.startsWith('@')) return [generalName(text, context)]
  return sectionOf(text.slice(1), context).map(([key, value]) =>
    generalName(`${key.replace(/\.\d+$/, '')}:${value}`, context),
  )
}

function generalName(text: string, context: ExtensionContext): GeneralName {
  const [kind, value] = splitAt(text, ':')
  switch (kind) {
    case 'DNS':
      return { type: 'dns', value }
    case 'IP': {
      const [address, mask] = splitAt(value, '/')
      const bytes = parseIpAddress(address)
      const bits = mask === '' ? new Uint8Array(0) : parseIpAddress(mask)
      if (!bytes || !bits) throw usage(`IP:${value} is no address`)
      return { type: 'ip', value: new Uint8Array([...bytes, ...bits]) }
    }
    case 'email':
      return { type: 'email', value }
    case 'URI':
      return { type: 'uri', value }
    case 'RID':
      return { type: 'registeredID', value }
    case 'dirName':
      return { type: 'directoryName', value: createName(sectionOf(value, context)) }
    case 'otherName': {
      const [oid, rest] = splitAt(value, ';')
      return { type: 'otherName', oid, value: simpleValue(rest) }
    }
    default:
      throw usage(`"${text}" is no name: DNS:a.test, IP:127.0.0.1, email:a@b.test, URI:https://a.test/`)
  }
}

function sectionOf(name: string, { sections }: ExtensionContext) {
  const section = sections?.get(name)
  if (!section) throw usage(`there is no section [${name}]`)
  return section
}

function access(text: string, context: ExtensionContext) {
  const [method, location] = splitAt(text, ';')
  const oid = { OCSP: ACCESS_METHOD.ocsp, caIssuers: ACCESS_METHOD.caIssuers }[method] ?? method
  return { method: oid, location: generalName(location, context) }
}

function subtrees(text: string, context: ExtensionContext) {
  const sides: Record<string, GeneralSubtree[]> = {}
  for (const one of list(text)) {
    const [side, rest] = splitAt(one, ';')
    if (side !== 'permitted' && side !== 'excluded')
      throw usage(`nameConstraints has no "${one}": permitted;DNS:a.test`)
    for (const base of names(rest, context)) (sides[side] ??= []).push({ base, minimum: 0 })
  }
  return sides
}

function feature(name: string): number {
  const number = { status_request: 5, status_request_v2: 17 }[name] ?? Number(name)
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw usage(`tlsfeature has no ${name}: status_request`)
  return number
}
