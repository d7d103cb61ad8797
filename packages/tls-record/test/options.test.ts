import { afterEach, describe, expect, test } from 'vitest'
import { RecordReader, RecordWriter, TlsError } from '../src/index.ts'

const refused = (make: () => unknown, ...words: readonly string[]): void => {
  expect(make).toThrow(TlsError)
  try {
    make()
  } catch (error) {
    expect(error).toMatchObject({ reason: 'INVALID_ARGUMENT', blame: 'config' })
    for (const word of words) expect((error as Error).message).toContain(word)
  }
}

describe.each([
  [
    'RecordReader',
    RecordReader,
    { emptyRecords: [Number.NaN, -1, 0.5, '32'], changeCipherSpecs: [Number.POSITIVE_INFINITY, null] },
  ],
  ['RecordWriter', RecordWriter, { maxFragment: [Number.NaN, 0, 16385, 100.5, '512'], padding: [64, true] }],
] as const)('options of a %s', (name, Class, table) => {
  const make = (options: unknown) => new (Class as new (options: unknown) => object)(options)

  test.each(Object.entries(table))('a wrong %s', (option, values) => {
    for (const value of values) refused(() => make({ [option]: value }), name, option, 'must be')
    refused(() => make(Object.create({ [option]: values[0] })), name, option, 'prototype')
    class Options {
      get [option]() {
        return 1
      }
    }
    refused(() => make(new Options()), name, option, 'prototype')
  })

  test('an unknown one, and none', () => {
    refused(() => make({ emptyRecord: 1 }), 'emptyRecord is no option')
    refused(() => make({ '': 1 }), 'is no option')
    refused(() => make(null), 'no object')
    refused(() => make(5), 'no object')
    expect(make(undefined)).toBeInstanceOf(Class)
    expect(make(Object.fromEntries(Object.keys(table).map((option) => [option, undefined])))).toBeInstanceOf(Class)
  })
})

describe('Object.prototype', () => {
  const polluted = Object.prototype as unknown as Record<string, unknown>
  afterEach(() => {
    delete polluted.maxFragment
    delete polluted.emptyRecords
  })

  test('gives no option', () => {
    Object.defineProperty(polluted, 'maxFragment', { value: 1, configurable: true })
    Object.defineProperty(polluted, 'emptyRecords', { value: Number.NaN, configurable: true })
    expect(new RecordWriter().maxFragment).toBe(16384)
    expect(new RecordWriter({}).maxFragment).toBe(16384)
    expect(() => new RecordReader({})).not.toThrow()
  })
})
