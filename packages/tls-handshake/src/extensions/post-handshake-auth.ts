import { type Extension, emptyForm } from './extension.ts'

/** post_handshake_auth (RFC 9846 §4.3.6). */
export const POST_HANDSHAKE_AUTH: Extension = { type: 49, name: 'post_handshake_auth', places: ['CH'] }

export const postHandshakeAuth = /* @__PURE__ */ emptyForm(POST_HANDSHAKE_AUTH)
