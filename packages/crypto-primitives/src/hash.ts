/** Hash functions and HMAC, on noble. Import one, and only that one is bundled. */
import { md5 as nobleMd5, sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import { md5Sha1Of } from './hash/md5-sha1.ts'
import { nobleHash } from './hash/noble-hash.ts'
import type { Hash } from './provider.ts'

/** MD5 (RFC 1321). Broken: for TLS 1.0/1.1's PRF and old containers only. */
export const md5: Hash = /* @__PURE__ */ nobleHash('md5', nobleMd5)
/** SHA-1 (FIPS 180-4). Broken for signatures; sound in HMAC. */
export const sha1: Hash = /* @__PURE__ */ nobleHash('sha1', nobleSha1)
/** MD5 ‖ SHA-1, as TLS 1.0 and 1.1 sign. */
export const md5Sha1: Hash = /* @__PURE__ */ md5Sha1Of(md5, sha1)

export { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from './hash/sha2.ts'
