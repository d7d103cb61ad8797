/** The curves of TLS and X.509 in short Weierstrass form. Import one, and only its parameters are bundled. */
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { defineCurve } from './curves/curve.ts'
import {
  BRAINPOOLP256R1,
  BRAINPOOLP384R1,
  BRAINPOOLP512R1,
  SECP224R1,
  SECP256K1,
  SECP256R1,
  SECP384R1,
  SECP521R1,
} from './curves/parameters.ts'

export type { Curve, CurveParameters } from './curves/curve.ts'

const noble = () => weierstrass

/** NIST P-224 (FIPS 186-4 D.1.2.2, SEC 2). */
export const secp224r1 = /* @__PURE__ */ defineCurve(SECP224R1, noble)
/** NIST P-256 (FIPS 186-4 D.1.2.3, SP 800-186). */
export const secp256r1 = /* @__PURE__ */ defineCurve(SECP256R1, noble)
/** NIST P-384 (SP 800-186 §3.2.1.4). */
export const secp384r1 = /* @__PURE__ */ defineCurve(SECP384R1, noble)
/** NIST P-521 (SP 800-186 §3.2.1.5). */
export const secp521r1 = /* @__PURE__ */ defineCurve(SECP521R1, noble)
/** secp256k1 (SEC 2 §2.4.1). */
export const secp256k1 = /* @__PURE__ */ defineCurve(SECP256K1, noble)
/** brainpoolP256r1 (RFC 5639 §3.4). */
export const brainpoolP256r1 = /* @__PURE__ */ defineCurve(BRAINPOOLP256R1, noble)
/** brainpoolP384r1 (RFC 5639 §3.6). */
export const brainpoolP384r1 = /* @__PURE__ */ defineCurve(BRAINPOOLP384R1, noble)
/** brainpoolP512r1 (RFC 5639 §3.7). */
export const brainpoolP512r1 = /* @__PURE__ */ defineCurve(BRAINPOOLP512R1, noble)
