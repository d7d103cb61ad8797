import type { Awaitable, SignatureAlgorithm, Signer } from '@x/crypto-primitives'
import { bytes, group, instant, listOf, oneOf, optionsReader, required, thing } from '@x/crypto-primitives/options'
import { encodeSignatureAlgorithm } from '../algorithm.ts'
import * as der from '../der/writer.ts'
import { encodeExtensions } from '../extensions/read.ts'
import { CRL_REASONS, type CrlReason, type IssuingDistributionPoint } from '../extensions/revocation.ts'
import { CertificateRevocationList } from '../revocation/crl.ts'
import { invalidArgument } from '../rules.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import { type Allowance, checkOnce } from './careful.ts'
import {
  aName,
  anAlgorithm,
  aSerialNumber,
  aSigner,
  type NameLike,
  someAllowances,
  someExtensions,
  toName,
} from './certificate-writer.ts'
import { type ExtensionInput, makeExtension } from './extension-input.ts'
import { defaultSignatureAlgorithm, signed } from './signing.ts'

/** A certificate to revoke. */
export interface Revocation {
  /** As in `certificate.serialNumber`, or a number. */
  readonly serialNumber: Uint8Array | number | bigint
  /** Milliseconds or a date. Default: the CRL's own. */
  readonly revocationDate?: number | Date
  readonly reason?: CrlReason
  readonly invalidityDate?: number | Date
  /** Indirect CRLs: the certificate's issuer, where it is not the CRL's. */
  readonly issuer?: NameLike
}

export interface CrlInput {
  /** The subject of the signer's certificate. */
  readonly issuer: NameLike
  readonly signer: Signer
  readonly revoked?: readonly Revocation[]
  /** Default: an hour ago, as certificates have it, for verifiers whose clocks are slow. */
  readonly thisUpdate?: number | Date
  /** Default: seven days later. */
  readonly nextUpdate?: number | Date
  /** RFC 5280 §5.2.3. Default 1. */
  readonly number?: Uint8Array | number | bigint
  /** Makes it a delta to the CRL of this number (RFC 5280 §5.2.4). */
  readonly baseNumber?: Uint8Array | number | bigint
  /** The signer's subject key identifier. */
  readonly keyIdentifier?: Uint8Array
  readonly issuingDistributionPoint?: IssuingDistributionPoint
  readonly extensions?: readonly ExtensionInput[]
  /** What is otherwise refused: `duplicate-extensions`. */
  readonly allow?: readonly Allowance[]
  readonly signatureAlgorithm?: SignatureAlgorithm
}

const HOUR = 3_600_000
const WEEK = 604_800_000

function bytesOf(value: Uint8Array | number | bigint): Uint8Array {
  return der.contentsOf(der.integer(value))
}

const readInput = /* @__PURE__ */ (() =>
  optionsReader(
    'createCrl',
    {
      issuer: required(aName),
      signer: required(aSigner),
      revoked: listOf(
        group({
          serialNumber: required(aSerialNumber),
          revocationDate: instant,
          reason: oneOf(...(CRL_REASONS.filter((reason) => reason !== undefined) as CrlReason[])),
          invalidityDate: instant,
          issuer: aName,
        }),
      ),
      thisUpdate: instant,
      nextUpdate: instant,
      number: aSerialNumber,
      baseNumber: aSerialNumber,
      keyIdentifier: bytes,
      issuingDistributionPoint: thing('an IssuingDistributionPoint', 'indirectCRL'),
      extensions: someExtensions,
      signatureAlgorithm: anAlgorithm,
      allow: someAllowances,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => CrlInput)()

function* crlSteps(given: CrlInput): Eventual<CertificateRevocationList> {
  const input = readInput(given)
  const algorithm = input.signatureAlgorithm ?? defaultSignatureAlgorithm(input.signer)
  const thisUpdate = Number(input.thisUpdate ?? Date.now() - HOUR)
  const nextUpdate = Number(input.nextUpdate ?? thisUpdate + WEEK)
  if (nextUpdate < thisUpdate) throw invalidArgument('createCrl: nextUpdate is before thisUpdate')
  // RFC 5280 §5.2.3 #1: not critical.
  const extensions: ExtensionInput[] = [{ name: 'cRLNumber', value: bytesOf(input.number ?? 1) }]
  if (input.keyIdentifier)
    extensions.push({ name: 'authorityKeyIdentifier', value: { keyIdentifier: input.keyIdentifier } })
  // RFC 5280 §5.2.4 #2.
  if (input.baseNumber !== undefined)
    extensions.push({ name: 'deltaCRLIndicator', critical: true, value: bytesOf(input.baseNumber) })
  if (input.issuingDistributionPoint)
    extensions.push({ name: 'issuingDistributionPoint', critical: true, value: input.issuingDistributionPoint })
  extensions.push(...(input.extensions ?? []))
  const made = extensions.map((extension) => makeExtension(extension, input.allow))
  checkOnce(made, input.allow)
  const entries = (input.revoked ?? []).map((revocation) => encodeEntry(revocation, thisUpdate))
  const tbs = der.sequence(
    // RFC 5280 §5.1.2.1 #1.
    der.integer(1),
    encodeSignatureAlgorithm(algorithm),
    toName(input.issuer).raw,
    // RFC 5280 §5.1.2.4 #1, #2, RFC 5280 §5.1.2.5 #2, #4, #5.
    der.time(thisUpdate),
    der.time(nextUpdate),
    // RFC 5280 §5.1.2.6 #1: absent when nothing is revoked.
    ...(entries.length > 0 ? [der.sequence(...entries)] : []),
    der.explicit(0, encodeExtensions(made)),
  )
  return CertificateRevocationList.parse(yield* signed(tbs, input.signer, algorithm))
}

function encodeEntry(revocation: Revocation, thisUpdate: number): Uint8Array {
  const extensions: ExtensionInput[] = []
  if (revocation.reason) extensions.push({ name: 'cRLReason', value: revocation.reason })
  if (revocation.invalidityDate !== undefined)
    extensions.push({ name: 'invalidityDate', value: Number(revocation.invalidityDate) })
  // RFC 5280 §5.3.3 #1, #2, #3.
  if (revocation.issuer)
    extensions.push({
      name: 'certificateIssuer',
      critical: true,
      value: [{ type: 'directoryName', value: toName(revocation.issuer) }],
    })
  const { serialNumber } = revocation
  return der.sequence(
    // A certificate's own contents are kept as they are, a sign bit included.
    serialNumber instanceof Uint8Array ? der.rawInteger(serialNumber) : der.integer(serialNumber),
    // RFC 5280 §5.1.2.6 #2.
    der.time(Number(revocation.revocationDate ?? thisUpdate)),
    ...(extensions.length > 0 ? [encodeExtensions(extensions.map((extension) => makeExtension(extension)))] : []),
  )
}

/**
 * Makes and signs a CRL (RFC 5280 §5).
 *
 * @returns the CRL, or a promise of it when the signer answers with one
 * @example
 * createCrl({ issuer: ca.certificate.subject, signer: ca.signer, revoked: [{ serialNumber: certificate.serialNumber, reason: 'keyCompromise' }] })
 */
export function createCrl(input: CrlInput): Awaitable<CertificateRevocationList> {
  return run(crlSteps(input))
}

/** `createCrl` with a signer that answers at once. @throws {X509Error} `ASYNCHRONOUS` */
export function createCrlSync(input: CrlInput): CertificateRevocationList {
  return runSync(crlSteps(input), 'createCrlSync')
}
