import { bytes, oneOf, optionsReader, required } from '@x/crypto-primitives/options'
import { asciiBytes, concatBytes, fromBase64, latin1, toBase64 } from '../bytes.ts'
import { X509Error } from '../error.ts'
import { isBytes, wrongInput } from '../input.ts'
import { invalidArgument } from '../rules.ts'

/** S/MIME (RFC 8551): messages of CMS as entities of MIME. */

export interface SmimeInput {
  /** DER of the message. */
  readonly message: Uint8Array
  /** What the message is, for its `smime-type` (RFC 8551 §3.2.2). */
  readonly type: 'signed-data' | 'enveloped-data' | 'authEnveloped-data' | 'certs-only'
  /**
   * The entity that a detached `signed-data` signs, headers and all, with CRLF at the ends of its lines (`canonicalMime`
   * makes it so): then the whole is a `multipart/signed` that any reader of mail shows.
   */
  readonly content?: Uint8Array
  /** Of a `multipart/signed`: the signer's hash. Default `sha-256`. */
  readonly micalg?: 'sha-1' | 'sha-224' | 'sha-256' | 'sha-384' | 'sha-512'
}

const readInput = /* @__PURE__ */ (() =>
  optionsReader(
    'toSmime',
    {
      message: required(bytes),
      type: required(oneOf('signed-data', 'enveloped-data', 'authEnveloped-data', 'certs-only')),
      content: bytes,
      micalg: oneOf('sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512'),
    },
    invalidArgument,
  ) as unknown as (given: unknown) => SmimeInput)()

/** Base64 in lines of 76 characters (RFC 2045 §6.8). */
const base64Lines = (bytes: Uint8Array): string => toBase64(bytes).replace(/.{76}(?=.)/g, '$&\r\n')

/**
 * A message as an entity of MIME, headers first: `application/pkcs7-mime`, or `multipart/signed` around a content.
 *
 * @throws {X509Error} `INVALID_ARGUMENT`
 */
export function toSmime(input: SmimeInput): Uint8Array {
  const { message, type, content, micalg = 'sha-256' } = readInput(input)
  const body = base64Lines(message)
  if (!content) {
    const name = type === 'certs-only' ? 'smime.p7c' : 'smime.p7m'
    return asciiBytes(
      'MIME-Version: 1.0\r\n' +
        `Content-Disposition: attachment; filename="${name}"\r\n` +
        `Content-Type: application/pkcs7-mime; smime-type=${type}; name="${name}"\r\n` +
        `Content-Transfer-Encoding: base64\r\n\r\n${body}\r\n`,
    )
  }
  if (type !== 'signed-data') throw invalidArgument('toSmime: `content` stands beside a signature alone')
  const boundary = boundaryFor(content)
  return concatBytes([
    asciiBytes(
      'MIME-Version: 1.0\r\n' +
        `Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=${micalg}; boundary="${boundary}"\r\n\r\n` +
        `This is an S/MIME signed message\r\n\r\n--${boundary}\r\n`,
    ),
    content,
    asciiBytes(
      `\r\n--${boundary}\r\n` +
        'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n' +
        'Content-Transfer-Encoding: base64\r\n' +
        `Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n${body}\r\n\r\n--${boundary}--\r\n`,
    ),
  ])
}

/** A boundary that stands nowhere in the content. */
function boundaryFor(content: Uint8Array): string {
  const text = latin1(content)
  for (let i = 0; ; i++) {
    const boundary = `----signed-${i.toString(36).padStart(4, '0')}`
    if (!text.includes(boundary)) return boundary
  }
}

/** A message out of its MIME. */
export interface SmimeMessage {
  /** DER or BER of the CMS message. */
  readonly message: Uint8Array
  /** Of a `multipart/signed`: what was signed, lines ending in CRLF; give it to `verifyCms` as `content`. */
  readonly content?: Uint8Array
  /** What the entity says it is, where it says so. */
  readonly type?: string
}

/**
 * Reads an entity of MIME that holds a CMS message: `application/pkcs7-mime`, or `multipart/signed`. Lines may end in LF or
 * CRLF. Verifies and decrypts nothing.
 *
 * @throws {X509Error} `INVALID_STRUCTURE` for what is no such entity
 */
export function parseSmime(input: Uint8Array | string): SmimeMessage {
  if (typeof input !== 'string' && !isBytes(input)) throw wrongInput('what is read', 'text or a Uint8Array', input)
  const text = typeof input === 'string' ? latin1(new TextEncoder().encode(input)) : latin1(input)
  const entity = readEntity(text)
  const { value, parameters } = contentType(entity)
  if (value === 'multipart/signed') return readSigned(entity.body, parameters)
  if (!/^application\/(x-)?pkcs7-mime$/.test(value))
    throw invalid(`expected application/pkcs7-mime or multipart/signed, found ${JSON.stringify(value.slice(0, 80))}`)
  return { message: decodeBody(entity), content: undefined, type: parameters.get('smime-type') }
}

/** Text or bytes with CRLF at the end of each line, as MIME is signed (RFC 8551 §3.1.1). */
export function canonicalMime(input: Uint8Array | string): Uint8Array {
  if (typeof input !== 'string' && !isBytes(input))
    throw wrongInput('what is made canonical', 'text or a Uint8Array', input)
  return asciiBytes(withCrlf(typeof input === 'string' ? latin1(new TextEncoder().encode(input)) : latin1(input)))
}

const withCrlf = (text: string): string => text.replace(/\r?\n/g, '\r\n')

const invalid = (problem: string) => new X509Error('INVALID_STRUCTURE', `S/MIME: ${problem}`)

interface Entity {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

function readEntity(text: string): Entity {
  const headers = new Map<string, string>()
  let at = 0
  let last = ''
  for (;;) {
    const end = text.indexOf('\n', at)
    if (end < 0) throw invalid('headers without an empty line behind them')
    const line = text.slice(at, end).replace(/\r$/, '')
    at = end + 1
    if (line === '') break
    // RFC 5322 §2.2.3: what begins with white space goes on with the line before.
    if ((line[0] === ' ' || line[0] === '\t') && last) {
      headers.set(last, `${headers.get(last)} ${line.trim()}`)
      continue
    }
    const colon = line.indexOf(':')
    if (colon < 1) throw invalid('a line among the headers that is none')
    last = line.slice(0, colon).trim().toLowerCase()
    if (headers.has(last) && last.startsWith('content-')) throw invalid(`two headers ${last}`)
    headers.set(last, line.slice(colon + 1).trim())
  }
  return { headers, body: text.slice(at) }
}

function contentType({ headers }: Entity): { value: string; parameters: ReadonlyMap<string, string> } {
  const [value = '', ...rest] = splitParameters(headers.get('content-type') ?? '')
  const parameters = new Map<string, string>()
  for (const one of rest) {
    const equals = one.indexOf('=')
    if (equals < 1) continue
    const name = one.slice(0, equals).trim().toLowerCase()
    const text = one.slice(equals + 1).trim()
    if (parameters.has(name)) throw invalid(`the parameter ${name} of Content-Type twice`)
    parameters.set(
      name,
      text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text,
    )
  }
  return { value: value.trim().toLowerCase(), parameters }
}

/** At semicolons that stand in no quotes. */
function splitParameters(text: string): string[] {
  const parts = ['']
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (character === ';' && !quoted) {
      parts.push('')
      continue
    }
    if (character === '"') quoted = !quoted
    parts[parts.length - 1] += character
    if (character === '\\' && quoted && i + 1 < text.length) parts[parts.length - 1] += text[++i]
  }
  return parts
}

function readSigned(body: string, parameters: ReadonlyMap<string, string>): SmimeMessage {
  const boundary = parameters.get('boundary')
  // RFC 2046 §5.1.1: 1 to 70 characters.
  if (!boundary || boundary.length > 70) throw invalid('multipart/signed without a boundary')
  const parts = splitParts(body, boundary)
  if (parts.length !== 2) throw invalid(`multipart/signed with ${parts.length} parts; RFC 1847 §2.1 has two`)
  const signature = readEntity(parts[1]!)
  const { value } = contentType(signature)
  if (!/^application\/(x-)?pkcs7-signature$/.test(value))
    throw invalid('the second part of multipart/signed is no application/pkcs7-signature')
  return {
    message: decodeBody(signature),
    content: asciiBytes(withCrlf(parts[0]!)),
    type: 'signed-data',
  }
}

/** The parts between delimiter lines; the line end before a delimiter is its own (RFC 2046 §5.1.1). */
function splitParts(body: string, boundary: string): string[] {
  const parts: string[] = []
  const delimiter = `--${boundary}`
  let start = -1
  for (let at = 0; at <= body.length; ) {
    const newline = body.indexOf('\n', at)
    const end = newline < 0 ? body.length : newline
    const line = body.slice(at, end).trimEnd()
    if (line === delimiter || line === `${delimiter}--`) {
      if (start >= 0) parts.push(body.slice(start, at).replace(/\r?\n$/, ''))
      start = end + 1
      if (line !== delimiter) return parts
    }
    if (newline < 0) break
    at = end + 1
  }
  throw invalid('multipart/signed without its last delimiter')
}

function decodeBody({ headers, body }: Entity): Uint8Array {
  const encoding = (headers.get('content-transfer-encoding') ?? '7bit').toLowerCase()
  if (encoding === 'binary' || encoding === '8bit') return asciiBytes(body)
  if (encoding !== 'base64') throw invalid(`Content-Transfer-Encoding ${JSON.stringify(encoding.slice(0, 40))}`)
  const decoded = fromBase64(body)
  if (!decoded) throw invalid('the body is not base64')
  return decoded
}
