/**
 * Options of a public function, read whole and once: unknown names, wrong types and what is no number throw where they
 * are given, and a check that was asked for is never passed over in silence.
 *
 * Only an object's own properties are options. `Object.prototype` is everybody's and gives nothing; an option that an
 * object has from any other prototype is refused, because it was meant and would be lost.
 *
 * @example
 * const read = optionsReader('open', { depth: count, name: required(text) }, (message) => new TypeError(message))
 * const { depth = 5, name } = read(given)
 */
export function optionsReader<R extends Rules>(
  /** The function's name, which errors begin with. */
  what: string,
  rules: R,
  /** Makes the error that is thrown. */
  refusal: (message: string) => Error,
  /** What to say of names that are not options here but might well be thought to be: `{ host: 'give it as name' }`. */
  advice: Readonly<Record<string, string>> = {},
): (given: unknown) => Options<R> {
  const read = wholeReader(rules, advice)
  return (given) => read(given, (words, path = '') => refusal(`${what}: ${path || 'options'}${words}`))
}

/** Makes the error of ` must be …`; `path` is where in the options, `budget.time`. */
type Refuse = (words: string, path?: string) => Error

function wholeReader<R extends Rules>(
  rules: R,
  advice: Readonly<Record<string, string>> = {},
): (given: unknown, refuse: Refuse) => Options<R> {
  const known = new Map(Object.entries(rules))
  const hints = new Map(Object.entries(advice))
  const absent: Record<string, undefined> = Object.create(null)
  for (const name of known.keys()) absent[name] = undefined

  return (given, refuse) => {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw refuse(` must be an object, not ${describeValue(given)}`)
    // Every name is there, so that what is absent stays absent in copies, whatever Object.prototype holds.
    const out: Record<string, unknown> = { __proto__: null, ...absent }
    for (const name of Reflect.ownKeys(given)) {
      if (typeof name !== 'string') continue
      const rule = known.get(name)
      if (!rule) {
        const hint = hints.get(name) ?? nearest(name, known.keys())
        throw refuse(
          ` is no option here${hint ? `: ${hint}` : ''}; there are ${[...known.keys()].join(', ')}`,
          JSON.stringify(name.slice(0, 60)),
        )
      }
      const value = (given as Record<string, unknown>)[name]
      if (value === undefined && !rule.evenUndefined) continue
      out[name] = rule.read(value, (words, path = '') =>
        refuse(words, path && path[0] !== '[' ? `${name}.${path}` : name + path),
      )
    }
    for (const name of inherited(given, known.keys()))
      throw refuse(' must be a property of the options themselves, not of their prototype', name)
    for (const [name, rule] of known)
      if (rule.required && out[name] === undefined) throw refuse(` must be given: ${rule.expected}`, name)
    return out as Options<R>
  }
}

/** Options that an object has from a prototype other than everybody's. */
function* inherited(given: object, known: Iterable<string>): Generator<string> {
  let above: object | null = Object.getPrototypeOf(given)
  if (above === Object.prototype || above === null) return
  const names = [...known].filter((name) => !Object.hasOwn(given, name))
  for (; above !== null && above !== Object.prototype; above = Object.getPrototypeOf(above))
    for (const name of names) if (Object.hasOwn(above, name)) yield name
}

/** What an option may be. */
export interface Rule<T = unknown> {
  /** In words, for errors: `true or false`. */
  readonly expected: string
  readonly required?: boolean
  /** Asked of `undefined` too, which is otherwise as good as absent. */
  readonly evenUndefined?: boolean
  /** The value, checked. @throws what `refuse` makes */
  read(value: unknown, refuse: Refuse): T
}

export type Rules = Readonly<Record<string, Rule>>

/** What a reader returns: every name, with `undefined` for what is absent; it has no prototype. */
export type Options<R extends Rules> = { readonly [N in keyof R]: ReturnType<R[N]['read']> | undefined }

/** A rule from a question. */
export function must<T>(expected: string, fits: (value: unknown) => boolean): Rule<T> {
  return {
    expected,
    read(value, refuse) {
      if (!fits(value)) throw refuse(` must be ${expected}, not ${describeValue(value)}`)
      return value as T
    },
  }
}

/** The option must be there. */
export const required = <T>(rule: Rule<T>): Rule<T> => ({ ...rule, required: true })

/** `undefined` is a value like any other, and refused where the rule refuses it. */
export const notUndefined = <T>(rule: Rule<T>): Rule<T> => ({ ...rule, evenUndefined: true })

export const bool: Rule<boolean> = /* @__PURE__ */ must('true or false', (value) => typeof value === 'boolean')

export const text: Rule<string> = /* @__PURE__ */ must('a string', (value) => typeof value === 'string')

/** A non-negative whole number. */
export const count: Rule<number> = /* @__PURE__ */ must(
  'a whole number of at least 0',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
)

/** Milliseconds and other amounts: finite, not negative, not necessarily whole. */
export const amount: Rule<number> = /* @__PURE__ */ must(
  'a finite number of at least 0',
  (value) => Number.isFinite(value) && (value as number) >= 0,
)

/** A point in time: milliseconds since 1970, or a Date that is one. */
export const instant: Rule<number | Date> = /* @__PURE__ */ must(
  'milliseconds since 1970 or a valid Date',
  (value) =>
    (typeof value === 'number' || classOf(value) === 'Date') &&
    Math.abs(Number(value)) <= 8.64e15 /* what a Date can hold */,
)

export const bytes: Rule<Uint8Array> = /* @__PURE__ */ must('a Uint8Array', (value) => classOf(value) === 'Uint8Array')

// biome-ignore lint/suspicious/noExplicitAny: the caller's type says which function
export const callback: Rule<any> = /* @__PURE__ */ must('a function', (value) => typeof value === 'function')

/** A provider, key, store, certificate …: an object of whatever class, with a property of this name. */
export const thing = <T>(expected: string, property: string): Rule<T> =>
  must(expected, (value) => typeof value === 'object' && value !== null && property in value)

export const oneOf = <T extends string | number | boolean>(...values: readonly T[]): Rule<T> => ({
  expected: values.map((value) => JSON.stringify(value)).join(', '),
  read(value, refuse) {
    if (values.includes(value as T)) return value as T
    const near =
      typeof value === 'string'
        ? nearest(
            value,
            values.filter((one) => typeof one === 'string'),
          )
        : ''
    throw refuse(` must be ${this.expected}, not ${describeValue(value, true)}${near ? ` (${near})` : ''}`)
  },
})

/** Whichever of several rules fits first. */
export function anyOf<T>(...rules: readonly Rule<T>[]): Rule<T> {
  const expected = rules.map((rule) => rule.expected).join(', or ')
  return {
    expected,
    read(value, refuse) {
      for (const rule of rules)
        try {
          return rule.read(value, () => new Unfit())
        } catch (error) {
          if (!(error instanceof Unfit)) throw error
        }
      throw refuse(` must be ${expected}, not ${describeValue(value)}`)
    },
  }
}

class Unfit extends Error {}

/** A list, copied. @param least `1` where an empty one would switch a check off */
export function listOf<T>(rule: Rule<T>, least = 0): Rule<readonly T[]> {
  const expected = `${least > 0 ? 'a list that is not empty' : 'a list'}, each of it ${rule.expected}`
  return {
    expected,
    read(value, refuse) {
      if (!Array.isArray(value) || value.length < least)
        throw refuse(` must be ${expected}, not ${describeValue(value)}`)
      return Array.from(value, (one, i) =>
        rule.read(one, (words, path = '') => refuse(words, `[${i}]${path && path[0] !== '[' ? `.${path}` : path}`)),
      )
    },
  }
}

/** Options inside options. */
export function group<R extends Rules>(rules: R): Rule<Options<R>> {
  return {
    expected: `an object of ${Object.keys(rules).join(', ')}`,
    read: wholeReader(rules),
  }
}

/** The name of a built-in class, also of another realm's (Jest's Buffers are not its Uint8Arrays). */
function classOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** A value in an error: what it is, and nothing that may be a secret. */
function describeValue(value: unknown, shown = false): string {
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number')
    return String(value)
  if (typeof value === 'string') return shown ? JSON.stringify(value.slice(0, 60)) : 'a string'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (classOf(value) === 'Date') return Number.isNaN(Number(value)) ? 'an invalid Date' : 'a Date'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** `did you mean …`, for a slip of the pen; empty where nothing is near. */
function nearest(name: string, candidates: Iterable<string>): string {
  let best = ''
  let least = Math.min(3, Math.max(2, Math.floor(name.length / 3)))
  if (name.length > 60) return ''
  for (const candidate of candidates) {
    const distance = name.toLowerCase() === candidate.toLowerCase() ? 0 : editDistance(name, candidate)
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best && `did you mean ${best}?`
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}
