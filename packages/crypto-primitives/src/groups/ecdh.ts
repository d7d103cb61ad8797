/** The groups of curves that need no more than their parameters. */
import {
  brainpoolP256r1 as brainpoolP256r1Curve,
  brainpoolP384r1 as brainpoolP384r1Curve,
  brainpoolP512r1 as brainpoolP512r1Curve,
  secp224r1 as secp224r1Curve,
  secp256k1 as secp256k1Curve,
  secp256r1 as secp256r1Curve,
  secp384r1 as secp384r1Curve,
  secp521r1 as secp521r1Curve,
} from '../curves.ts'
import { montgomeryGroup } from './montgomery.ts'
import { weierstrassGroup } from './weierstrass.ts'
import { PLAIN_X25519_FUNCTION, X25519_FUNCTION } from './x25519.ts'

/** X25519 (RFC 7748). */
export const x25519 = /* @__PURE__ */ montgomeryGroup('x25519', X25519_FUNCTION)
/** X25519 without WebAssembly: smaller and slower. */
export const x25519Plain = /* @__PURE__ */ montgomeryGroup('x25519', PLAIN_X25519_FUNCTION)

/** ECDH on NIST P-224. */
export const secp224r1 = /* @__PURE__ */ weierstrassGroup(secp224r1Curve)
/** ECDH on NIST P-256. */
export const secp256r1 = /* @__PURE__ */ weierstrassGroup(secp256r1Curve)
/** ECDH on NIST P-384. */
export const secp384r1 = /* @__PURE__ */ weierstrassGroup(secp384r1Curve)
/** ECDH on NIST P-521. */
export const secp521r1 = /* @__PURE__ */ weierstrassGroup(secp521r1Curve)
/** ECDH on secp256k1. */
export const secp256k1 = /* @__PURE__ */ weierstrassGroup(secp256k1Curve)
/** ECDH on brainpoolP256r1 (RFC 7027, RFC 8734). */
export const brainpoolP256r1 = /* @__PURE__ */ weierstrassGroup(brainpoolP256r1Curve)
/** ECDH on brainpoolP384r1 (RFC 7027, RFC 8734). */
export const brainpoolP384r1 = /* @__PURE__ */ weierstrassGroup(brainpoolP384r1Curve)
/** ECDH on brainpoolP512r1 (RFC 7027, RFC 8734). */
export const brainpoolP512r1 = /* @__PURE__ */ weierstrassGroup(brainpoolP512r1Curve)
