import type { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { decoder, type Encode } from './codec.ts'
import * as OID from './oids.ts'

/** PolicyInformation (RFC 5280 §4.2.1.4). */
export interface PolicyInformation {
  readonly policy: string
  readonly qualifiers?: readonly PolicyQualifier[]
}

export interface PolicyQualifier {
  readonly oid: string
  /** DER of the qualifier: IA5String for a CPS pointer, UserNotice otherwise. */
  readonly value: Uint8Array
}

/** The CPS pointer and the user notice, which RFC 5280 §4.2.1.4 knows. */
export const isKnownQualifier = ({ oid }: PolicyQualifier): boolean => /^1\.3\.6\.1\.5\.5\.7\.2\.[12]$/.test(oid)

export const certificatePolicies = /* @__PURE__ */ decoder<readonly PolicyInformation[]>(
  'certificatePolicies',
  OID.certificatePolicies,
  (reader, field) => {
    const sequence = reader.sequence(field)
    const policies: PolicyInformation[] = []
    const seen = new Set<string>()
    do {
      const information = sequence.sequence('PolicyInformation')
      const policy = information.oid('policyIdentifier')
      // RFC 5280 §4.2.1.4 #2: a policy MUST NOT appear more than once.
      if (seen.has(policy)) information.fail('INVALID_STRUCTURE', `policy ${policy} twice`, 'policyIdentifier')
      seen.add(policy)
      const qualifiers = information.done ? undefined : readQualifiers(information.sequence('policyQualifiers'))
      information.finish()
      policies.push({ policy, qualifiers })
    } while (!sequence.done)
    return policies
  },
)

export const encodeCertificatePolicies: Encode<readonly PolicyInformation[]> = (policies) =>
  der.sequence(
    ...policies.map(({ policy, qualifiers }) =>
      der.sequence(
        der.oid(policy),
        ...(qualifiers ? [der.sequence(...qualifiers.map(({ oid, value }) => der.sequence(der.oid(oid), value)))] : []),
      ),
    ),
  )

function readQualifiers(sequence: DerReader): PolicyQualifier[] {
  const qualifiers: PolicyQualifier[] = []
  do {
    const qualifier = sequence.sequence('PolicyQualifierInfo')
    const oid = qualifier.oid('policyQualifierId')
    const value = qualifier.raw('qualifier')
    qualifier.finish()
    qualifiers.push({ oid, value })
  } while (!sequence.done)
  return qualifiers
}

/** One pair of PolicyMappings (RFC 5280 §4.2.1.5). */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

export const policyMappings = /* @__PURE__ */ decoder<readonly PolicyMapping[]>(
  'policyMappings',
  OID.policyMappings,
  (reader, field) => {
    const sequence = reader.sequence(field)
    const mappings: PolicyMapping[] = []
    do {
      const mapping = sequence.sequence('PolicyMapping')
      mappings.push({
        issuerDomainPolicy: mapping.oid('issuerDomainPolicy'),
        subjectDomainPolicy: mapping.oid('subjectDomainPolicy'),
      })
      mapping.finish()
    } while (!sequence.done)
    return mappings
  },
)

export const encodePolicyMappings: Encode<readonly PolicyMapping[]> = (mappings) =>
  der.sequence(
    ...mappings.map(({ issuerDomainPolicy, subjectDomainPolicy }) =>
      der.sequence(der.oid(issuerDomainPolicy), der.oid(subjectDomainPolicy)),
    ),
  )
