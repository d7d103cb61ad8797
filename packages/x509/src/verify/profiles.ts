import { checkNameConstraints } from './name-constraints.ts'
import type { PathProfile } from './options.ts'

/**
 * The smallest: `nodeProfile` for authorities that constrain no names. Where one does, its certificates are refused, as
 * an extension that is not processed.
 */
export const plainProfile: PathProfile = {
  strict: false,
  form: undefined,
  nameConstraints: undefined,
  policy: undefined,
}

/** What Node and OpenSSL decide, less their holes. */
export const nodeProfile: PathProfile = {
  strict: false,
  form: undefined,
  nameConstraints: checkNameConstraints,
  policy: undefined,
}
