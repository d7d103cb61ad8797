import { checkNameConstraints } from './name-constraints.ts'
import type { PathProfile } from './options.ts'
import { checkPolicies } from './policy.ts'
import { checkStrict } from './strict.ts'

/**
 * Strict, as RFC 5280 and the CA/Browser Forum's baseline requirements want certificates of the public web to be, with
 * certificate policies.
 */
export const webpkiProfile: PathProfile = {
  strict: true,
  form: checkStrict,
  nameConstraints: checkNameConstraints,
  policy: /* @__PURE__ */ checkPolicies(),
}
