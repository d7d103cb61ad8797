import type { ContextError } from '@x/secure-context'
import { inspect } from '#host'

type ErrorClass = new (message: string) => Error

/**
 * An error as Node's own modules throw it: `code` is a property, and the stack's first line and the text
 * show it.
 *
 * @param Base `Error`, `TypeError` or `RangeError`
 * @param fields further properties (`reason`, `host`, `cert` …)
 */
export function nodeError<F extends object = object>(Base: ErrorClass, code: string, message: string, fields?: F) {
  const error = new Base(message) as Error & { code: string } & F
  // The stack is rendered when it is first read; it shall say `TypeError [ERR_X]: …` while `name` stays `TypeError`.
  Object.defineProperty(error, 'name', { value: `${Base.name} [${code}]`, configurable: true, writable: true })
  void error.stack
  delete (error as { name?: string }).name
  error.code = code
  Object.setPrototypeOf(error, withCodeInText(Base))
  return Object.assign(error, fields)
}

/** An error as Node's C++ throws it: `code` is a property, and the text does not show it. */
export function nativeError(Base: ErrorClass, code: string, message: string) {
  return Object.assign(new Base(message), { code })
}

const prototypes = new Map<ErrorClass, object>()

/** The prototype of a class of errors whose text has their code in it. */
function withCodeInText(Base: ErrorClass): object {
  let prototype = prototypes.get(Base)
  if (!prototype) {
    prototype = Object.create(Base.prototype, {
      toString: {
        value(this: Error & { code: string }) {
          return `${this.name} [${this.code}]: ${this.message}`
        },
        writable: true,
        configurable: true,
      },
    }) as object
    prototypes.set(Base, prototype)
  }
  return prototype
}

/** What OpenSSL would say of an option, as the plain Error that Node makes of it; a TypeError where Node refuses itself. */
export function fromContextError(error: ContextError): Error {
  const { message, code = '', cause } = error
  if (code === 'ERR_TLS_INVALID_PROTOCOL_METHOD') {
    return nativeError(TypeError, code, message)
  }
  if (/^ERR_(INVALID_ARG|TLS_INVALID)/.test(code)) {
    return nodeError(TypeError, code, message)
  }
  const Base = code === 'ERR_SSL_SSL_SESSION_ID_CONTEXT_TOO_LONG' ? TypeError : Error
  return Object.assign(new Base(message, cause === undefined ? undefined : { cause }), error)
}

/** "Received …", as Node describes an argument it refuses. */
export function received(value: unknown): string {
  if (value == null) {
    return ` Received ${value}`
  }
  if (typeof value === 'function') {
    return ` Received function ${value.name}`
  }
  if (typeof value === 'object') {
    const name = value.constructor?.name
    return name ? ` Received an instance of ${name}` : ` Received ${inspect(value, { depth: -1 })}`
  }
  let shown = inspect(value, { colors: false })
  if (shown.length > 28) {
    shown = `${shown.slice(0, 25)}...`
  }
  return ` Received type ${typeof value} (${shown})`
}

/** `options.key` is called a property, `name` an argument. */
const subject = (name: string) => (name.includes('.') ? `The "${name}" property` : `The "${name}" argument`)

/**
 * ERR_INVALID_ARG_TYPE.
 *
 * @param expected what was allowed, as a phrase: `of type string`, `an instance of Buffer`
 */
export function invalidArgType(name: string, expected: string, value: unknown) {
  return nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', `${subject(name)} must be ${expected}.${received(value)}`)
}

/** ERR_INVALID_ARG_VALUE. */
export function invalidArgValue(name: string, value: unknown, reason = 'is invalid') {
  let shown = inspect(value)
  if (shown.length > 128) {
    shown = `${shown.slice(0, 128)}...`
  }
  const kind = name.includes('.') ? 'property' : 'argument'
  return nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${kind} '${name}' ${reason}. Received ${shown}`)
}

/** ERR_OUT_OF_RANGE. */
export function outOfRange(
  name: string,
  range: string,
  value: unknown,
  sentence = `The value of "${name}" is out of range.`,
) {
  let shown = inspect(value)
  // Large whole numbers are grouped by thousands.
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > 2 ** 32) {
    shown = String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '_')
  }
  return nodeError(RangeError, 'ERR_OUT_OF_RANGE', `${sentence} It must be ${range}. Received ${shown}`)
}
