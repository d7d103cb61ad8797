import type { Awaitable, CryptoProvider, SignatureAlgorithm, Signer } from '@x/crypto-primitives'
import { group, instant, listOf, oneOf, optionsReader, required, thing } from '@x/crypto-primitives/options'
import {
  type AlgorithmIdentifier,
  encodeSignatureAlgorithm,
  readAlgorithmIdentifier,
  signatureAlgorithmOf,
} from '../algorithm.ts'
import { Certificate } from '../certificate.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { ExtensionList } from '../extensions/list.ts'
import { CRL_REASONS, type CrlReason } from '../extensions/revocation.ts'
import { defaultSignatureAlgorithm } from '../issue/signing.ts'
import { sameKey } from '../keys/same-key.ts'
import { Name } from '../names/name.ts'
import { aCertificate, aNonce, aProvider, invalidArgument } from '../rules.ts'
import { type Eventual, now, run, runSync } from '../steps.ts'
import { type CertId, encodeCertId, encodeNonce, nonceOf, readCertId, readWrappedExtensions } from './request.ts'

const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1'

/** OCSPResponseStatus (RFC 6960 §4.2.1), by number; 4 is not used. */
export const OCSP_STATUSES = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
] as const

export type OcspStatus = Exclude<(typeof OCSP_STATUSES)[number], undefined>

/** What a responder says of one certificate. */
export interface SingleResponse {
  readonly certId: CertId
  readonly status: 'good' | 'revoked' | 'unknown'
  readonly revocationTime?: number
  readonly revocationReason?: CrlReason
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  readonly nextUpdate?: number
  readonly extensions: ExtensionList
}

/** An OCSP response (RFC 6960 §4.2); without `basic` when the responder reports an error. */
export interface OcspResponse {
  readonly status: OcspStatus
  readonly basic?: BasicOcspResponse
}

export interface BasicOcspResponse {
  /** DER of tbsResponseData: what is signed. */
  readonly tbs: Uint8Array
  /** The responder by name or by the SHA-1 of its key. */
  readonly responder:
    | { readonly name: Name; readonly keyHash?: undefined }
    | { readonly name?: undefined; readonly keyHash: Uint8Array }
  readonly producedAt: number
  readonly responses: readonly SingleResponse[]
  readonly extensions: ExtensionList
  readonly nonce?: Uint8Array
  readonly signatureIdentifier: AlgorithmIdentifier
  readonly signatureAlgorithm: SignatureAlgorithm | null
  readonly signature: Uint8Array
  /** Certificates that the responder sent along. */
  readonly certificates: readonly Certificate[]
}

/** Reads an OCSP response, as from a responder or a TLS stapling extension. @throws {X509Error} */
export function parseOcspResponse(bytes: Uint8Array): OcspResponse {
  const outer = DerReader.open(bytes, '')
  const response = outer.sequence('OCSPResponse')
  outer.finish()
  const status = OCSP_STATUSES[response.enumerated('responseStatus')]
  if (!status) return response.fail('INVALID_STRUCTURE', 'an unknown status', 'responseStatus')
  if (response.done) {
    if (status === 'successful')
      response.fail('INVALID_STRUCTURE', 'a successful response without its contents', 'responseBytes')
    return { status, basic: undefined }
  }
  const wrapped = response.explicit(0, 'responseBytes')
  const typed = wrapped.sequence('')
  wrapped.finish()
  response.finish()
  // RFC 6960 §2.2 #1, RFC 6960 §4.2.1 #2, #3, #4, RFC 6960 §4.4.3 #3, #4.
  const type = typed.oid('responseType')
  if (type !== BASIC_RESPONSE) typed.fail('UNSUPPORTED', `unknown response type ${type}`, 'responseType')
  const contents = typed.octetString('response')
  typed.finish()
  return { status, basic: readBasic(typed.nested(contents, '')) }
}

function readBasic(outer: DerReader): BasicOcspResponse {
  const basic = outer.sequence('BasicOCSPResponse')
  outer.finish()
  const start = basic.offset
  const data = basic.sequence('tbsResponseData')
  const tbs = basic.bytes.subarray(start, basic.offset)
  if (data.is(0xa0)) {
    // RFC 6960 §4.2.2.3 #1.
    const wrapped = data.explicit(0, 'version')
    if (wrapped.number('') !== 0) wrapped.fail('UNSUPPORTED', 'only version 1 (0) is known')
    wrapped.finish()
  }
  const responder = readResponder(data)
  const producedAt = data.generalizedTime('producedAt')
  const list = data.sequence('responses')
  const responses: SingleResponse[] = []
  while (!list.done) responses.push(readSingle(list.sequence('SingleResponse')))
  const extensions = data.is(0xa1)
    ? readWrappedExtensions(data, 1, 'responseExtensions')
    : new ExtensionList([], 'ResponseData')
  data.finish()
  const signatureIdentifier = readAlgorithmIdentifier(basic, 'signatureAlgorithm')
  const signature = basic.bitStringBytes('signature')
  const certificates: Certificate[] = []
  if (basic.is(0xa0)) {
    const wrapped = basic.explicit(0, 'certs')
    const certs = wrapped.sequence('')
    wrapped.finish()
    while (!certs.done) certificates.push(Certificate.parse(certs.rawOf(Tag.SEQUENCE, 'Certificate')))
  }
  basic.finish()
  return {
    tbs,
    responder,
    producedAt,
    responses,
    extensions,
    nonce: nonceOf(extensions),
    signatureIdentifier,
    signatureAlgorithm: signatureAlgorithmOf(signatureIdentifier),
    signature,
    certificates,
  }
}

function readResponder(data: DerReader): BasicOcspResponse['responder'] {
  const byName = data.is(0xa1)
  const wrapped = data.explicit(byName ? 1 : 2, 'responderID')
  const responder = byName
    ? { name: Name.read(wrapped, 'byName'), keyHash: undefined }
    : { name: undefined, keyHash: wrapped.octetString('byKey') }
  wrapped.finish()
  return responder
}

function readSingle(single: DerReader): SingleResponse {
  const certId = readCertId(single, 'certID')
  let status: SingleResponse['status']
  let revocationTime: number | undefined
  let revocationReason: CrlReason | undefined
  if (single.is(0xa1)) {
    status = 'revoked'
    const info = single.enter(0xa1, 'revoked')
    revocationTime = info.generalizedTime('revocationTime')
    if (info.is(0xa0)) {
      const wrapped = info.explicit(0, 'revocationReason')
      revocationReason = CRL_REASONS[wrapped.enumerated('')]
      wrapped.finish()
    }
    info.finish()
  } else {
    const tag = single.is(0x80) ? 0x80 : 0x82
    status = tag === 0x80 ? 'good' : 'unknown'
    if (single.value(tag, 'certStatus').length > 0) single.fail('INVALID_STRUCTURE', 'must be NULL', 'certStatus')
  }
  const thisUpdate = single.generalizedTime('thisUpdate')
  let nextUpdate: number | undefined
  if (single.is(0xa0)) {
    const wrapped = single.explicit(0, 'nextUpdate')
    nextUpdate = wrapped.generalizedTime('')
    wrapped.finish()
  }
  const extensions = single.is(0xa1)
    ? readWrappedExtensions(single, 1, 'singleExtensions')
    : new ExtensionList([], 'SingleResponse')
  single.finish()
  return { certId, status, revocationTime, revocationReason, thisUpdate, nextUpdate, extensions }
}

// --- Writing --------------------------------------------------------------------------------------------------------

export interface OcspAnswer {
  readonly certificate: Pick<Certificate, 'serialNumber'>
  readonly issuer: Certificate
  readonly status: 'good' | 'revoked' | 'unknown'
  readonly revocationTime?: number | Date
  readonly revocationReason?: CrlReason
  /** Echoes the request's CertID; default: made with SHA-1. */
  readonly certId?: CertId
}

export interface OcspResponseInput {
  readonly provider: CryptoProvider
  readonly answers: readonly OcspAnswer[]
  /** The responder's key: the issuer's own, or one delegated by it (with `OCSPSigning`). */
  readonly signer: Signer
  /** The responder's certificate: named in the response, and sent along unless it is the issuer's. */
  readonly responder: Certificate
  readonly thisUpdate?: number | Date
  /** Default: a day after `thisUpdate`. */
  readonly nextUpdate?: number | Date
  readonly nonce?: Uint8Array
  readonly signatureAlgorithm?: SignatureAlgorithm
}

const readResponse = /* @__PURE__ */ (() =>
  optionsReader(
    'createOcspResponse',
    {
      provider: required(aProvider),
      answers: required(
        listOf(
          group({
            certificate: required(thing('a certificate', 'serialNumber')),
            issuer: required(aCertificate),
            status: required(oneOf('good', 'revoked', 'unknown')),
            revocationTime: instant,
            revocationReason: oneOf(...(CRL_REASONS.filter((reason) => reason !== undefined) as CrlReason[])),
            certId: thing('a CertId', 'raw'),
          }),
          1,
        ),
      ),
      signer: required(thing('a Signer', 'sign')),
      responder: required(aCertificate),
      thisUpdate: instant,
      nextUpdate: instant,
      nonce: aNonce,
      signatureAlgorithm: thing('a SignatureAlgorithm', 'name'),
    },
    invalidArgument,
  ) as unknown as (given: unknown) => OcspResponseInput)()

/** @throws {X509Error} `INVALID_ARGUMENT`, also for what would be said otherwise than it was meant, or believed by nobody */
function readInput(given: OcspResponseInput): OcspResponseInput {
  const input = readResponse(given)
  const refuse = (words: string) => invalidArgument(`createOcspResponse: ${words}`)
  for (const { status, revocationTime, revocationReason } of input.answers)
    if (status !== 'revoked' && (revocationTime !== undefined || revocationReason !== undefined))
      throw refuse(`the status is ${status}, and there is a time or reason of a revocation`)
  if (input.signer.publicKey && !sameKey(input.signer.publicKey, input.responder.publicKey))
    throw refuse("the signer's key is not that of the responder's certificate")
  const thisUpdate = Number(input.thisUpdate ?? Date.now())
  if (input.nextUpdate !== undefined && Number(input.nextUpdate) < thisUpdate)
    throw refuse('nextUpdate is before thisUpdate')
  return { ...input, thisUpdate }
}

function* responseSteps(given: OcspResponseInput): Eventual<Uint8Array> {
  const input = readInput(given)
  const { provider, responder, signer } = input
  const algorithm = input.signatureAlgorithm ?? defaultSignatureAlgorithm(signer)
  const thisUpdate = Number(input.thisUpdate)
  const nextUpdate = Number(input.nextUpdate ?? thisUpdate + 86_400_000)
  // RFC 6960 §2.5 #2.
  const singles = input.answers.map((answer) =>
    der.sequence(
      answer.certId?.raw ?? encodeCertId(answer.certificate, answer.issuer, provider),
      encodeStatus(answer, thisUpdate),
      der.generalizedTime(thisUpdate),
      der.explicit(0, der.generalizedTime(nextUpdate)),
    ),
  )
  const data = der.sequence(
    // RFC 6960 §4.2.2.3 #2.
    der.explicit(1, responder.subject.raw),
    der.generalizedTime(thisUpdate),
    der.sequence(...singles),
    ...(input.nonce ? [der.explicit(1, encodeNonce(input.nonce))] : []),
  )
  // RFC 6960 §2.2 #2, RFC 6960 §4.2.1 #6.
  const signature = yield* now(signer.sign(algorithm, data))
  const isIssuer = input.answers.every(({ issuer }) => issuer.equals(responder))
  const basic = der.sequence(
    data,
    encodeSignatureAlgorithm(algorithm),
    der.bitString(signature),
    ...(isIssuer ? [] : [der.explicit(0, der.sequence(responder.raw))]),
  )
  return der.sequence(der.enumerated(0), der.explicit(0, der.sequence(der.oid(BASIC_RESPONSE), der.octetString(basic))))
}

function encodeStatus({ status, revocationTime, revocationReason }: OcspAnswer, thisUpdate: number): Uint8Array {
  if (status !== 'revoked') return der.element(status === 'good' ? 0x80 : 0x82)
  const reason = revocationReason ? [der.explicit(0, der.enumerated(CRL_REASONS.indexOf(revocationReason)))] : []
  return der.element(0xa1, der.generalizedTime(Number(revocationTime ?? thisUpdate)), ...reason)
}

/**
 * DER of a signed OCSP response, or a promise of it when the signer answers with one.
 *
 * @throws {X509Error} `INVALID_ARGUMENT`
 */
export function createOcspResponse(input: OcspResponseInput): Awaitable<Uint8Array> {
  return run(responseSteps(input))
}

/** `createOcspResponse` with a signer that answers at once. @throws {X509Error} `INVALID_ARGUMENT`, `ASYNCHRONOUS` */
export function createOcspResponseSync(input: OcspResponseInput): Uint8Array {
  return runSync(responseSteps(input), 'createOcspResponseSync')
}

/** DER of a response that only reports an error. @throws {X509Error} `INVALID_ARGUMENT` */
export function encodeOcspError(status: Exclude<OcspStatus, 'successful'>): Uint8Array {
  const number = OCSP_STATUSES.indexOf(status)
  if (number < 1) throw new X509Error('INVALID_ARGUMENT', `not an error status: ${status}`)
  return der.sequence(der.enumerated(number))
}
