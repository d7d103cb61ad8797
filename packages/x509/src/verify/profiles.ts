import type { PathProfile } from './options.ts'
import { checkPolicies } from './policy.ts'
import { checkStrict } from './strict.ts'

/** What Node and OpenSSL decide, less their holes. */
export const nodeProfile: PathProfile = { strict: false }

/**
 * Strict, as RFC 5280 and the CA/Browser Forum's baseline requirements want certificates of the public web to be, with
 * certificate policies.
 */
export const webpkiProfile: PathProfile = {
  strict: true,
  form: checkStrict,
  policy: /* @__PURE__ */ checkPolicies(),
}
