/**
 * OpenSSL's cipher-list language: `ECDHE+AESGCM:!aNULL:@STRENGTH:@SECLEVEL=1` (openssl-ciphers(1), "CIPHER LIST FORMAT").
 *
 * The list starts empty over OpenSSL's order of all suites. Each element adds suites at the end (`ECDHE`), moves those
 * already there to the end (`+RSA`), takes out (`-SHA1`), or bans for good (`!MD5`); `@STRENGTH` sorts by key length.
 */
import { checkNumber, checkText } from './checks.ts'
import { CIPHER_SUITES, type CipherSuiteName, TLS13_CIPHER_SUITES } from './cipher-suites.ts'
import { ContextError } from './error.ts'

type Matches = (suite: CipherSuiteName) => boolean

const kx =
  (...names: CipherSuiteName['keyExchange'][]): Matches =>
  (suite) =>
    names.includes(suite.keyExchange)
const au =
  (name: CipherSuiteName['authentication']): Matches =>
  (suite) =>
    suite.authentication === name
const enc =
  (pattern: RegExp): Matches =>
  (suite) =>
    pattern.test(suite.encryption)
const mac =
  (name: CipherSuiteName['mac']): Matches =>
  (suite) =>
    suite.mac === name
const since =
  (name: CipherSuiteName['since']): Matches =>
  (suite) =>
    suite.since === name
const both =
  (a: Matches, b: Matches): Matches =>
  (suite) =>
    a(suite) && b(suite)
const not =
  (a: Matches): Matches =>
  (suite) =>
    !a(suite)

const eNULL = enc(/^NULL$/)
const aNULL = au('NULL')
const psk = kx('PSK', 'RSAPSK', 'DHEPSK', 'ECDHEPSK')

/** Every alias that can match a suite of ours; others (SRP, ARIA, RC4 …) match nothing, as unknown words do. */
const ALIASES: Record<string, Matches> = {
  ALL: not(eNULL),
  COMPLEMENTOFALL: eNULL,
  COMPLEMENTOFDEFAULT: (suite) => suite.notDefault && !eNULL(suite),
  kRSA: kx('RSA'),
  kEDH: kx('DHE'),
  kDHE: kx('DHE'),
  DH: kx('DHE'),
  kEECDH: kx('ECDHE'),
  kECDHE: kx('ECDHE'),
  ECDH: kx('ECDHE'),
  kPSK: kx('PSK'),
  kRSAPSK: kx('RSAPSK'),
  kDHEPSK: kx('DHEPSK'),
  kECDHEPSK: kx('ECDHEPSK'),
  aRSA: au('RSA'),
  aECDSA: au('ECDSA'),
  ECDSA: au('ECDSA'),
  aPSK: au('PSK'),
  aNULL,
  EDH: both(kx('DHE'), not(aNULL)),
  DHE: both(kx('DHE'), not(aNULL)),
  EECDH: both(kx('ECDHE'), not(aNULL)),
  ECDHE: both(kx('ECDHE'), not(aNULL)),
  RSA: both(kx('RSA'), au('RSA')),
  ADH: both(kx('DHE'), aNULL),
  AECDH: both(kx('ECDHE'), aNULL),
  PSK: psk,
  eNULL,
  NULL: eNULL,
  '3DES': enc(/^3DES$/),
  AES128: enc(/^AES128/),
  AES256: enc(/^AES256/),
  AES: enc(/^AES/),
  AESGCM: enc(/GCM$/),
  AESCCM: enc(/CCM8?$/),
  AESCCM8: enc(/CCM8$/),
  CAMELLIA128: enc(/^CAMELLIA128$/),
  CAMELLIA256: enc(/^CAMELLIA256$/),
  CAMELLIA: enc(/^CAMELLIA/),
  CHACHA20: enc(/^CHACHA20$/),
  MD5: mac('MD5'),
  SHA1: mac('SHA1'),
  SHA: mac('SHA1'),
  SHA256: mac('SHA256'),
  SHA384: mac('SHA384'),
  SSLv3: since('SSLv3'),
  TLSv1: since('TLSv1'),
  'TLSv1.0': since('TLSv1'),
  'TLSv1.2': since('TLSv1.2'),
  MEDIUM: enc(/^3DES$/),
  HIGH: enc(/^(AES|CAMELLIA|CHACHA20)/),
}

const BY_NAME = new Map(
  CIPHER_SUITES.flatMap((suite) => [
    [suite.name, suite],
    [suite.standardName, suite],
  ]),
)

/** `ECDHE+AESGCM`: all of the words must match; `undefined` when one of them is unknown. */
function selector(words: string): Matches | undefined {
  const conditions: Matches[] = []
  for (const word of words.split('+')) {
    const suite = BY_NAME.get(word)
    const condition = suite
      ? (other: CipherSuiteName) => other === suite
      : Object.hasOwn(ALIASES, word)
        ? ALIASES[word]
        : undefined
    if (!condition) return undefined
    conditions.push(condition)
  }
  return (suite) => conditions.every((condition) => condition(suite))
}

export interface CipherList {
  /** IANA numbers in order of preference. */
  readonly suites: readonly number[]
  /** `@SECLEVEL=n`, where the list set it. */
  readonly securityLevel?: number | undefined
}

const noCipherMatch = () => ContextError.openssl(0x0a0000b9, 'SSL routines', 'no cipher match', 'ERR_SSL_')

/** What the latest lists came to: programs have few, and every connection without a context of its own brings one. */
const known = new Map<string, CipherList>()
const KNOWN_LISTS = 16

/**
 * Parses a cipher list for TLS up to 1.2.
 *
 * @param text elements separated by `:`, `,`, `;` or space; words that no suite answers to are ignored
 * @throws {ContextError} `ERR_SSL_NO_CIPHER_MATCH` when nothing is left, or for a command that does not exist
 */
export function parseCipherList(text: string): CipherList {
  let list = known.get(checkText('parseCipherList: the list', text))
  if (list) return list
  list = readCipherList(text)
  if (known.size === KNOWN_LISTS) known.delete(known.keys().next().value!)
  known.set(text, list)
  return list
}

function readCipherList(text: string): CipherList {
  // Suites that may still be added, and those in the list; both in order.
  let rest: CipherSuiteName[] = [...CIPHER_SUITES]
  let list: CipherSuiteName[] = []
  let securityLevel: number | undefined

  const add = (matches: Matches) => {
    list = [...list, ...rest.filter(matches)]
    rest = rest.filter(not(matches))
  }
  const remove = (matches: Matches) => {
    // What is taken out goes to the front of what may be added again.
    rest = [...list.filter(matches), ...rest]
    list = list.filter(not(matches))
  }
  const ban = (matches: Matches) => {
    list = list.filter(not(matches))
    rest = rest.filter(not(matches))
  }
  const moveToEnd = (matches: Matches) => {
    list = [...list.filter(not(matches)), ...list.filter(matches)]
  }

  // A command needs no separator before it: `ALL@SECLEVEL=0`.
  for (const [index, element] of text
    .replaceAll('@', ':@')
    .split(/[:,; ]/)
    .entries()) {
    if (element === '') continue
    // DEFAULT is only a word at the very beginning; it excludes what COMPLEMENTOFDEFAULT names.
    if (index === 0 && element === 'DEFAULT') {
      ban(ALIASES.COMPLEMENTOFDEFAULT!)
      add(ALIASES.ALL!)
      ban(eNULL)
      continue
    }
    const operator = /^[-+!@]/.exec(element)?.[0]
    const words = operator ? element.slice(1) : element
    if (operator === '@') {
      if (words === 'STRENGTH') {
        list.sort((a, b) => b.strength - a.strength)
        continue
      }
      const level = /^SECLEVEL=([0-5])$/.exec(words)?.[1]
      if (level === undefined) throw ContextError.openssl(0x0a000118, 'SSL routines', 'invalid command', 'ERR_SSL_')
      securityLevel = Number(level)
      continue
    }
    const matches = selector(words)
    if (!matches) continue
    if (operator === '!') ban(matches)
    else if (operator === '-') remove(matches)
    else if (operator === '+') moveToEnd(matches)
    else add(matches)
  }
  if (list.length === 0) throw noCipherMatch()
  // Always its own: Object.prototype has no say.
  return { suites: list.map((suite) => suite.id), securityLevel }
}

const BY_TLS13_NAME = new Map(TLS13_CIPHER_SUITES.map((suite) => [suite.name, suite.id]))

/**
 * Parses a list of TLS 1.3 suites, which has no operators (SSL_CTX_set_ciphersuites(3)). Unknown names are skipped.
 *
 * @throws {ContextError} `ERR_SSL_NO_CIPHER_MATCH` when nothing is left
 */
export function parseTls13Suites(text: string): readonly number[] {
  const suites = checkText('parseTls13Suites: the list', text)
    .split(':')
    .flatMap((name) => BY_TLS13_NAME.get(name.trim()) ?? [])
  if (suites.length === 0) throw noCipherMatch()
  return [...new Set(suites)]
}

/** What each security level asks at least, in bits (SSL_CTX_set_security_level(3)). */
const MINIMUM_BITS = [0, 80, 112, 128, 192, 256]

/** Bits of security that `level` demands; keys, groups and digests below it are refused. */
export function securityLevelBits(level: number): number {
  const whole = Math.ceil(checkNumber('securityLevelBits: the level', level))
  return MINIMUM_BITS[Math.min(Math.max(whole, 0), 5)]!
}

/** True when OpenSSL's default security callback lets a suite through at `level`. */
export function allowedAtSecurityLevel(suite: CipherSuiteName, level: number): boolean {
  const bits = securityLevelBits(level)
  if (level <= 0) return true
  if (suite.strength < bits || suite.authentication === 'NULL' || suite.mac === 'MD5') return false
  if (bits > 160 && suite.mac === 'SHA1') return false
  return level < 3 || /^(any|DHE|ECDHE)/.test(suite.keyExchange)
}
