import { checkNameConstraints } from './name-constraints.ts'
import type { PathProfile } from './options.ts'
import { checkPolicies } from './policy.ts'
import { checkStrict } from './strict.ts'

/**
 * The smallest: `nodeProfile` for authorities that constrain no names. Where one does, its certificates are refused, as
 * an extension that is not processed.
 */
export const plainProfile: PathProfile = { strict: false }

/** What Node and OpenSSL decide, less their holes. */
export const nodeProfile: PathProfile = { strict: false, nameConstraints: checkNameConstraints }

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
