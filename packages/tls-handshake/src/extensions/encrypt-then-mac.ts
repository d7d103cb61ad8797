import { type Extension, emptyForm } from './extension.ts'

/** encrypt_then_mac (RFC 7366 §2 #1), up to TLS 1.2. */
export const ENCRYPT_THEN_MAC: Extension = { type: 22, name: 'encrypt_then_mac', places: ['CH', 'SH12'] }

export const encryptThenMac = /* @__PURE__ */ emptyForm(ENCRYPT_THEN_MAC)
