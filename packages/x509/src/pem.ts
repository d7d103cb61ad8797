import { fromBase64, latin1, toBase64 } from './bytes.ts'
import { X509Error } from './error.ts'
import { isBytes, wrongInput } from './input.ts'

/** One block of PEM (RFC 7468; RFC 1421 for the headers that encrypted keys carry). */
export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY` ... */
  readonly label: string
  /** `Proc-Type`, `DEK-Info`, by their names in the text. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

const BEGIN = '-----BEGIN '
const DASH = 0x2d
/** How many of them a boundary begins with. */
const DASHES = 5

/**
 * Every block in a text, in order. Whatever stands between blocks is skipped, as OpenSSL does.
 *
 * @param input text, or its bytes
 * @throws {X509Error} `INVALID_PEM` for a block without its end, with more on the line of its end, or whose body is not
 *   base64. A text without any block is an empty list
 * @example
 * const chain = parsePem(text).filter((block) => block.label === 'CERTIFICATE').map((block) => Certificate.parse(block.bytes))
 */
export function parsePem(input: string | Uint8Array): PemBlock[] {
  return [...pemBlocks(input)]
}

/**
 * The same one by one, for a reader that keeps what stands before a block that can't be read.
 *
 * @throws {X509Error} as {@link parsePem}, when the bad block's turn comes
 */
export function* pemBlocks(input: string | Uint8Array): Generator<PemBlock, void> {
  if (typeof input !== 'string' && !isBytes(input)) throw wrongInput('what is read', 'text or a Uint8Array', input)
  const text = typeof input === 'string' ? input : latin1(input)
  let at = 0
  for (;;) {
    const begin = text.indexOf(BEGIN, at)
    if (begin < 0) return
    const labelStart = begin + BEGIN.length
    const labelEnd = text.indexOf('-----', labelStart)
    const label = labelEnd < 0 ? '' : text.slice(labelStart, labelEnd)
    // A boundary stands at the start of a line and holds a plain label; anything else is noise.
    const startsLine =
      begin === 0 || text[begin - 1] === '\n' || text[begin - 1] === '\r' || /\s/.test(text[begin - 1]!)
    if (label === '' || label.length > 64 || /[^\x20-\x7e]/.test(label) || !startsLine) {
      at = labelStart
      continue
    }
    const bodyStart = labelEnd + 5
    const end = text.indexOf(`-----END ${label}-----`, bodyStart)
    if (end < 0)
      throw new X509Error('INVALID_PEM', `block ${label} (offset ${begin}): no line "-----END ${label}-----"`, {
        offset: begin,
        expected: `-----END ${label}-----`,
      })
    at = end + label.length + 14
    // `cat a.pem b.pem` where a.pem has no newline at its end: what begins there would be lost without a word (OpenSSL: bad end line).
    if (!endsLine(text, at))
      throw new X509Error(
        'INVALID_PEM',
        `block ${label} (offset ${begin}): more on the line of its end (offset ${at})`,
        {
          offset: at,
          expected: `-----END ${label}----- alone on its line`,
        },
      )
    yield block(label, text.slice(bodyStart, end), begin)
  }
}

/** Nothing but blanks stands between here and the end of the line. */
function endsLine(text: string, at: number): boolean {
  for (; at < text.length && text[at] !== '\n' && text[at] !== '\r'; at++) if (text[at]! > ' ') return false
  return true
}

function block(label: string, body: string, offset: number): PemBlock {
  const headers: Record<string, string> = {}
  let text = body
  // RFC 1421 §4.6: headers, each with a colon, then an empty line; base64 has no colon.
  if (body.includes(':')) {
    const lines = body.replace(/^\s*\n/, '').split(/\r\n|\n|\r/)
    let i = 0
    let last = ''
    for (; i < lines.length && lines[i]!.trim() !== ''; i++) {
      const line = lines[i]!
      const colon = line.indexOf(':')
      if (/^[ \t]/.test(line) && last) headers[last] += line.trim()
      else if (colon > 0) headers[(last = line.slice(0, colon).trim())] = line.slice(colon + 1).trim()
      else break
    }
    text = lines.slice(i).join('\n')
  }
  const bytes = fromBase64(text)
  if (bytes === null)
    throw new X509Error('INVALID_PEM', `block ${label} (offset ${offset}): the body is not base64`, {
      offset,
      expected: 'base64 with padding (RFC 4648 §4)',
    })
  return { label, headers, bytes }
}

/**
 * One block of PEM, 64 characters a line, ending in a newline.
 *
 * @param label `CERTIFICATE`, `PRIVATE KEY` ...
 * @param headers written as given, before an empty line
 * @throws {X509Error} `INVALID_ARGUMENT` for a label, name or value that would be read as more than that
 */
export function encodePem(label: string, bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): string {
  if (typeof label !== 'string' || !/^[\x20-\x7e]{1,64}$/.test(label) || label.includes('-----'))
    throw wrongInput('the label of a PEM block', 'printable ASCII without "-----"', label)
  if (!isBytes(bytes)) throw wrongInput('what is encoded', 'a Uint8Array', bytes)
  const head = Object.entries(headers)
    .map(([name, value]) => {
      if (!/^[^\s:]+$/.test(name) || typeof value !== 'string' || /[\r\n]/.test(value))
        throw wrongInput('a header of a PEM block', 'a name without blanks and a colon, and a value of one line', value)
      return `${name}: ${value}\n`
    })
    .join('')
  const body = toBase64(bytes).replaceAll(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${head}${head ? '\n' : ''}${body}${body ? '\n' : ''}-----END ${label}-----\n`
}

/** True when the input is text with a PEM boundary rather than DER. */
export function isPem(input: string | Uint8Array): boolean {
  if (typeof input === 'string') return input.includes(BEGIN)
  if (!isBytes(input)) throw wrongInput('what is read', 'text or a Uint8Array', input)
  // DER starts with a SEQUENCE; text that starts with '0' is no PEM in practice, so DER wins without a search.
  if (input.length === 0 || input[0] === 0x30) return false
  // Each byte is looked at once, whatever it is: after the dashes another dash is still the last of five.
  let matched = 0
  for (let at = 0; at < input.length; at++) {
    const byte = input[at]!
    if (byte === BEGIN.charCodeAt(matched)) {
      if (++matched === BEGIN.length) return true
    } else if (byte !== DASH) matched = 0
    else if (matched !== DASHES) matched = 1
  }
  return false
}

/**
 * The DER of an input that is either DER or PEM.
 *
 * @param labels the labels that are looked for; the first block that has one of them is taken
 * @throws {X509Error} `INVALID_PEM` for text without such a block
 */
export function derOf(input: string | Uint8Array, labels: readonly string[]): Uint8Array {
  return typeof input !== 'string' && !isPem(input) ? input : blockOf(input, labels).bytes
}

/**
 * The first block of a text that has one of these labels.
 *
 * @throws {X509Error} `INVALID_PEM` for text without such a block
 */
export function blockOf(input: string | Uint8Array, labels: readonly string[]): PemBlock {
  const found = firstBlock(input, (label) => labels.includes(label))
  if (!found)
    throw new X509Error('INVALID_PEM', `no block "-----BEGIN ${labels[0]}-----" in the text`, {
      expected: labels.join(' or '),
    })
  return found
}

/**
 * The first block whose label is wanted; what stands behind it is not read.
 *
 * @throws {X509Error} `INVALID_PEM` for a block before it that can't be read
 */
export function firstBlock(input: string | Uint8Array, wanted: (label: string) => boolean): PemBlock | undefined {
  for (const candidate of pemBlocks(input)) if (wanted(candidate.label)) return candidate
  return undefined
}
