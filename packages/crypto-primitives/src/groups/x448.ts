import { x448 } from '../curves/edwards448.ts'
import type { MontgomeryFunction } from './montgomery.ts'

/** The function X448 of RFC 7748 §5. */
export const X448_FUNCTION: MontgomeryFunction = /* @__PURE__ */ (() => ({
  length: 56,
  base: Uint8Array.from({ length: 56 }, (_, i) => (i === 0 ? 5 : 0)),
  multiply: (scalar: Uint8Array, u: Uint8Array) => x448().scalarMult(scalar, u),
}))()
