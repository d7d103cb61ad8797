import { configError } from './error.ts'

/**
 * Options below Node's API, read whole when they are given: what is no option, of a wrong type, out of its range or not
 * the object's own throws. Every connection reads its configuration, in a page too: so this is one loop over a table, and
 * small. `@x/crypto-primitives/options` says more, of functions that are called once.
 */

/** What an option may be. */
export interface OptionKind {
  /** In words, behind `must be`. */
  readonly expected: string
  readonly fits: (value: unknown) => boolean
  /** Reads the options inside of it. */
  readonly read: ((value: never, path: string) => unknown) | undefined
}

/** In a table: whether a property that is no option is somebody else's, and passes as it is. Default: none is. */
export const OTHERS: unique symbol = Symbol('others')

/** Options by their names. */
export interface OptionTable {
  readonly [name: string]: OptionKind
  readonly [OTHERS]?: (name: string, value: unknown) => boolean
}

/** Each row: a kind, and the names of the options of that kind. */
export function optionTable(...rows: readonly (readonly [kind: OptionKind, names: string])[]): OptionTable {
  const table: { [name: string]: OptionKind } = Object.create(null)
  for (const [kind, names] of rows) for (const name of names.split(' ')) table[name] = kind
  return table
}

// biome-ignore lint/suspicious/noExplicitAny: asks what the value is
export const kind = (expected: string, fits: (value: any) => boolean): OptionKind => ({
  expected,
  fits,
  // For Object.prototype's sake.
  read: undefined,
})

export const flag: OptionKind = /* @__PURE__ */ kind('true or false', (value) => typeof value === 'boolean')

export const hook: OptionKind = /* @__PURE__ */ kind('a function', (value) => typeof value === 'function')

export const text: OptionKind = /* @__PURE__ */ kind('a string', (value) => typeof value === 'string')

/** A whole number of `least` to `most`. */
export const whole = (least: number, most = 0xffffffff): OptionKind =>
  kind(`a whole number, ${least} to ${most}`, (value) => Number.isInteger(value) && value >= least && value <= most)

/** A Uint8Array, of another realm too. */
export const bytes = (least = 0, most = 0xffffffff): OptionKind =>
  kind(
    `a Uint8Array of ${least} to ${most} bytes`,
    (value) =>
      (value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]') &&
      value.length >= least &&
      value.length <= most,
  )

export const oneOf = (...values: readonly unknown[]): OptionKind =>
  kind(values.join(' or '), (value) => values.includes(value))

/** A provider, key, store …, of whatever class: an object with these. */
export const thing = (...names: readonly string[]): OptionKind =>
  kind(`an object with ${names.join(', ')}`, (value) => isObject(value) && names.every((name) => name in value))

/** Options inside of options. */
export const group = (table: OptionTable, ...required: readonly string[]): OptionKind => ({
  expected: 'an object',
  fits: isObject,
  read: (value: object, path) => readOptions(path, table, value, ...required),
})

/** @param least 1 where an empty list would mean something else than none */
export const list = ({ expected, fits, read }: OptionKind, least = 0): OptionKind => ({
  expected: `a list of at least ${least}, each ${expected}`,
  fits: (value) => Array.isArray(value) && value.length >= least && value.every(fits),
  read: read && ((value: never[], path) => value.map((one, at) => read(one, `${path}[${at}]`))),
})

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Has no Object.prototype, which is everybody's: what is not there is absent, whatever somebody has put on that. */
export class Bare {}
Object.setPrototypeOf(Bare.prototype, null)

/**
 * The options that were given, checked, as an object of their own. Getters stay getters: they say what holds when they are
 * asked.
 *
 * @param what whose options they are, for errors
 * @param required names that must be there
 * @throws {TlsError} `INVALID_ARGUMENT`, `blame` `config`
 */
export function readOptions<T extends object>(
  what: string,
  table: OptionTable,
  given: T,
  ...required: readonly string[]
): T {
  if (!isObject(given)) throw refusal(what, 'what is given', 'is no object')
  const options = checkOptions(what, table, given, Object.getOwnPropertyNames(given))
  let above: object = given
  while ((above = Object.getPrototypeOf(above)) && above !== Object.prototype) {
    for (const name in table) {
      if (Object.hasOwn(above, name)) throw refusal(what, name, 'must be an own property, not of a prototype')
    }
  }
  for (const name of required) {
    if (!(name in options)) throw refusal(what, name, `must be given: ${table[name].expected}`)
  }
  return options
}

/** The same of these properties alone. */
export function checkOptions<T extends object>(
  what: string,
  table: OptionTable,
  given: T,
  names: readonly string[],
): T {
  const options = new Bare() as T
  for (const name of names as (keyof T & string)[]) {
    if (!(name in table)) {
      if (table[OTHERS]?.(name, given[name])) {
        options[name] = given[name]
        continue
      }
      throw refusal(what, name.slice(0, 60), `is no option; there are ${Object.keys(table).join(', ')}`)
    }
    const { get, value } = Object.getOwnPropertyDescriptor(given, name)!
    const { expected, fits, read } = table[name]
    if (get) Object.defineProperty(options, name, { get: () => given[name] })
    else if (value !== undefined) {
      if (!fits(value)) throw refusal(what, name, `must be ${expected}, not ${told(value)}`)
      options[name] = read ? read(value as never, `${what}.${name}`) : value
    }
  }
  return options
}

/**
 * What a hook has answered, where it is of the kind that it must be.
 *
 * @throws {TlsError} `INVALID_ARGUMENT`, `blame` `config`
 */
export function answered<T>(hookName: string, { expected, fits }: OptionKind, answer: T): T {
  if (!fits(answer))
    throw configError('INVALID_ARGUMENT', `${hookName} must answer with ${expected}, not ${told(answer)}`)
  return answer
}

const refusal = (what: string, name: string, words: string) =>
  configError('INVALID_ARGUMENT', `${what}: ${name} ${words}`)

/** A value in an error: what it is, and nothing that may be a secret. */
const told = (value: unknown): string =>
  typeof value === 'number' || !value ? `${value}` : Array.isArray(value) ? 'that list' : `a ${typeof value}`
