/** The curves where OpenSSL does not do: with noble's arithmetic, loaded when it is needed. */
import { defineCurve } from '../curves/curve.ts'
import * as parameters from '../curves/parameters.ts'
import { ecPrivateKeysOf } from '../signatures/ecdsa-keys.ts'
import { noble } from './noble.ts'

const WEIERSTRASS = '@noble/curves/abstract/weierstrass.js'
const arithmetic = () => noble(WEIERSTRASS).weierstrass

/** All of them; nothing is computed before the first use. */
export const curves = {
  secp224r1: /* @__PURE__ */ defineCurve(parameters.SECP224R1, arithmetic),
  secp256r1: /* @__PURE__ */ defineCurve(parameters.SECP256R1, arithmetic),
  secp384r1: /* @__PURE__ */ defineCurve(parameters.SECP384R1, arithmetic),
  secp521r1: /* @__PURE__ */ defineCurve(parameters.SECP521R1, arithmetic),
  secp256k1: /* @__PURE__ */ defineCurve(parameters.SECP256K1, arithmetic),
  brainpoolP256r1: /* @__PURE__ */ defineCurve(parameters.BRAINPOOLP256R1, arithmetic),
  brainpoolP384r1: /* @__PURE__ */ defineCurve(parameters.BRAINPOOLP384R1, arithmetic),
  brainpoolP512r1: /* @__PURE__ */ defineCurve(parameters.BRAINPOOLP512R1, arithmetic),
}

/** Private keys on the curves that `node:crypto` takes no JWK of. */
export const portableEcKeys = /* @__PURE__ */ ecPrivateKeysOf(() => ({
  ecdsa: noble(WEIERSTRASS).ecdsa,
  sha256: noble('@noble/hashes/sha2.js').sha256,
}))
