import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Writer } from '../src/codec/writer.ts'

const part = fc.uint8Array({ maxLength: 700 })

/** Several messages at once, each with vectors in vectors, all in shared memory. */
it('messages that are written side by side stay apart, and keep their bytes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ outer: part, inner: part, capacity: fc.nat(6000), own: fc.boolean() })),
      (list) => {
        const made: { bytes: Uint8Array; expected: number[] }[] = []
        const write = (index: number): void => {
          const one = list[index]
          if (one === undefined) return
          const writer = new Writer(one.capacity, one.own)
          writer.u8(7).within24(() => {
            writer.bytes(one.outer)
            // The next message begins and ends inside this one.
            write(index + 1)
            writer.within16(() => writer.bytes(one.inner).u32(0xfedcba98))
          })
          const inner = [...one.inner, 0xfe, 0xdc, 0xba, 0x98]
          const body = [...one.outer, inner.length >> 8, inner.length & 255, ...inner]
          expect(writer.length).toBe(4 + body.length)
          const bytes = writer.finish()
          made.push({ bytes, expected: [7, 0, body.length >> 8, body.length & 255, ...body] })
        }
        write(0)
        for (const { bytes, expected } of made) expect([...bytes]).toEqual(expected)
      },
    ),
    { seed: 3, numRuns: 300 },
  )
})

it('memory of its own is nobody else’s', () => {
  const one = new Writer(16, true).u32(1).finish()
  expect(one.buffer.byteLength).toBe(16)
  expect(new Writer(16).u32(1).finish().buffer.byteLength).toBeGreaterThan(1000)
})
