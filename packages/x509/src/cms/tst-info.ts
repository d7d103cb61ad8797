import type { HashName } from '@x/crypto-primitives'
import { encodeHashAlgorithm, readAlgorithmIdentifier } from '../algorithm.ts'
import { asciiBytes, latin1 } from '../bytes.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { formatTime, parseGeneralizedTime } from '../der/time.ts'
import * as der from '../der/writer.ts'
import { encodeGeneralName, type GeneralName, readGeneralName } from '../names/general-name.ts'
import { digestOf } from './signature-algorithm.ts'

/** What is stamped (RFC 3161 §2.4.1). */
export interface MessageImprint {
  /** Nothing for a hash that is not known here. */
  readonly hash: HashName | undefined
  readonly digest: Uint8Array
}

/** What a time stamp says (RFC 3161 §2.4.2). */
export interface TstInfo {
  /** The policy that it was made under, dotted. */
  readonly policy: string
  readonly imprint: MessageImprint
  /** Contents of the INTEGER. */
  readonly serialNumber: Uint8Array
  /** Milliseconds since 1970; finer fractions are cut. */
  readonly time: number
  /** Milliseconds that the time may be off, where it says so. */
  readonly accuracy?: number
  /** Whether stamps of this authority are ordered by their times. */
  readonly ordering: boolean
  /** The request's nonce, contents of the INTEGER. */
  readonly nonce?: Uint8Array
  readonly tsa?: GeneralName
}

export function readImprint(reader: DerReader): MessageImprint {
  const imprint = reader.sequence('messageImprint')
  const hash = digestOf(readAlgorithmIdentifier(imprint, 'hashAlgorithm'))
  const digest = imprint.octetString('hashedMessage')
  imprint.finish()
  return { hash, digest }
}

export function encodeImprint(hash: HashName, digest: Uint8Array): Uint8Array {
  return der.sequence(encodeHashAlgorithm(hash), der.octetString(digest))
}

/** Reads a TSTInfo. @throws {X509Error} */
export function parseTstInfo(bytes: Uint8Array): TstInfo {
  const outer = DerReader.open(bytes, '')
  const info = outer.sequence('TSTInfo')
  outer.finish()
  if (info.number('version') !== 1) info.fail('UNSUPPORTED', 'only version 1 is known', 'version')
  const policy = info.oid('policy')
  const imprint = readImprint(info)
  const serialNumber = info.integer('serialNumber')
  const time = readTime(info)
  const accuracy = info.is(Tag.SEQUENCE) ? readAccuracy(info.sequence('accuracy')) : undefined
  const ordering = info.is(Tag.BOOLEAN) ? info.boolean('ordering') : false
  const nonce = info.is(Tag.INTEGER) ? info.integer('nonce') : undefined
  let tsa: GeneralName | undefined
  if (info.is(0xa0)) {
    const wrapped = info.explicit(0, 'tsa')
    tsa = readGeneralName(wrapped, '')
    wrapped.finish()
  }
  // RFC 3161 §2.4.2: extensions that are critical and not known make the stamp one that cannot be relied on.
  if (info.is(0xa1)) checkExtensions(info.enter(0xa1, 'extensions'))
  info.finish()
  return { policy, imprint, serialNumber, time, accuracy, ordering, nonce, tsa }
}

function checkExtensions(list: DerReader): void {
  while (!list.done) {
    const extension = list.sequence('Extension')
    const oid = extension.oid('extnID')
    if (extension.is(Tag.BOOLEAN) && extension.boolean('critical'))
      extension.fail('UNSUPPORTED', `the critical extension ${oid} is not known here`)
    extension.octetString('extnValue')
    extension.finish()
  }
}

/** A GeneralizedTime that may have fractions of a second, without zeros at their end (RFC 3161 §2.4.2). */
function readTime(reader: DerReader): number {
  const text = latin1(reader.value(Tag.GENERALIZED_TIME, 'genTime'))
  const [, seconds, fraction = ''] = /^(\d{14})(\.\d*[1-9])?Z$/.exec(text) ?? []
  const whole = seconds === undefined ? null : parseGeneralizedTime(asciiBytes(`${seconds}Z`))
  if (whole === null)
    return reader.fail('INVALID_STRUCTURE', 'must be a date of the form YYYYMMDDHHMMSS[.s]Z', 'genTime')
  return whole + Math.floor(Number(`0${fraction}`) * 1000)
}

/** In milliseconds, rounded up. */
function readAccuracy(accuracy: DerReader): number {
  const seconds = accuracy.is(Tag.INTEGER) ? accuracy.number('seconds') : 0
  const millis = accuracy.is(0x80) ? accuracy.number('millis', 0x80) : 0
  const micros = accuracy.is(0x81) ? accuracy.number('micros', 0x81) : 0
  accuracy.finish()
  if (millis > 999 || micros > 999) accuracy.fail('INVALID_STRUCTURE', 'millis and micros are 1 to 999')
  return seconds * 1000 + millis + Math.ceil(micros / 1000)
}

/** Writes a TSTInfo; `accuracy` in whole milliseconds. */
export function encodeTstInfo(info: Omit<TstInfo, 'imprint'> & { readonly imprint: Uint8Array }): Uint8Array {
  const milliseconds = info.time % 1000
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0').replace(/0+$/, '')}`
  const time = formatTime(info.time - milliseconds, true).replace('Z', `${fraction}Z`)
  return der.sequence(
    der.integer(1),
    der.oid(info.policy),
    info.imprint,
    der.rawInteger(info.serialNumber),
    der.element(Tag.GENERALIZED_TIME, asciiBytes(time)),
    ...(info.accuracy === undefined ? [] : [encodeAccuracy(info.accuracy)]),
    ...(info.ordering ? [der.boolean(true)] : []),
    ...(info.nonce ? [der.rawInteger(info.nonce)] : []),
    ...(info.tsa ? [der.explicit(0, encodeGeneralName(info.tsa))] : []),
  )
}

function encodeAccuracy(milliseconds: number): Uint8Array {
  const seconds = Math.floor(milliseconds / 1000)
  const rest = milliseconds % 1000
  return der.sequence(...(seconds > 0 ? [der.integer(seconds)] : []), ...(rest > 0 ? [der.integer(rest, 0x80)] : []))
}
