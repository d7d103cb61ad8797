/** What only old key files need. None of it protects anything today. */
export { des } from './cbc/des.ts'
export * from './legacy/password.ts'
export { rc2 } from './legacy/rc2.ts'
export { rc4 } from './legacy/rc4.ts'
