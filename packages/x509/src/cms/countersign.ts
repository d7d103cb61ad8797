import type { Awaitable, CryptoProvider } from '@x/crypto-primitives'
import { count, must, oneOf, optionsReader, required, thing } from '@x/crypto-primitives/options'
import { toHex } from '../bytes.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { encodeAttribute } from '../extensions/identifiers.ts'
import { isBytes } from '../input.ts'
import { aProvider, invalidArgument } from '../rules.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import { digestContent } from './content.ts'
import { encodeContentInfo, openContentInfo } from './content-info.ts'
import { ATTRIBUTE, CONTENT } from './oids.ts'
import { type CmsSigner, checkOwnKey, readSigner, signerSteps } from './sign.ts'
import { chooseAlgorithm } from './signature-algorithm.ts'
import { readSignerInfo } from './signer-info.ts'

export interface CountersignInput {
  /** A SignedData: DER, BER or PEM. */
  readonly message: Uint8Array | string
  readonly provider: CryptoProvider
  readonly signer: CmsSigner
  /** Whose signature is signed: the place among the message's signers. Default 0, the first. */
  readonly index?: number
  readonly format?: 'der' | 'pem'
}

const readInput = /* @__PURE__ */ (() =>
  optionsReader(
    'countersignCms',
    {
      message: required(
        must<Uint8Array | string>('a SignedData: bytes or PEM', (value) => typeof value === 'string' || isBytes(value)),
      ),
      provider: required(aProvider),
      signer: required(thing('a signer: { certificate, signer }', 'certificate')),
      index: count,
      format: oneOf('der', 'pem'),
    },
    invalidArgument,
  ) as unknown as (given: unknown) => CountersignInput)()

/**
 * Signs a signer's signature (RFC 5652 §11.4): that it was there, not what it says. The message is verified by nobody
 * here.
 *
 * @returns the message with the countersignature in it, and its certificate
 * @throws {X509Error}
 */
export function countersignCms(input: CountersignInput & { readonly format: 'pem' }): Awaitable<string>
export function countersignCms(input: CountersignInput & { readonly format?: 'der' }): Awaitable<Uint8Array>
export function countersignCms(input: CountersignInput): Awaitable<Uint8Array | string> {
  return run(countersignSteps(input))
}

/** `countersignCms` where nothing waits. @throws {X509Error} `ASYNCHRONOUS` when a promise came */
export function countersignCmsSync(input: CountersignInput & { readonly format: 'pem' }): string
export function countersignCmsSync(input: CountersignInput & { readonly format?: 'der' }): Uint8Array
export function countersignCmsSync(input: CountersignInput): Uint8Array | string {
  return runSync(countersignSteps(input), 'countersignCmsSync')
}

function* countersignSteps(given: CountersignInput): Eventual<Uint8Array | string> {
  const { message, provider, index = 0, format, ...rest } = readInput(given)
  const signer = readSigner(rest.signer)
  checkOwnKey(signer)
  const { content } = openContentInfo(message, { [CONTENT.signedData]: 'signedData' })
  // Everything but the one signer stays as it is.
  const data = content.sequence('SignedData')
  const head = [data.raw('version'), data.raw('digestAlgorithms'), data.raw('encapContentInfo')]
  const certificates = data.is(0xa0) ? entriesOf(data.raw('certificates')) : []
  const crls = data.is(0xa1) ? [data.raw('crls')] : []
  const signers = entriesOf(data.raw('signerInfos'))
  const chosen = signers[index]
  if (!chosen) throw invalidArgument(`countersignCms: there is no signer ${index}: the message has ${signers.length}`)
  const how = chooseAlgorithm(signer.signer, signer.hash, signer.signatureAlgorithm)
  const { signature } = readSignerInfo(DerReader.open(chosen, '', BER_LIMITS))
  const digest = (yield* digestContent(signature, [how.hash], provider)).get(how.hash)!
  const info = yield* signerSteps(signer, how, digest, undefined, provider)
  signers[index] = withUnsigned(chosen, encodeAttribute({ oid: ATTRIBUTE.countersignature, values: [info] }))
  return encodeContentInfo(
    CONTENT.signedData,
    der.sequence(
      ...head,
      der.element(0xa0, der.contentsOf(der.setOf(distinct([...certificates, signer.certificate.raw])))),
      ...crls,
      der.setOf(signers),
    ),
    format,
  )
}

/** The elements of a SET, or of one that is tagged in its place. */
function entriesOf(raw: Uint8Array): Uint8Array[] {
  const set = DerReader.open(raw, '', BER_LIMITS).enter(raw[0]!, '')
  const entries: Uint8Array[] = []
  while (!set.done) entries.push(set.raw(''))
  return entries
}

/** A SignerInfo with one more unsigned attribute. */
function withUnsigned(raw: Uint8Array, attribute: Uint8Array): Uint8Array {
  const reader = DerReader.open(raw, '', BER_LIMITS).sequence('SignerInfo')
  const parts: Uint8Array[] = []
  const unsigned: Uint8Array[] = [attribute]
  while (!reader.done) {
    const tag = reader.tag
    const part = reader.raw('')
    if (tag === 0xa1) unsigned.push(...entriesOf(part))
    else parts.push(part)
  }
  return der.sequence(...parts, der.element(0xa1, der.contentsOf(der.setOf(unsigned))))
}

function distinct(certificates: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(certificates.map((bytes) => [toHex(bytes), bytes])).values()]
}
