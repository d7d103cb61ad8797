/** Key derivation: HKDF and the labels of TLS 1.3, the PRFs of TLS 1.0 to 1.2, PBKDF2, scrypt. */
export * from './kdf/hkdf.ts'
export * from './kdf/pbkdf2.ts'
export { scrypt } from './kdf/scrypt.ts'
export * from './kdf/tls-prf.ts'
export type { ScryptParameters } from './provider.ts'
