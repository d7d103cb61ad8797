/** `@x/x509/asn1`: structures that are described once, read and written. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import * as asn1 from '../src/asn1.ts'
import { fromHex, toHex } from '../src/bytes.ts'
import { CertificateRequest, createAuthority, createRequestSync, X509Error } from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const Badge = asn1.sequence({
  department: asn1.utf8String,
  floor: asn1.integer,
  doors: asn1.sequenceOf(asn1.ia5String),
  guest: asn1.withDefault(asn1.boolean, false),
  until: asn1.optional(asn1.explicit(0, asn1.generalizedTime)),
  rank: asn1.optional(asn1.implicit(1, asn1.enumerated({ low: 0, high: 5 }))),
})

interface Tree {
  readonly value: number
  readonly children: readonly Tree[]
}
const tree: asn1.Type<Tree> = asn1.sequence({ value: asn1.integer, children: asn1.sequenceOf(asn1.lazy(() => tree)) })

const code = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(X509Error)
    return (error as X509Error).code
  }
  return 'none'
}

describe('a structure', () => {
  test('is written as X.690 has it, and read with its types', () => {
    const value = { department: 'Sales', floor: -3, doors: ['a', 'b'], rank: 'high' } as const
    const bytes = Badge.encode(value)
    expect(toHex(bytes)).toBe('30150c0553616c65730201fd30061601611601628101' + '05')
    const read = Badge.decode(bytes)
    expect(read).toEqual({ ...value, guest: false })
    expectTypeOf(read.floor).toEqualTypeOf<number>()
    expectTypeOf(read.until).toEqualTypeOf<number | undefined>()
    expectTypeOf<asn1.ValueOf<typeof Badge>['rank']>().toEqualTypeOf<'low' | 'high' | undefined>()
    const full = { ...value, guest: true, until: Date.UTC(2030, 0, 2) }
    expect(Badge.decode(Badge.encode(full))).toEqual(full)
  })

  test('openssl reads it', () => {
    const openssl = new OpenSsl()
    openssl.write('badge.der', Badge.encode({ department: 'Sales', floor: 300, doors: [], until: 0 }))
    const parsed = openssl.run('asn1parse -inform DER -in badge.der')
    for (const words of ['UTF8STRING        :Sales', 'INTEGER           :012C', 'GENERALIZEDTIME   :19700101000000Z'])
      expect(parsed).toContain(words)
  })

  test.each([
    ['a field that is missing', { department: 'x', floor: 1 }, /doors is missing/],
    ['a field of another type', { department: 1, floor: 1, doors: [] }, /department must be text, not number/],
    ['half a number', { department: 'x', floor: 1.5, doors: [] }, /floor must be a whole number/],
    ['not ASCII', { department: 'x', floor: 1, doors: ['ü'] }, /doors\[0\] must be ASCII/],
    ['a field that is none', { department: 'x', floor: 1, doors: [], flor: 2 }, /no field flor/],
    ['an unknown word', { department: 'x', floor: 1, doors: [], rank: 'toString' }, /one of low, high/],
    ['no object', null, /must be an object/],
    ['no time', { department: 'x', floor: 1, doors: [], until: Number.NaN }, /milliseconds/],
  ])('%s is not written', (_, value, words) => {
    expect(() => Badge.encode(value as never)).toThrow(words)
    expect(code(() => Badge.encode(value as never))).toBe('INVALID_ARGUMENT')
  })

  test.each([
    ['a default that is written out', '300c0c017802010130000101' + '00'],
    ['an integer that is not minimal', '300a0c01780202000130 00'],
    ['more behind the fields', '300a0c017802010130000500'],
    ['more behind it all', '30080c017802010130000500'],
    ['an unknown number of an ENUMERATED', '300b0c01780201013000810103'],
    ['an indefinite length', '30800c017802010130000000'],
    ['another type', '0400'],
    ['nothing', ''],
  ])('%s is not read', (_, hex) => {
    expect(['INVALID_DER', 'INVALID_STRUCTURE']).toContain(code(() => Badge.decode(fromHex(hex.replace(' ', '')))))
  })

  test('what holds itself is read to a bounded depth, and costs a hostile reader no stack', () => {
    const value = { value: 1, children: [{ value: 2, children: [] }] }
    expect(tree.decode(tree.encode(value))).toEqual(value)
    let deep = tree.encode({ value: 1, children: [] })
    const around = asn1.sequence({ value: asn1.integer, children: asn1.sequenceOf(asn1.any) })
    for (let level = 0; level < 100; level++) deep = around.encode({ value: 1, children: [deep] })
    expect(code(() => tree.decode(deep))).toBe('LIMIT_EXCEEDED')
  })
})

describe('every type', () => {
  test.each([
    ['boolean', asn1.boolean, true, '0101ff'],
    ['integer', asn1.integer, 128, '02020080'],
    ['integer', asn1.integer, -128, '020180'],
    ['integer', asn1.integer, -129, '0202ff7f'],
    ['integer', asn1.integer, 0, '020100'],
    ['integer', asn1.integer, -1, '0201ff'],
    ['bigInteger', asn1.bigInteger, 1n << 64n, '0209010000000000000000'],
    ['bitString', asn1.bitString, Uint8Array.of(1, 2), '0303000102'],
    ['namedBits', asn1.namedBits('a', 'b', 'c'), ['a', 'c'], '030205a0'],
    ['octetString', asn1.octetString, Uint8Array.of(9), '040109'],
    ['nullValue', asn1.nullValue, null, '0500'],
    ['oid', asn1.oid, '1.2.840', '06032a8648'],
    ['printableString', asn1.printableString, 'A b', '1303412062'],
    ['bmpString', asn1.bmpString, 'ü', '1e0200fc'],
    ['time before 2050', asn1.time, 0, '170d3730303130313030303030305a'],
    ['setOf, which is sorted', asn1.setOf(asn1.integer), [1, 2], '3106020101020102'],
    ['choice', asn1.choice({ text: asn1.utf8String, number: asn1.integer }), { number: 5 }, '020105'],
    ['explicit', asn1.explicit(3, asn1.integer), 5, 'a303020105'],
    ['implicit', asn1.implicit(3, asn1.sequenceOf(asn1.integer)), [5], 'a303020105'],
    ['explicit choice', asn1.explicit(0, asn1.choice({ a: asn1.boolean })), { a: true }, 'a0030101ff'],
    ['any', asn1.any, Uint8Array.of(5, 0), '0500'],
  ])('%s', (_, type, value, hex) => {
    expect(toHex((type as asn1.Type<unknown>).encode(value))).toBe(hex)
    expect((type as asn1.Type<unknown>).decode(fromHex(hex))).toEqual(value)
  })

  test('integers come back as they went, and as few bytes as there can be', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(asn1.bigInteger.decode(asn1.bigInteger.encode(value))).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(asn1.integer.decode(asn1.integer.encode(value))).toBe(value)
      }),
    )
    expect(code(() => asn1.integer.decode(asn1.bigInteger.encode(1n << 60n)))).toBe('INVALID_STRUCTURE')
  })

  test('no input makes anything but an X509Error', () => {
    const everything = asn1.sequence({
      badge: Badge,
      tree,
      bits: asn1.optional(asn1.namedBits('a', 'b')),
      either: asn1.choice({ text: asn1.bmpString, time: asn1.time, set: asn1.setOf(asn1.oid) }),
      rest: asn1.optional(asn1.any),
    })
    const valid = everything.encode({
      badge: { department: 'Sales', floor: 1, doors: ['a'] },
      tree: { value: 1, children: [{ value: 2, children: [] }] },
      either: { set: ['1.2.3'] },
    })
    const decode = (bytes: Uint8Array) => {
      try {
        everything.decode(bytes)
      } catch (error) {
        if (!(error instanceof X509Error)) throw error
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), decode))
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), (at, byte) => {
        decode(valid.map((old, index) => (index === at ? byte : old)))
        decode(valid.subarray(0, at))
      }),
      { numRuns: 2000 },
    )
  })

  test('a CHOICE and a Time have no tag to replace', () => {
    expect(code(() => asn1.implicit(0, asn1.choice({ a: asn1.boolean })))).toBe('INVALID_ARGUMENT')
    expect(code(() => asn1.implicit(0, asn1.time))).toBe('INVALID_ARGUMENT')
    expect(code(() => asn1.explicit(31, asn1.boolean))).toBe('INVALID_ARGUMENT')
  })
})

describe('extensions and attributes of one’s own', () => {
  const badge = asn1.extension('1.3.6.1.4.1.55555.1', Badge)
  const visitor = asn1.attribute('1.3.6.1.4.1.55555.2', asn1.utf8String)
  const value = { department: 'Sales', floor: 3, doors: ['main'] }

  test('in a certificate', () => {
    const { certificate } = createAuthority({ provider }).issue('a.test', { extensions: [badge.of(value)] })
    expect(certificate.extensions.read(badge)).toEqual({ ...value, guest: false })
    expect(createAuthority({ provider }).certificate.extensions.read(badge)).toBeUndefined()
    expect(badge.of(value, { critical: true }).critical).toBe(true)
  })

  test('in a request', () => {
    const signer = provider.generateKey({ type: 'ed25519' })
    const request = createRequestSync({
      subject: 'a.test',
      signer,
      extensions: [badge.of(value)],
      attributes: [visitor.of('one', 'two')],
    })
    const read = CertificateRequest.parse(request.toPem())
    expect(visitor.values(read.attributes).sort()).toEqual(['one', 'two'])
    expect(read.extensions.read(badge)?.floor).toBe(3)
    const again = {
      subject: 'a.test',
      signer,
      attributes: [{ oid: '1.2.840.113549.1.9.14', values: [Uint8Array.of(5, 0)] }],
    }
    expect(code(() => createRequestSync(again))).toBe('INVALID_ARGUMENT')
  })

  test('one that is malformed says where', () => {
    const { certificate } = createAuthority({ provider }).issue('a.test', {
      extensions: [{ oid: badge.oid, critical: false, value: fromHex('30050c0378') }],
    })
    expect(() => certificate.extensions.read(badge)).toThrow(/extensions/)
    expect(code(() => asn1.extension('not an oid', Badge))).toBe('INVALID_ARGUMENT')
  })
})
