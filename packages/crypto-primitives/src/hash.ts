/** Hash functions and HMAC, on noble. Import one, and only that one is bundled. */
import { md5 as nobleMd5, sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import {
  sha224 as nobleSha224,
  sha256 as nobleSha256,
  sha384 as nobleSha384,
  sha512 as nobleSha512,
  sha512_224 as nobleSha512_224,
  sha512_256 as nobleSha512_256,
} from '@noble/hashes/sha2.js'
import { md5Sha1Of } from './hash/md5-sha1.ts'
import { nobleHash } from './hash/noble-hash.ts'
import type { Hash } from './provider.ts'

/** MD5 (RFC 1321). Broken: for TLS 1.0/1.1's PRF and old containers only. */
export const md5: Hash = /* @__PURE__ */ nobleHash('md5', nobleMd5)
/** SHA-1 (FIPS 180-4). Broken for signatures; sound in HMAC. */
export const sha1: Hash = /* @__PURE__ */ nobleHash('sha1', nobleSha1)
/** SHA-224 (FIPS 180-4). */
export const sha224: Hash = /* @__PURE__ */ nobleHash('sha224', nobleSha224)
/** SHA-256 (FIPS 180-4). */
export const sha256: Hash = /* @__PURE__ */ nobleHash('sha256', nobleSha256)
/** SHA-384 (FIPS 180-4). */
export const sha384: Hash = /* @__PURE__ */ nobleHash('sha384', nobleSha384)
/** SHA-512 (FIPS 180-4). */
export const sha512: Hash = /* @__PURE__ */ nobleHash('sha512', nobleSha512)
/** SHA-512/224 (FIPS 180-4). */
export const sha512_224: Hash = /* @__PURE__ */ nobleHash('sha512-224', nobleSha512_224)
/** SHA-512/256 (FIPS 180-4). */
export const sha512_256: Hash = /* @__PURE__ */ nobleHash('sha512-256', nobleSha512_256)
/** MD5 ‖ SHA-1, as TLS 1.0 and 1.1 sign. */
export const md5Sha1: Hash = /* @__PURE__ */ md5Sha1Of(md5, sha1)
