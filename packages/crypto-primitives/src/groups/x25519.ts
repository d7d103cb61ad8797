import { x25519 } from '@noble/curves/ed25519.js'
import type { MontgomeryFunction } from './montgomery.ts'
import { x25519Kernel } from './x25519-wasm.ts'

/** The function X25519 of RFC 7748 §5. */
export const X25519_FUNCTION: MontgomeryFunction = /* @__PURE__ */ (() => ({
  length: 32,
  base: Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0)),
  multiply(scalar: Uint8Array, u: Uint8Array) {
    const kernel = x25519Kernel()
    return kernel ? kernel(scalar, u) : x25519.scalarMult(scalar, u)
  },
}))()
