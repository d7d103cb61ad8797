import { type Extension, emptyForm } from './extension.ts'

/** extended_main_secret, once extended_master_secret (RFC 7627), up to TLS 1.2. */
export const EXTENDED_MAIN_SECRET: Extension = { type: 23, name: 'extended_main_secret', places: ['CH', 'SH12'] }

export const extendedMainSecret = /* @__PURE__ */ emptyForm(EXTENDED_MAIN_SECRET)
