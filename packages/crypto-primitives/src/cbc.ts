/** CBC: with PKCS#7 padding for key files, and with HMAC for the records of TLS up to 1.2. */
export { aes } from './aes/aes.ts'
export type { BlockCipher, BlockCipherAlgorithm } from './cbc/block-cipher.ts'
export { cbcCipher, cbcDecrypt, cbcEncrypt } from './cbc/cbc.ts'
export { des, tripleDes } from './cbc/des.ts'
export { cbc } from './portable/cbc-hmac.ts'
