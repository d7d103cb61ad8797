import type { CryptoProvider } from '@x/crypto-primitives'
import { anyOf, bytes, must, oneOf, type Rule, text, thing } from '@x/crypto-primitives/options'
import { ContextError } from './error.ts'

/** Checks of arguments: what is of another type throws where it is given, and does not turn a check off further down. */

export type Input = string | Uint8Array

export const refusal = (message: string) => new ContextError(message, { code: 'ERR_INVALID_ARG_VALUE' })

/** PEM or DER. */
export const input: Rule<Input> = /* @__PURE__ */ anyOf<Input>(text, bytes)

/** A name, an HMAC key and an AES key. */
export const ticketKeys: Rule<Uint8Array> = /* @__PURE__ */ must(
  'a Uint8Array of 48 bytes',
  (value) => value instanceof Uint8Array && value.length === 48,
)

/** Bits of SSL_OP_*. */
export const optionBits: Rule<number> = /* @__PURE__ */ must('a whole number', Number.isSafeInteger)

/** Hashes that deriving the key of a file may take; `Infinity` is no bound. */
export const work: Rule<number> = /* @__PURE__ */ must(
  'a number of at least 0',
  (value) => typeof value === 'number' && value >= 0,
)

export const provider: Rule<CryptoProvider> = /* @__PURE__ */ thing('a CryptoProvider', 'hashes')

/** OpenSSL takes what lies outside 0 to 5 for the nearest; what is no number would let everything through. */
const number: Rule<number> = /* @__PURE__ */ must(
  'a number',
  (value) => typeof value === 'number' && !Number.isNaN(value),
)

const checked =
  <T>(rule: Rule<T>) =>
  (what: string, value: unknown): T =>
    rule.read(value, (words) => refusal(what + words))

export const checkText = /* @__PURE__ */ checked(text)
export const checkBytes = /* @__PURE__ */ checked(bytes)
export const checkInput = /* @__PURE__ */ checked(input)
export const checkNumber = /* @__PURE__ */ checked(number)
export const checkTicketKeys = /* @__PURE__ */ checked(ticketKeys)
export const checkOptionBits = /* @__PURE__ */ checked(optionBits)
export const checkProvider = /* @__PURE__ */ checked(provider)
export const checkSide = /* @__PURE__ */ checked(/* @__PURE__ */ oneOf('client', 'server'))
