import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { encodeGeneralNames, type GeneralName, readGeneralNames } from '../names/general-name.ts'
import { type DistributionPointName, encodeDistributionPointName, readDistributionPointName } from './access.ts'
import { decoder, type Encode } from './codec.ts'
import * as OID from './oids.ts'

/** CRLReason (RFC 5280 §5.3.1), by its number; 7 is not used. */
export const CRL_REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const

export type CrlReason = Exclude<(typeof CRL_REASONS)[number], undefined>

/** CRLNumber and DeltaCRLIndicator (RFC 5280 §5.2.3, §5.2.4): big-endian, at most 20 bytes. */
const number = (name: keyof typeof OID, oid: string) =>
  decoder<Uint8Array>(name, oid, (reader, field) => {
    const value = reader.unsigned(field)
    if (value.length > 20) reader.fail('INVALID_STRUCTURE', 'a CRL number of more than 20 bytes', field)
    return value
  })

export const encodeNumber: Encode<Uint8Array> = (value) => der.integer(value)

export const cRLNumber = /* @__PURE__ */ number('cRLNumber', OID.cRLNumber)
export const deltaCRLIndicator = /* @__PURE__ */ number('deltaCRLIndicator', OID.deltaCRLIndicator)

export const cRLReason = /* @__PURE__ */ decoder<CrlReason>('cRLReason', OID.cRLReason, (reader, field) => {
  const reason = CRL_REASONS[reader.enumerated(field)]
  return reason ?? reader.fail('INVALID_STRUCTURE', 'an unknown reason', field)
})

export const encodeCRLReason: Encode<CrlReason> = (reason) => der.enumerated(CRL_REASONS.indexOf(reason))

/** InvalidityDate (RFC 5280 §5.3.2), milliseconds. */
export const invalidityDate = /* @__PURE__ */ decoder<number>('invalidityDate', OID.invalidityDate, (reader, field) =>
  reader.generalizedTime(field),
)

export const encodeInvalidityDate: Encode<number> = (time) => der.generalizedTime(time)

/** CertificateIssuer of an entry in an indirect CRL (RFC 5280 §5.3.3). */
export const certificateIssuer = /* @__PURE__ */ decoder<readonly GeneralName[]>(
  'certificateIssuer',
  OID.certificateIssuer,
  (reader, field) => readGeneralNames(reader, field),
)

export const encodeCertificateIssuer: Encode<readonly GeneralName[]> = (names) => encodeGeneralNames(names)

/** IssuingDistributionPoint (RFC 5280 §5.2.5): what a CRL covers. */
export interface IssuingDistributionPoint {
  readonly name?: DistributionPointName
  readonly onlyContainsUserCerts: boolean
  readonly onlyContainsCACerts: boolean
  /** Bits as in `REASON_FLAGS`; absent: all reasons. */
  readonly onlySomeReasons?: number
  readonly indirectCRL: boolean
  readonly onlyContainsAttributeCerts: boolean
}

export const issuingDistributionPoint = /* @__PURE__ */ decoder<IssuingDistributionPoint>(
  'issuingDistributionPoint',
  OID.issuingDistributionPoint,
  (reader, field) => {
    const sequence = reader.sequence(field)
    const flag = (tag: number, name: string) => (sequence.is(tag) ? sequence.boolean(name, tag) : false)
    const name = sequence.is(0xa0) ? readDistributionPointName(sequence.explicit(0, 'distributionPoint')) : undefined
    const onlyContainsUserCerts = flag(0x81, 'onlyContainsUserCerts')
    const onlyContainsCACerts = flag(0x82, 'onlyContainsCACerts')
    const onlySomeReasons = sequence.is(0x83) ? sequence.namedBits('onlySomeReasons', 0x83) : undefined
    const indirectCRL = flag(0x84, 'indirectCRL')
    const onlyContainsAttributeCerts = flag(0x85, 'onlyContainsAttributeCerts')
    sequence.finish()
    // RFC 5280 §5.2.5: something must be said.
    const flags = onlyContainsUserCerts || onlyContainsCACerts || indirectCRL || onlyContainsAttributeCerts
    if (!name && !flags && onlySomeReasons === undefined)
      reader.fail('INVALID_STRUCTURE', 'an issuing distribution point that says nothing', field)
    return {
      name,
      onlyContainsUserCerts,
      onlyContainsCACerts,
      onlySomeReasons,
      indirectCRL,
      onlyContainsAttributeCerts,
    }
  },
)

export const encodeIssuingDistributionPoint: Encode<IssuingDistributionPoint> = (point) => {
  const flag = (value: boolean, tag: number) => (value ? [der.boolean(true, tag)] : [])
  return der.element(
    Tag.SEQUENCE,
    ...(point.name ? [encodeDistributionPointName(point.name)] : []),
    ...flag(point.onlyContainsUserCerts, 0x81),
    ...flag(point.onlyContainsCACerts, 0x82),
    ...(point.onlySomeReasons === undefined ? [] : [der.namedBits(point.onlySomeReasons, 0x83)]),
    ...flag(point.indirectCRL, 0x84),
    ...flag(point.onlyContainsAttributeCerts, 0x85),
  )
}
