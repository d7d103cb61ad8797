import { anyOf, bytes, group, oneOf, type Rule, required, text, thing } from '@x/crypto-primitives/options'
import { X509Error } from './error.ts'

/** Rules for options that functions of several rooms take. */

export const invalidArgument = (message: string) => new X509Error('INVALID_ARGUMENT', message)

export const aProvider: Rule = /* @__PURE__ */ thing('a CryptoProvider', 'importPublicKey')
export const aCertificate: Rule = /* @__PURE__ */ thing('a certificate, parsed', 'tbs')

/** An argument that is no options object, held to a rule. @throws {X509Error} `INVALID_ARGUMENT` */
export function argument<T>(what: string, rule: Rule<T>, value: unknown): T {
  return rule.read(value, (words, path) => invalidArgument(what + (path ? `.${path}` : '') + words))
}

/** A name that a certificate is asked for: text, or with its kind. */
export const aReferenceName: Rule = /* @__PURE__ */ (() =>
  anyOf<unknown>(text, group({ type: required(oneOf('dns', 'ip', 'email')), value: required(text) })))()

/** A nonce of OCSP (RFC 9654 §2.1: 1 to 128 bytes). */
export const aNonce: Rule<Uint8Array> = {
  expected: 'a Uint8Array of 1 to 128 bytes',
  read(value, refuse) {
    const { length } = bytes.read(value, refuse)
    if (length < 1 || length > 128) throw refuse(` must be ${this.expected}, not of ${length}`)
    return value as Uint8Array
  },
}
