import {
  sha224 as nobleSha224,
  sha256 as nobleSha256,
  sha384 as nobleSha384,
  sha512 as nobleSha512,
  sha512_224 as nobleSha512_224,
  sha512_256 as nobleSha512_256,
} from '@noble/hashes/sha2.js'
import type { Hash } from '../provider.ts'
import { nobleHash } from './noble-hash.ts'

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
