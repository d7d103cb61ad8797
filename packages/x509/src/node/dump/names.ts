import { toHex, utf8Bytes } from '../../bytes.ts'
import { DerReader } from '../../der/reader.ts'
import type { GeneralName } from '../../names/general-name.ts'
import type { Name, NameAttribute } from '../../names/name.ts'
import { decodeString, isStringTag } from '../../names/string.ts'

/** A name in one line, as `openssl x509 -text` has it: `C = DE, O = "A, B", CN = a.test`. */
export const oneLine = (name: Name): string =>
  name.rdns.map((rdn) => rdn.map((one) => `${one.type} = ${quoted(one)}`).join(' + ')).join(', ')

/** The older form, which stands in alternative names: `/C=DE/CN=a.test`. */
const withSlashes = (name: Name): string =>
  name.attributes.map(({ type, value }) => `/${type}=${plain(value)}`).join('')

/** RFC 2253's special characters put a value into quotes; what is no printable ASCII is written by its bytes. */
function quoted({ value, tag }: NameAttribute): string {
  if (!isStringTag(tag)) return value.toUpperCase()
  const needsQuotes = /[,+"\\<>;]|^[# ]| $/.test(value)
  const text = escaped(value.replaceAll(/["\\]/g, '\\$&'))
  return needsQuotes ? `"${text}"` : text
}

/** Whatever could move a cursor or pretend to be another character, by its bytes. */
const escaped = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]+/g, (odd) =>
    Array.from(utf8Bytes(odd), (byte) => `\\${toHex(Uint8Array.of(byte)).toUpperCase()}`).join(''),
  )

/** As OpenSSL prints text that is only to be seen: a dot for what is no printable ASCII. */
export const plain = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '.')

export function generalName(name: GeneralName): string {
  switch (name.type) {
    case 'dns':
      return `DNS:${plain(name.value)}`
    case 'email':
      return `email:${plain(name.value)}`
    case 'uri':
      return `URI:${plain(name.value)}`
    case 'ip':
      return `IP Address:${addressText(name.value)}`
    case 'directoryName':
      return `DirName:${withSlashes(name.value)}`
    case 'registeredID':
      return `Registered ID:${name.value}`
    case 'otherName':
      return `othername: ${otherName(name)}`
    case 'x400Address':
      return 'X400Name:<unsupported>'
    case 'ediPartyName':
      return 'EdiPartyName:<unsupported>'
  }
}

/** OpenSSL's own names of these; of others the number. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.8.9': 'SmtpUTF8Mailbox:',
  '1.3.6.1.5.5.7.8.5': 'XmppAddr:',
  '1.3.6.1.5.5.7.8.7': 'SRVName:',
  '1.3.6.1.4.1.311.20.2.3': 'UPN:',
  '1.3.6.1.5.5.7.8.8': 'NAIRealm:',
}

function otherName({ oid, value }: Extract<GeneralName, { type: 'otherName' }>): string {
  const tag = value[0]!
  const text = isStringTag(tag) ? decodeString(tag, DerReader.open(value, 'otherName').value(tag, '')) : null
  const head = OTHER_NAMES[oid] ?? `${oid}:`
  return `${head}:${text === null ? '<unsupported>' : plain(text)}`
}

export function addressText(bytes: Uint8Array): string {
  const half = bytes.length / 2
  if (bytes.length === 8 || bytes.length === 32)
    return `${addressText(bytes.subarray(0, half))}/${addressText(bytes.subarray(half))}`
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return '<invalid>'
  const groups: string[] = []
  for (let at = 0; at < 16; at += 2) groups.push(((bytes[at]! << 8) | bytes[at + 1]!).toString(16).toUpperCase())
  return groups.join(':')
}
