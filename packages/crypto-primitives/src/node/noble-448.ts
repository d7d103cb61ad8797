import type { MontgomeryFunction } from '../groups/montgomery.ts'
import type { Scheme } from '../signatures/eddsa-keys.ts'
import { noble } from './noble.ts'

/** Ed448 and X448 where OpenSSL has them not: noble's, loaded when they are needed. */

const MODULE = '@noble/curves/ed448.js'

export const PORTABLE_ED448: Scheme = {
  type: 'ed448',
  bits: 456,
  keyLength: 57,
  signatureLength: 114,
  engine: () => noble(MODULE).ed448,
}

export const PORTABLE_X448: MontgomeryFunction = {
  length: 56,
  base: /* @__PURE__ */ (() => Uint8Array.from({ length: 56 }, (_, i) => (i === 0 ? 5 : 0)))(),
  multiply: (scalar, u) => noble(MODULE).x448.scalarMult(scalar, u),
}
