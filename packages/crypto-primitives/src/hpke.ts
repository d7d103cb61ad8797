/** Hybrid public key encryption (RFC 9180): DHKEM over X25519 and P-256, modes base and psk, by any provider. */
export { DhKem, type HpkeKeyPair } from './hpke/kem.ts'
export { HpkeContext, type HpkePsk, HpkeSuite, type HpkeSuiteIds } from './hpke/suite.ts'
