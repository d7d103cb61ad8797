import type { PublicKeyData } from '@x/crypto-primitives'
import type { CertificateRequest } from './request.ts'

/**
 * Which request a key came out of: `issue(name, { publicKey: request.publicKey })` must not drop in silence the names
 * that were asked for.
 */
export const requestOfKey = /* @__PURE__ */ new WeakMap<PublicKeyData, CertificateRequest>()
