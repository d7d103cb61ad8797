import type { PublicKeyData } from '@x/crypto-primitives'
import type { GeneralName } from '../names/general-name.ts'

/** A request, as far as it is asked here. */
interface NamesAskedFor {
  extension(name: 'subjectAltName'): readonly GeneralName[] | undefined
}

/**
 * Which request a key came out of: `issue(name, { publicKey: request.publicKey })` must not drop in silence the names
 * that were asked for.
 */
export const requestOfKey = /* @__PURE__ */ new WeakMap<PublicKeyData, NamesAskedFor>()
