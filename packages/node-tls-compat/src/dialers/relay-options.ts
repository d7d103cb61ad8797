import { amount, anyOf, callback, listOf, must, type Rule, text } from '@x/crypto-primitives/options'
import type { WebSocketClass } from './web-socket.ts'

/** What both kinds of relays take; options are read whole, and own ones alone. */
export const RELAY_RULES = {
  WebSocket: callback as Rule<WebSocketClass>,
  unreadLimit: amount,
}

export const address: Rule<string | URL> = /* @__PURE__ */ (() =>
  must<string | URL>('an address', (value) => (typeof value === 'string' && value !== '') || value instanceof URL))()

export const protocols: Rule<string | readonly string[]> = /* @__PURE__ */ (() =>
  anyOf<string | readonly string[]>(text, listOf(text)))()

export const refusal = (message: string): Error =>
  Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
