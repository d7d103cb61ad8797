/** ML-KEM (FIPS 203), the KEM itself; `./groups` has it as TLS negotiates it. */
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import { type Kem, nobleKem } from './groups/mlkem.ts'

export type { Kem, KemKey } from './groups/mlkem.ts'

/** ML-KEM-512. */
export const mlKem512: Kem = /* @__PURE__ */ nobleKem('ml_kem512', () => ml_kem512)
/** ML-KEM-768. */
export const mlKem768: Kem = /* @__PURE__ */ nobleKem('ml_kem768', () => ml_kem768)
/** ML-KEM-1024. */
export const mlKem1024: Kem = /* @__PURE__ */ nobleKem('ml_kem1024', () => ml_kem1024)
