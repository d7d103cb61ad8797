import type { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { encodeGeneralName, type GeneralName, readGeneralName } from '../names/general-name.ts'
import { decoder, type Encode } from './codec.ts'
import * as OID from './oids.ts'

/** BasicConstraints (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  readonly ca: boolean
  readonly pathLength?: number
}

export const basicConstraints = /* @__PURE__ */ decoder<BasicConstraints>(
  'basicConstraints',
  OID.basicConstraints,
  (reader, field) => {
    const sequence = reader.sequence(field)
    // X.690 §11.5 forbids an explicit FALSE here; enough old certificates have it that OpenSSL and Go read it.
    const ca = sequence.is(Tag.BOOLEAN) ? sequence.boolean('cA') : false
    // RFC 5280 §4.2.1.9 #3: never below zero.
    const pathLength = sequence.is(Tag.INTEGER) ? sequence.number('pathLenConstraint') : undefined
    sequence.finish()
    return { ca, pathLength }
  },
)

export const encodeBasicConstraints: Encode<BasicConstraints> = ({ ca, pathLength }) =>
  der.sequence(...(ca ? [der.boolean(true)] : []), ...(pathLength === undefined ? [] : [der.integer(pathLength)]))

/** GeneralSubtree (RFC 5280 §4.2.1.10); `minimum` is 0 and `maximum` absent in every PKIX certificate. */
export interface GeneralSubtree {
  readonly base: GeneralName
  readonly minimum: number
  readonly maximum?: number
}

export interface NameConstraints {
  readonly permitted?: readonly GeneralSubtree[]
  readonly excluded?: readonly GeneralSubtree[]
}

export const nameConstraints = /* @__PURE__ */ decoder<NameConstraints>(
  'nameConstraints',
  OID.nameConstraints,
  (reader, field) => {
    const sequence = reader.sequence(field)
    const permitted = sequence.is(0xa0) ? readSubtrees(sequence.enter(0xa0, 'permittedSubtrees')) : undefined
    const excluded = sequence.is(0xa1) ? readSubtrees(sequence.enter(0xa1, 'excludedSubtrees')) : undefined
    sequence.finish()
    // RFC 5280 §4.2.1.10 #3, #4: an empty sequence is not to be issued; it is refused, as it would constrain nothing.
    if (!permitted && !excluded) reader.fail('INVALID_STRUCTURE', 'neither permitted nor excluded subtrees', field)
    return { permitted, excluded }
  },
)

export const encodeNameConstraints: Encode<NameConstraints> = ({ permitted, excluded }) =>
  der.sequence(
    ...(permitted ? [der.element(0xa0, ...permitted.map(encodeSubtree))] : []),
    ...(excluded ? [der.element(0xa1, ...excluded.map(encodeSubtree))] : []),
  )

function readSubtrees(sequence: DerReader): GeneralSubtree[] {
  const subtrees: GeneralSubtree[] = []
  do {
    const subtree = sequence.sequence('GeneralSubtree')
    const base = readGeneralName(subtree, 'base')
    const minimum = subtree.is(0x80) ? subtree.number('minimum', 0x80) : 0
    const maximum = subtree.is(0x81) ? subtree.number('maximum', 0x81) : undefined
    subtree.finish()
    subtrees.push({ base, minimum, maximum })
  } while (!sequence.done)
  return subtrees
}

function encodeSubtree({ base, minimum, maximum }: GeneralSubtree): Uint8Array {
  return der.sequence(
    encodeGeneralName(base),
    ...(minimum ? [der.integer(minimum, 0x80)] : []),
    ...(maximum === undefined ? [] : [der.integer(maximum, 0x81)]),
  )
}

/** PolicyConstraints (RFC 5280 §4.2.1.11): numbers of certificates after which each comes into force. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number
  readonly inhibitPolicyMapping?: number
}

export const policyConstraints = /* @__PURE__ */ decoder<PolicyConstraints>(
  'policyConstraints',
  OID.policyConstraints,
  (reader, field) => {
    const sequence = reader.sequence(field)
    const requireExplicitPolicy = sequence.is(0x80) ? sequence.number('requireExplicitPolicy', 0x80) : undefined
    const inhibitPolicyMapping = sequence.is(0x81) ? sequence.number('inhibitPolicyMapping', 0x81) : undefined
    sequence.finish()
    // RFC 5280 §4.2.1.11 #4, #5.
    if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined)
      reader.fail('INVALID_STRUCTURE', 'an empty sequence', field)
    return { requireExplicitPolicy, inhibitPolicyMapping }
  },
)

export const encodePolicyConstraints: Encode<PolicyConstraints> = ({ requireExplicitPolicy, inhibitPolicyMapping }) =>
  der.sequence(
    ...(requireExplicitPolicy === undefined ? [] : [der.integer(requireExplicitPolicy, 0x80)]),
    ...(inhibitPolicyMapping === undefined ? [] : [der.integer(inhibitPolicyMapping, 0x81)]),
  )

/** InhibitAnyPolicy (RFC 5280 §4.2.1.14): SkipCerts. */
export const inhibitAnyPolicy = /* @__PURE__ */ decoder<number>(
  'inhibitAnyPolicy',
  OID.inhibitAnyPolicy,
  (reader, field) => reader.number(field),
)

export const encodeInhibitAnyPolicy: Encode<number> = (skip) => der.integer(skip)
