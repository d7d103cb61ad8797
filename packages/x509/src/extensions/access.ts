import type { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import {
  encodeGeneralName,
  encodeGeneralNames,
  type GeneralName,
  readGeneralName,
  readGeneralNames,
} from '../names/general-name.ts'
import { ACCESS_METHOD } from '../oids.ts'
import { decoder, type Encode } from './codec.ts'
import * as OID from './oids.ts'

/** ReasonFlags (RFC 5280 §4.2.1.13), in the order of its bits. */
export const REASON_FLAGS = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const

export type ReasonFlag = (typeof REASON_FLAGS)[number]

/** DistributionPointName: full names, or a name relative to the CRL issuer's (DER of the set of attributes). */
export type DistributionPointName =
  | { readonly fullName: readonly GeneralName[]; readonly relativeName?: undefined }
  | { readonly relativeName: Uint8Array; readonly fullName?: undefined }

export interface DistributionPoint {
  readonly name?: DistributionPointName
  /** Bits as in `REASON_FLAGS`; absent: all reasons. */
  readonly reasons?: number
  readonly crlIssuer?: readonly GeneralName[]
}

export function readDistributionPointName(wrapped: DerReader): DistributionPointName {
  const name: DistributionPointName = wrapped.is(0xa0)
    ? { fullName: readGeneralNames(wrapped, 'fullName', 0xa0), relativeName: undefined }
    : { relativeName: wrapped.value(0xa1, 'nameRelativeToCRLIssuer'), fullName: undefined }
  wrapped.finish()
  return name
}

export function encodeDistributionPointName(name: DistributionPointName): Uint8Array {
  return der.explicit(0, name.fullName ? encodeGeneralNames(name.fullName, 0xa0) : der.element(0xa1, name.relativeName))
}

const distributionPoints = (name: keyof typeof OID, oid: string) =>
  decoder<readonly DistributionPoint[]>(name, oid, (reader, field) => {
    const sequence = reader.sequence(field)
    const points: DistributionPoint[] = []
    do {
      const point = sequence.sequence('DistributionPoint')
      const pointName = point.is(0xa0) ? readDistributionPointName(point.explicit(0, 'distributionPoint')) : undefined
      const reasons = point.is(0x81) ? point.namedBits('reasons', 0x81) : undefined
      const crlIssuer = point.is(0xa2) ? readGeneralNames(point, 'cRLIssuer', 0xa2) : undefined
      point.finish()
      points.push({ name: pointName, reasons, crlIssuer })
    } while (!sequence.done)
    return points
  })

export const encodeDistributionPoints: Encode<readonly DistributionPoint[]> = (points) =>
  der.sequence(
    ...points.map((point) =>
      der.sequence(
        ...(point.name ? [encodeDistributionPointName(point.name)] : []),
        ...(point.reasons === undefined ? [] : [der.namedBits(point.reasons, 0x81)]),
        ...(point.crlIssuer ? [encodeGeneralNames(point.crlIssuer, 0xa2)] : []),
      ),
    ),
  )

/** RFC 5280 §4.2.1.13 and §4.2.1.15. */
export const cRLDistributionPoints = /* @__PURE__ */ distributionPoints(
  'cRLDistributionPoints',
  OID.cRLDistributionPoints,
)
export const freshestCRL = /* @__PURE__ */ distributionPoints('freshestCRL', OID.freshestCRL)

/** AccessDescription (RFC 5280 §4.2.2.1). */
export interface AccessDescription {
  /** Dotted OID; `ACCESS_METHOD` has the usual ones. */
  readonly method: string
  readonly location: GeneralName
}

const accessDescriptions = (name: keyof typeof OID, oid: string) =>
  decoder<readonly AccessDescription[]>(name, oid, (reader, field) => {
    const sequence = reader.sequence(field)
    const descriptions: AccessDescription[] = []
    do {
      const description = sequence.sequence('AccessDescription')
      descriptions.push({
        method: description.oid('accessMethod'),
        location: readGeneralName(description, 'accessLocation'),
      })
      description.finish()
    } while (!sequence.done)
    return descriptions
  })

export const encodeAccessDescriptions: Encode<readonly AccessDescription[]> = (descriptions) =>
  der.sequence(
    ...descriptions.map(({ method, location }) =>
      der.sequence(
        der.oid((ACCESS_METHOD as Readonly<Record<string, string>>)[method] ?? method),
        encodeGeneralName(location),
      ),
    ),
  )

export const authorityInfoAccess = /* @__PURE__ */ accessDescriptions('authorityInfoAccess', OID.authorityInfoAccess)
export const subjectInfoAccess = /* @__PURE__ */ accessDescriptions('subjectInfoAccess', OID.subjectInfoAccess)
