/** `node:http2` on this stack: every export of Node's. Nothing of Node's is changed. */
import { connect } from './api/http2/connect.ts'
import { createSecureServer } from './api/http2/secure-server.ts'
import { http2 as native } from './host/http2.ts'

/** The module's own exports object: what is not about TLS is Node's. */
const http2 = { ...native, connect, createSecureServer }

export { connect, createSecureServer, http2 as default, http2 as 'module.exports' }
export const {
  constants,
  createServer,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  Http2ServerRequest,
  Http2ServerResponse,
  performServerHandshake,
  sensitiveHeaders,
} = native
