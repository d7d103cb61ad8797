import { anyOf, bytes, must, type Rule, text } from '@x/crypto-primitives/options'

/** Rules for what encrypts and decrypts with a passphrase. */

export const aPassphrase: Rule<string | Uint8Array> = /* @__PURE__ */ anyOf<string | Uint8Array>(text, bytes)

/** Hashes that key derivation may compute; `Infinity` is no bound. */
export const someWork: Rule<number> = /* @__PURE__ */ must(
  'a number of at least 0',
  (value) => typeof value === 'number' && value >= 0,
)

/** Of a key derivation: RFC 8018 §4.2. */
export const someIterations: Rule<number> = /* @__PURE__ */ must(
  'a whole number of at least 1',
  (value) => Number.isSafeInteger(value) && (value as number) >= 1,
)
