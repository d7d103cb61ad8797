import type { SecureContext } from './node-context.ts'
import type { SecureContextOptions } from './options.ts'

/**
 * What a program may assign on the module's own exports object (`tls.DEFAULT_MAX_VERSION = …`, a `createSecureContext` of
 * its own) and is looked up there at every use. The object is made here, at the bottom, and `api/tls.ts` furnishes it: so
 * nothing has to import the module that it is a part of.
 */
export interface Assignable {
  CLIENT_RENEG_LIMIT: number
  CLIENT_RENEG_WINDOW: number
  DEFAULT_CIPHERS: string
  DEFAULT_ECDH_CURVE: string
  DEFAULT_MIN_VERSION: string
  DEFAULT_MAX_VERSION: string
  checkServerIdentity(hostname: string, cert: object): Error | undefined
  createSecureContext(options?: SecureContextOptions | null): SecureContext
}

export const tls = {} as Assignable
