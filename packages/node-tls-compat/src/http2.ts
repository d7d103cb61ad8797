/** `node:http2` on this stack: every export of Node's. Nothing of Node's is changed. */
import type * as node from 'node:http2'
import { connect as connectHere } from './api/http2/connect.ts'
import type * as types from './api/http2/public-types.ts'
import { createSecureServer as createServerHere } from './api/http2/secure-server.ts'
import { http2 as native } from './host/http2.ts'

/** The module's own exports object: what is not about TLS is Node's. */
const http2: types.Http2 = {
  ...native,
  connect: connectHere,
  createSecureServer: createServerHere,
} as unknown as types.Http2

/** Types by the module's name, as Node's declarations have them: `http2.ClientHttp2Session`. */
declare namespace http2 {
  export type SecureClientSessionOptions = types.Http2SecureClientOptions
  export type SecureServerOptions = types.Http2SecureServerOptions
  export type AlternativeServiceOptions = node.AlternativeServiceOptions
  export type ClientHttp2Session = node.ClientHttp2Session
  export type ClientHttp2Stream = node.ClientHttp2Stream
  export type ClientSessionRequestOptions = node.ClientSessionRequestOptions
  export type ClientSessionOptions = node.ClientSessionOptions
  export type Http2SecureServer = node.Http2SecureServer
  export type Http2Server = node.Http2Server
  export type Http2Session = node.Http2Session
  export type Http2Stream = node.Http2Stream
  export type IncomingHttpHeaders = node.IncomingHttpHeaders
  export type IncomingHttpStatusHeader = node.IncomingHttpStatusHeader
  export type SecureServerSessionOptions = node.SecureServerSessionOptions
  export type ServerHttp2Session = node.ServerHttp2Session
  export type ServerHttp2Stream = node.ServerHttp2Stream
  export type ServerOptions = node.ServerOptions
  export type ServerSessionOptions = node.ServerSessionOptions
  export type ServerStreamFileResponseOptions = node.ServerStreamFileResponseOptions
  export type ServerStreamFileResponseOptionsWithError = node.ServerStreamFileResponseOptionsWithError
  export type ServerStreamResponseOptions = node.ServerStreamResponseOptions
  export type SessionOptions = node.SessionOptions
  export type SessionState = node.SessionState
  export type Settings = node.Settings
  export type StatOptions = node.StatOptions
  export type StreamState = node.StreamState
  export type Http2ServerRequest = node.Http2ServerRequest
  export type Http2ServerResponse = node.Http2ServerResponse
}

export { http2 as default, http2 as 'module.exports' }

export const Http2ServerRequest: types.Http2['Http2ServerRequest'] = http2.Http2ServerRequest
export const Http2ServerResponse: types.Http2['Http2ServerResponse'] = http2.Http2ServerResponse
export const connect: types.Http2['connect'] = http2.connect
export const constants: types.Http2['constants'] = http2.constants
export const createSecureServer: types.Http2['createSecureServer'] = http2.createSecureServer
export const createServer: types.Http2['createServer'] = http2.createServer
export const getDefaultSettings: types.Http2['getDefaultSettings'] = http2.getDefaultSettings
export const getPackedSettings: types.Http2['getPackedSettings'] = http2.getPackedSettings
export const getUnpackedSettings: types.Http2['getUnpackedSettings'] = http2.getUnpackedSettings
export const performServerHandshake: types.Http2['performServerHandshake'] = http2.performServerHandshake
export const sensitiveHeaders: types.Http2['sensitiveHeaders'] = http2.sensitiveHeaders

export type Http2ServerRequest = node.Http2ServerRequest
export type Http2ServerResponse = node.Http2ServerResponse
export type SecureClientSessionOptions = types.Http2SecureClientOptions
export type SecureServerOptions = types.Http2SecureServerOptions
export type {
  AlternativeServiceOptions,
  ClientHttp2Session,
  ClientHttp2Stream,
  ClientSessionOptions,
  ClientSessionRequestOptions,
  Http2SecureServer,
  Http2Server,
  Http2Session,
  Http2Stream,
  IncomingHttpHeaders,
  IncomingHttpStatusHeader,
  SecureServerSessionOptions,
  ServerHttp2Session,
  ServerHttp2Stream,
  ServerOptions,
  ServerSessionOptions,
  ServerStreamFileResponseOptions,
  ServerStreamFileResponseOptionsWithError,
  ServerStreamResponseOptions,
  SessionOptions,
  SessionState,
  Settings,
  StatOptions,
  StreamState,
} from 'node:http2'
