/** Options are read whole, own properties alone, and what is wrong with them is said. */
import { afterEach, describe, expect, test } from 'vitest'
import {
  amount,
  anyOf,
  bool,
  bytes,
  callback,
  count,
  group,
  instant,
  listOf,
  notUndefined,
  oneOf,
  optionsReader,
  required,
  text,
  thing,
} from '../src/options.ts'
import { portableProvider } from '../src/portable.ts'
import type { KeyAgreement } from '../src/provider.ts'

const read = optionsReader(
  'verify',
  {
    provider: required(thing<object>('a provider', 'hashes')),
    name: notUndefined(anyOf<string | false | readonly string[]>(text, oneOf(false), listOf(text, 1))),
    time: instant,
    profile: oneOf('node', 'webpki'),
    strict: bool,
    depth: count,
    wait: amount,
    ask: callback,
    raw: bytes,
    lists: listOf(group({ id: count })),
    budget: group({ paths: count, inner: group({ deep: count }) }),
  },
  (message) => new RangeError(message),
  { host: 'it is called name' },
)
const provider = { hashes: {} }
const refused = (options: unknown) => {
  try {
    read(options)
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    return (error as Error).message
  }
  throw new Error('not refused')
}

describe('options', () => {
  test('what is given, and undefined for the rest', () => {
    const options = read({ provider, name: false, depth: 0, time: undefined, budget: { paths: 3 }, lists: [] })
    expect(options).toMatchObject({ provider, name: false, depth: 0, budget: { paths: 3 } })
    expect(Object.keys(options)).toContain('time')
    expect(options.time).toBeUndefined()
  })

  test.each<[string, unknown, string]>([
    ['no object', undefined, 'verify: options must be an object, not undefined'],
    ['a list', [], 'not an empty list'],
    ['a missing one', {}, 'verify: provider must be given: a provider'],
    ['another thing', { provider: {} }, 'verify: provider must be a provider, not an object'],
    ['an unknown one', { provider, certificates: 1 }, 'verify: "certificates" is no option here; there are provider, name'],
    ['a slip of the pen', { provider, tine: 1 }, 'did you mean time?'],
    ['another case', { provider, Profile: 'node' }, 'did you mean profile?'],
    ['a name from elsewhere', { provider, host: 'a' }, 'it is called name'],
    ['one that is undefined where that is no answer', { provider, name: undefined }, 'verify: name must be a string, or false, or a list that is not empty'],
    ['an empty list', { provider, name: [] }, 'not an empty list'],
    ['NaN', { provider, time: Number.NaN }, 'verify: time must be milliseconds since 1970 or a valid Date, not NaN'],
    ['Infinity', { provider, time: Number.POSITIVE_INFINITY }, 'not Infinity'],
    ['a Date that is none', { provider, time: new Date('x') }, 'not an invalid Date'],
    ['text for a time', { provider, time: '2026-11-28' }, 'not a string'],
    ['a negative count', { provider, depth: -1 }, 'a whole number of at least 0, not -1'],
    ['half', { provider, depth: 0.5 }, 'not 0.5'],
    ['an endless amount', { provider, wait: Number.POSITIVE_INFINITY }, 'a finite number of at least 0, not Infinity'],
    ['1 for true', { provider, strict: 1 }, 'true or false, not 1'],
    ['a name that is not among them', { provider, profile: 'webpky' }, '"node", "webpki", not "webpky" (did you mean webpki?)'],
    ['inside a group', { provider, budget: { path: 3 } }, 'verify: budget."path" is no option here: did you mean paths?'],
    ['deeper', { provider, budget: { inner: { deep: -1 } } }, 'verify: budget.inner.deep must be'],
    ['in a list', { provider, lists: [{ id: 1 }, { id: 'x' }] }, 'verify: lists[1].id must be'],
    ['an own name of Object.prototype', { provider, toString: () => '' }, '"toString" is no option here'],
    ['what JSON calls __proto__', JSON.parse('{"__proto__":{"depth":1},"provider":{"hashes":{}}}'), '"__proto__" is no option here'],
    ['a secret is not shown', { provider, depth: 'hunter2' }, 'not a string'],
  ])('%s', (_, options, message) => {
    expect(refused(options)).toContain(message)
    expect(refused(options)).not.toContain('hunter2')
  }) // biome-ignore format: one case a line

  describe('prototypes', () => {
    afterEach(() => {
      for (const name of ['depth', 'deep', 'provider', 'nonsense']) delete (Object.prototype as never)[name]
    })

    test('nothing comes from Object.prototype, into copies neither', () => {
      Object.assign(Object.prototype, { depth: 5, deep: 6, nonsense: 7 })
      const options = read({ provider, budget: { inner: {} } })
      expect(options.depth).toBeUndefined()
      expect({ ...options }.depth).toBeUndefined()
      expect(options.budget?.inner?.deep).toBeUndefined()
      Object.assign(Object.prototype, { provider })
      expect(refused({})).toContain('provider must be given')
    })

    test('one of another prototype is refused, not passed over', () => {
      class Given {
        provider = provider
        get depth() {
          return 3
        }
      }
      expect(refused(new Given())).toContain('verify: depth must be a property of the options themselves')
      expect(refused(Object.create({ provider }))).toContain('provider must be a property')
      expect(refused(Object.create(Object.create({ strict: true }), { provider: { value: provider } }))).toContain(
        'strict',
      )
      expect(read(Object.assign(Object.create({ unrelated: 1 }), { provider })).provider).toBe(provider)
      expect(read(Object.assign(Object.create(null), { provider })).provider).toBe(provider)
    })

    test('values may be of any class', () => {
      class Provider {
        get hashes() {
          return {}
        }
      }
      const own = new Provider()
      expect(read({ provider: own }).provider).toBe(own)
    })
  })

  test('each is read once', () => {
    let reads = 0
    const options = {
      provider,
      get depth() {
        reads++
        return reads
      },
    }
    expect(read(options).depth).toBe(1)
  })

  test('a list is a copy', () => {
    const name = ['a']
    const options = read({ provider, name })
    name.pop()
    expect(options.name).toEqual(['a'])
  })
})

test('a group of two parts agrees whatever `then` there is on Object.prototype', () => {
  const group = portableProvider.groups.X25519MLKEM768!
  Object.defineProperty(Object.prototype, 'then', { value: false, configurable: true })
  try {
    const ours = group.initiate() as KeyAgreement
    const theirs = group.respond(ours.share) as { share: Uint8Array; secret: Uint8Array }
    expect(ours.complete(theirs.share)).toEqual(theirs.secret)
  } finally {
    delete (Object.prototype as { then?: unknown }).then
  }
})
