import { pow } from '@noble/curves/abstract/modular.js'
import { type MontgomeryECDH, montgomery } from '@noble/curves/abstract/montgomery.js'
import type { MontgomeryFunction } from './montgomery.ts'
import { x25519Kernel } from './x25519-wasm.ts'

let curve: MontgomeryECDH | undefined

/** Curve25519 in noble's arithmetic, by the ladder alone: noble's own `x25519` brings the Edwards curve for its tables. */
function curve25519(): MontgomeryECDH {
  if (!curve) {
    const p = 2n ** 255n - 19n
    curve = montgomery({
      P: p,
      type: 'x25519',
      powPminus2: (x) => pow(x, p - 2n, p),
      // decodeScalar25519
      adjustScalarBytes(bytes: Uint8Array) {
        bytes[0] &= 248
        bytes[31] = (bytes[31] & 127) | 64
        return bytes
      },
    })
  }
  return curve
}

const BASE = /* @__PURE__ */ (() => Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0)))()

/** The function X25519 of RFC 7748 §5, without WebAssembly. */
export const PLAIN_X25519_FUNCTION: MontgomeryFunction = {
  length: 32,
  base: BASE,
  multiply: (scalar, u) => curve25519().scalarMult(scalar, u),
}

/** The same in WebAssembly where that runs. */
export const X25519_FUNCTION: MontgomeryFunction = {
  length: 32,
  base: BASE,
  multiply: (scalar, u) => (x25519Kernel() ?? PLAIN_X25519_FUNCTION.multiply)(scalar, u),
}
