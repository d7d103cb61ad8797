/**
 * What only old key files need; none of it protects anything today. With it CBC, for ciphers that come from here or from
 * a provider: who has them from one loads none of `./cbc`.
 */
export { cbcCipher, cbcDecrypt, cbcEncrypt } from './cbc/cbc.ts'
export * from './legacy/password.ts'
export { rc2 } from './legacy/rc2.ts'
export { rc4 } from './legacy/rc4.ts'
