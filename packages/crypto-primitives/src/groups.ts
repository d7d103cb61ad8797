/** Key exchange groups. Import one, and only that one is bundled. */
import { secp256r1, secp384r1, x25519 } from './groups/ecdh.ts'
import { ffdheField } from './groups/ffdhe.ts'
import { finiteFieldGroup } from './groups/finite-field.ts'
import { hybridGroup } from './groups/hybrid.ts'
import { kemGroup } from './groups/mlkem.ts'
import { montgomeryGroup } from './groups/montgomery.ts'
import { X448_FUNCTION } from './groups/x448.ts'
import { mlKem512 as kem512, mlKem768 as kem768, mlKem1024 as kem1024 } from './mlkem.ts'

export {
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
  secp224r1,
  secp256k1,
  secp256r1,
  secp384r1,
  secp521r1,
  x25519,
  x25519Plain,
} from './groups/ecdh.ts'
export { X448_FUNCTION } from './groups/x448.ts'
export { X25519_FUNCTION } from './groups/x25519.ts'

/** X448 (RFC 7748). */
export const x448 = /* @__PURE__ */ montgomeryGroup('x448', X448_FUNCTION)

/** ML-KEM-512 as a group of its own (draft-ietf-tls-mlkem). */
export const mlKem512 = /* @__PURE__ */ kemGroup('MLKEM512', kem512)
/** ML-KEM-768 as a group of its own. */
export const mlKem768 = /* @__PURE__ */ kemGroup('MLKEM768', kem768)
/** ML-KEM-1024 as a group of its own. */
export const mlKem1024 = /* @__PURE__ */ kemGroup('MLKEM1024', kem1024)

/** X25519 with ML-KEM-768; the ML-KEM part comes first (draft-ietf-tls-ecdhe-mlkem §4). */
export const x25519MlKem768 = /* @__PURE__ */ hybridGroup('X25519MLKEM768', mlKem768, x25519)
/** P-256 with ML-KEM-768; the ECDH part comes first. */
export const secp256r1MlKem768 = /* @__PURE__ */ hybridGroup('SecP256r1MLKEM768', secp256r1, mlKem768)
/** P-384 with ML-KEM-1024; the ECDH part comes first. */
export const secp384r1MlKem1024 = /* @__PURE__ */ hybridGroup('SecP384r1MLKEM1024', secp384r1, mlKem1024)

/** ffdhe2048 (RFC 7919 §A.1). */
export const ffdhe2048 = /* @__PURE__ */ finiteFieldGroup('ffdhe2048', 256, /* @__PURE__ */ ffdheField(2048))
/** ffdhe3072 (RFC 7919 §A.2). */
export const ffdhe3072 = /* @__PURE__ */ finiteFieldGroup('ffdhe3072', 384, /* @__PURE__ */ ffdheField(3072))
/** ffdhe4096 (RFC 7919 §A.3). */
export const ffdhe4096 = /* @__PURE__ */ finiteFieldGroup('ffdhe4096', 512, /* @__PURE__ */ ffdheField(4096))
/** ffdhe6144 (RFC 7919 §A.4). */
export const ffdhe6144 = /* @__PURE__ */ finiteFieldGroup('ffdhe6144', 768, /* @__PURE__ */ ffdheField(6144))
/** ffdhe8192 (RFC 7919 §A.5). */
export const ffdhe8192 = /* @__PURE__ */ finiteFieldGroup('ffdhe8192', 1024, /* @__PURE__ */ ffdheField(8192))
export { ffdheParameters } from './ffdhe.ts'
export { dhGroup } from './groups/finite-field.ts'
