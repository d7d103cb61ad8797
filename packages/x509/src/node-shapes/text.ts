import { latin1 } from '../bytes.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import type { AccessDescription } from '../extensions/access.ts'
import type { GeneralName } from '../names/general-name.ts'
import type { Name, NameAttribute } from '../names/name.ts'
import { decodeString } from '../names/string.ts'

/** The texts that Node's native code makes of names and dates. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** OpenSSL's `ASN1_TIME_print`: `Nov  6 18:42:21 2018 GMT`. */
export function dateText(time: number): string {
  if (Number.isNaN(time)) return 'Bad time value'
  const date = new Date(time)
  const two = (number: number) => String(number).padStart(2, '0')
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${clock} ${date.getUTCFullYear()} GMT`
}

/** `X509_NAME_print_ex` on several lines, in the order of the encoding, as `X509Certificate.subject` has it. */
export function nameLines(name: Name): string | undefined {
  if (name.isEmpty) return undefined
  return name.rdns
    .map((rdn) => rdn.map(({ type, value }) => `${type}=${escape2253(value, true)}`).join(' + '))
    .join('\n')
}

/** RFC 2253 in one line, the last attribute first, control characters left to JSON. */
function nameLine(name: Name): string {
  const attribute = ({ type, value }: NameAttribute) => `${type}=${escape2253(value, false)}`
  return name.rdns
    .map((rdn) => [...rdn].reverse().map(attribute).join('+'))
    .reverse()
    .join(',')
}

function escape2253(value: string, controls: boolean): string {
  let out = ''
  const last = value.length - 1
  for (let i = 0; i <= last; i++) {
    const c = value[i]!
    const code = value.charCodeAt(i)
    if (',+"\\<>;'.includes(c) || (c === '#' && i === 0) || (c === ' ' && (i === 0 || i === last))) out += `\\${c}`
    else if (controls && (code < 0x20 || code === 0x7f)) out += `\\${code.toString(16).toUpperCase().padStart(2, '0')}`
    else out += c
  }
  return out
}

/** Node's `subjectaltname`: each name with its kind, unsafe ones in JSON quotes. */
export function alternativeNamesText(names: readonly GeneralName[]): string {
  return names.map(generalNameText).join(', ')
}

function generalNameText(name: GeneralName): string {
  switch (name.type) {
    case 'dns':
      return `DNS:${quoteUnsafe(name.value)}`
    case 'email':
      return `email:${quoteUnsafe(name.value)}`
    case 'uri':
      return `URI:${quoteUnsafe(name.value)}`
    case 'directoryName':
      return `DirName:${quoteUnsafe(nameLine(name.value), true)}`
    case 'ip':
      return `IP Address:${addressText(name.value)}`
    case 'registeredID':
      return `Registered ID:${name.value}`
    case 'otherName':
      return otherNameText(name)
    case 'x400Address':
      return 'X400Name:<unsupported>'
    case 'ediPartyName':
      return 'EdiPartyName:<unsupported>'
  }
}

function addressText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.')
  if (address.length !== 16) return `<invalid length=${address.length}>`
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push(((address[i]! << 8) | address[i + 1]!).toString(16).toUpperCase())
  return groups.join(':')
}

const OTHER_NAMES: Readonly<Record<string, { prefix: string; tag: number }>> = {
  '1.3.6.1.5.5.7.8.9': { prefix: 'SmtpUTF8Mailbox', tag: Tag.UTF8_STRING },
  '1.3.6.1.5.5.7.8.5': { prefix: 'XmppAddr', tag: Tag.UTF8_STRING },
  '1.3.6.1.5.5.7.8.7': { prefix: 'SRVName', tag: Tag.IA5_STRING },
  '1.3.6.1.4.1.311.20.2.3': { prefix: 'UPN', tag: Tag.UTF8_STRING },
  '1.3.6.1.5.5.7.8.8': { prefix: 'NAIRealm', tag: Tag.UTF8_STRING },
}

function otherNameText({ oid, value }: Extract<GeneralName, { type: 'otherName' }>): string {
  const known = OTHER_NAMES[oid]
  if (!known || value[0] !== known.tag) return 'othername:<unsupported>'
  const contents = DerReader.open(value, 'otherName').value(known.tag, 'value')
  const isUtf8 = known.tag === Tag.UTF8_STRING
  const text = isUtf8 ? decodeString(known.tag, contents) : latin1(contents)
  return `othername:${quoteUnsafe(text ?? latin1(contents), isUtf8, known.prefix)}`
}

/** A value as it is, or in JSON quotes when it holds what could be taken for the list's own punctuation. */
function quoteUnsafe(value: string, unicode = false, prefix?: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const unsafe = unicode ? /["\\,'\0-\x1f\x7f]/ : /["\\,']|[^\x20-\x7e]/
  const head = prefix === undefined ? '' : `${prefix}:`
  if (!unsafe.test(value)) return head + value
  let out = ''
  for (const c of value) {
    const code = c.codePointAt(0)!
    if (c === '\\' || c === '"') out += `\\${c}`
    else if ((code >= 0x20 && code <= 0x7e && c !== ',') || (unicode && code >= 0x80)) out += c
    else out += `\\u${code.toString(16).padStart(4, '0')}`
  }
  return `"${head}${out}"`
}

/** OpenSSL's names of access methods. */
const METHOD_NAMES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.48.1': 'OCSP',
  '1.3.6.1.5.5.7.48.2': 'CA Issuers',
  '1.3.6.1.5.5.7.48.3': 'AD Time Stamping',
  '1.3.6.1.5.5.7.48.5': 'CA Repository',
}

/** Node's `infoAccess` as text: a line for each entry, `OCSP - URI:http://...`. */
export function infoAccessText(descriptions: readonly AccessDescription[]): string {
  return descriptions
    .map(({ method, location }) => `${METHOD_NAMES[method] ?? method} - ${generalNameText(location)}`)
    .join('\n')
}

/** `infoAccess` of the legacy object: locations by method and kind. */
export function infoAccessObject(descriptions: readonly AccessDescription[]): Record<string, string[]> {
  const out: Record<string, string[]> = Object.create(null)
  for (const line of infoAccessText(descriptions).split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const raw = line.slice(colon + 1)
    const value = raw.startsWith('"') ? (JSON.parse(raw) as string) : raw
    ;(out[line.slice(0, colon)] ??= []).push(value)
  }
  return out
}
