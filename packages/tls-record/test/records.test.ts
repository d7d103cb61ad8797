import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  Aead12Reader,
  Aead12Writer,
  Aead13Reader,
  Aead13Writer,
  ByteQueue,
  CbcReader,
  CbcWriter,
  ContentType,
  type ReadProtection,
  RecordReader,
  RecordWriter,
  TlsError,
  type WriteProtection,
} from '../src/index.ts'
import { SequenceNonce } from '../src/protection/nonce.ts'

type Protections = [write: WriteProtection, read: ReadProtection]

const bytes = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value)
const join = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces))

/** Every kind of protection, by both providers. */
const kinds: Record<string, () => Protections | undefined> = {}
for (const provider of [nodeProvider, portableProvider]) {
  for (const [name, aead] of Object.entries(provider.aeads)) {
    kinds[`${provider.name} TLS 1.3 ${name}`] = () => [
      new Aead13Writer(aead, bytes(aead.keyLength), bytes(aead.nonceLength)),
      new Aead13Reader(aead, bytes(aead.keyLength), bytes(aead.nonceLength)),
    ]
    const implicit = name.startsWith('chacha') ? aead.nonceLength : 4
    kinds[`${provider.name} TLS 1.2 ${name}`] = () => [
      new Aead12Writer(aead, bytes(aead.keyLength), bytes(implicit)),
      new Aead12Reader(aead, bytes(aead.keyLength), bytes(implicit)),
    ]
  }
  for (const encryptThenMac of [false, true]) {
    for (const iv of [false, true]) {
      kinds[`${provider.name} CBC, etm ${encryptThenMac}, chained ${iv}`] = () => {
        const cbc = provider.cbcHmac('aes-128-cbc', 'sha1')
        const make = () =>
          cbc!.create({
            key: bytes(cbc!.keyLength),
            macKey: bytes(cbc!.macKeyLength),
            iv: iv ? bytes(16) : undefined,
            encryptThenMac,
            randomBytes: (length) => provider.randomBytes(length),
          })
        return cbc && [new CbcWriter(make(), 1e6), new CbcReader(make())]
      }
    }
  }
}

function pair(protections?: Protections): { writer: RecordWriter; reader: RecordReader } {
  const writer = new RecordWriter()
  const reader = new RecordReader()
  writer.version = 0x0303
  reader.version = 0x0303
  if (protections) {
    writer.protection = protections[0]
    reader.protection = protections[1]
  }
  return { writer, reader }
}

/** All that comes out of a reader, joined by type. */
function drain(reader: RecordReader): { type: number; payload: Uint8Array }[] {
  const records: { type: number; payload: Uint8Array }[] = []
  for (let record = reader.next(); record; record = reader.next()) {
    records.push({ type: record.type, payload: record.payload.slice() })
  }
  return records
}

describe('every protection', () => {
  test.each(Object.keys(kinds))('%s: what is written is read, however it is cut', (name) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(21, 22, 23), fc.uint8Array({ minLength: 1, maxLength: 600 })), {
          maxLength: 8,
        }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 }),
        (contents, cuts) => {
          const { writer, reader } = pair(kinds[name]())
          writer.maxFragment = 256
          for (const [type, content] of contents) writer.write(type, content.slice())
          const wire = join(writer.takeOutput())
          const records: { type: number; payload: Uint8Array }[] = []
          for (let at = 0, cut = 0; at < wire.length; cut++) {
            const length = cuts[cut % cuts.length]
            // The chunk's memory is reused by its owner afterwards.
            const chunk = wire.slice(at, at + length)
            reader.push(chunk)
            records.push(...drain(reader))
            reader.detach()
            chunk.fill(0xff)
            at += length
          }
          const read = (type: number) =>
            join(records.filter((record) => record.type === type).map(({ payload }) => payload))
          const written = (type: number) =>
            join(contents.filter(([other]) => other === type).map(([, content]) => content))
          for (const type of [21, 22, 23]) expect(read(type)).toEqual(written(type))
          expect(reader.pending).toBe(0)
        },
      ),
      { numRuns: 20 },
    )
  })

  test.each(Object.keys(kinds))('%s: a changed byte is bad_record_mac or a refused header, never data', (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const { writer, reader } = pair(kinds[name]())
        writer.write(ContentType.application_data, bytes(40))
        const wire = join(writer.takeOutput())
        wire[at % wire.length] ^= flip
        reader.push(wire)
        let record: unknown
        try {
          record = reader.next()
        } catch (error) {
          expect(error).toBeInstanceOf(TlsError)
        }
        expect(record).toBeUndefined()
      }),
      { numRuns: 40 },
    )
  })

  test.each(Object.keys(kinds))('%s: records cannot be dropped, repeated or swapped', (name) => {
    for (const order of [[1], [0, 0], [1, 0]]) {
      const { writer, reader } = pair(kinds[name]())
      const wires = [0, 1].map(() => {
        writer.write(ContentType.application_data, bytes(40))
        return join(writer.takeOutput())
      })
      reader.push(join(order.map((index) => wires[index].slice())))
      expect(() => drain(reader)).toThrow(/cannot be opened/)
    }
  })
})

describe('the fast ways and the plain ones', () => {
  const aeads = Object.keys(nodeProvider.aeads).flatMap((name) => [`TLS 1.3 ${name}`, `TLS 1.2 ${name}`])
  const pieces = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 6 })

  test.each(aeads)('%s: joined for OpenSSL, or sealed in place: the same bytes', (name) => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 255 }), (lengths, seed) => {
        const wires = ['node', 'portable'].map((provider) => {
          const { writer } = pair(kinds[`${provider} ${name}`]())
          const content = new ByteQueue()
          for (const length of lengths) content.push(Uint8Array.from({ length }, (_, i) => i * seed))
          writer.writeQueue(ContentType.application_data, content)
          return join(writer.takeOutput())
        })
        expect(Buffer.compare(wires[0], wires[1])).toBe(0)
      }),
      { numRuns: 5 },
    )
  })

  test.each(aeads.flatMap((name) => [`node ${name}`, `portable ${name}`]))(
    '%s: what was handed up stays as it is while further records come in pieces',
    (name) => {
      fc.assert(
        fc.property(
          pieces,
          fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 }),
          (lengths, cuts) => {
            const { writer, reader } = pair(kinds[name]())
            const contents = lengths.map((length, i) => Uint8Array.from({ length }, (_, j) => i + j))
            for (const content of contents) writer.write(ContentType.application_data, content)
            const wire = join(writer.takeOutput())
            const views: Uint8Array[] = []
            for (let at = 0, cut = 0; at < wire.length; cut++) {
              const end = at + cuts[cut % cuts.length]
              reader.push(wire.slice(at, end))
              for (let record = reader.next(); record; record = reader.next()) views.push(record.payload)
              reader.detach()
              at = end
            }
            expect(Buffer.compare(join(views), join(contents))).toBe(0)
          },
        ),
        { numRuns: 5 },
      )
    },
  )
})

describe('RecordReader', () => {
  test('a record that lies whole in its chunk is a view of it', () => {
    const { writer, reader } = pair()
    writer.write(23, bytes(10))
    const chunk = join(writer.takeOutput())
    reader.push(chunk)
    expect(reader.next()!.payload.buffer).toBe(chunk.buffer)
  })

  test('empty records are counted anew behind one that is not', () => {
    const { reader } = pair()
    const record = (type: number, ...content: number[]) => Uint8Array.of(type, 3, 3, 0, content.length, ...content)
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 32; i++) reader.push(record(23))
      reader.push(record(23, 1))
      expect(drain(reader).filter(({ payload }) => payload.length === 1)).toHaveLength(1)
    }
    for (let i = 0; i < 33; i++) reader.push(record(23))
    expect(() => drain(reader)).toThrow(expect.objectContaining({ reason: 'TOO_MANY_EMPTY_FRAGMENTS' }))
  })

  test('a Buffer is taken for its bytes: nothing handed up is one', () => {
    const { writer, reader } = pair()
    writer.write(23, bytes(10))
    writer.write(23, bytes(10, 8))
    const buffer = Buffer.from(join(writer.takeOutput()))
    reader.push(buffer.subarray(0, 20))
    expect(reader.next()!.payload.constructor).toBe(Uint8Array)
    reader.detach()
    buffer.fill(0, 0, 20)
    reader.push(buffer.subarray(20))
    expect(reader.next()!.payload).toEqual(bytes(10, 8))
  })

  test('garbage never does more than throw a TlsError', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 10 }), (chunks) => {
        const reader = new RecordReader()
        try {
          for (const chunk of chunks) {
            reader.push(chunk.slice())
            while (reader.next());
            reader.detach()
          }
        } catch (error) {
          expect(error).toBeInstanceOf(TlsError)
        }
        expect(reader.pending).toBeLessThan(1000)
      }),
    )
  })

  test('memory for a record is taken only once its header is there and allowed', () => {
    const reader = new RecordReader()
    reader.push(Uint8Array.of(22, 3, 1, 0xff, 0xff))
    expect(() => reader.next()).toThrow(/65535 bytes, more than 16384/)
  })

  test('skipping early data ends with the first record that opens', () => {
    const { writer, reader } = pair(kinds['node TLS 1.3 aes-128-gcm']())
    const stranger = pair(kinds['node TLS 1.3 aes-128-gcm']()).writer
    for (let i = 0; i < 5; i++) stranger.write(23, bytes(1))
    stranger.takeOutput()
    stranger.write(23, bytes(100))
    const foreign = join(stranger.takeOutput())
    reader.skipEarlyData()
    reader.push(foreign.slice())
    expect(reader.next()).toBeUndefined()
    writer.write(22, bytes(5))
    reader.push(join(writer.takeOutput()))
    expect(reader.next()).toMatchObject({ type: 22 })
    reader.push(foreign.slice())
    expect(() => reader.next()).toThrow(/cannot be opened/)
  })
})

describe('RecordWriter', () => {
  test.each(Object.keys(kinds))('small records of %s: no memory is given out twice', (kind) => {
    const [one, other] = [pair(kinds[kind]!()), pair(kinds[kind]!())]
    const output: { piece: Uint8Array; was: Uint8Array }[] = []
    for (let i = 0; i < 300; i++) {
      for (const { writer } of [one, other]) {
        writer.write(ContentType.application_data, bytes(1 + ((37 * i) % 700), i))
        for (const piece of writer.takeOutput()) output.push({ piece, was: piece.slice() })
      }
    }
    const places = new Map<ArrayBufferLike, [from: number, to: number][]>()
    for (const { piece, was } of output) {
      expect(Buffer.compare(piece, was)).toBe(0)
      const taken = places.get(piece.buffer) ?? []
      const [from, to] = [piece.byteOffset, piece.byteOffset + piece.length]
      expect(taken.some(([start, end]) => from < end && start < to)).toBe(false)
      places.set(piece.buffer, [...taken, [from, to]])
    }
  })

  test('records of a byte each do not run over a piece of memory', () => {
    const { writer, reader } = pair(kinds['node TLS 1.3 aes-128-gcm']!())
    writer.maxFragment = 1
    const message = bytes(512, 3)
    writer.write(ContentType.application_data, message)
    reader.push(join(writer.takeOutput()))
    expect(join(drain(reader).map(({ payload }) => payload))).toEqual(message)
  })

  test('content is cut into full records, and small pieces are joined', () => {
    const { writer, reader } = pair()
    const queue = new ByteQueue()
    for (let i = 0; i < 1000; i++) queue.push(bytes(50, i & 255))
    writer.maxFragment = 16384
    writer.writeQueue(23, queue)
    reader.push(join(writer.takeOutput()))
    expect(drain(reader).map(({ payload }) => payload.length)).toEqual([16384, 16384, 16384, 848])
  })

  test('no more than so many records', () => {
    const { writer } = pair()
    const queue = new ByteQueue()
    queue.push(bytes(100))
    writer.maxFragment = 30
    writer.writeQueue(23, queue, 2)
    expect(queue.length).toBe(40)
  })

  test('in-place ciphers seal a whole run into one buffer', () => {
    const { writer } = pair(kinds['portable TLS 1.3 chacha20-poly1305']())
    writer.write(23, bytes(40_000))
    expect(writer.takeOutput()).toHaveLength(1)
  })

  test('1/n-1 splitting', () => {
    const { writer, reader } = pair(kinds['node CBC, etm false, chained true']())
    writer.splitFirstByte = true
    writer.write(23, bytes(10))
    writer.write(22, bytes(10))
    reader.push(join(writer.takeOutput()))
    expect(drain(reader).map(({ payload }) => payload.length)).toEqual([1, 9, 10])
  })

  test('padding stays within the peer’s limit', () => {
    const writer = new RecordWriter({ padding: () => 1e9 })
    writer.version = 0x0303
    writer.protection = kinds['node TLS 1.3 aes-128-gcm']()![0]
    writer.maxInner = 512
    writer.write(23, bytes(10))
    expect(join(writer.takeOutput())).toHaveLength(5 + 512 + 16)
  })

  test('RFC 9846 §5.2 #1: no protected record is over 2^14 + 256 bytes, whatever is asked for', () => {
    for (const padding of [0, 255, 100_000]) {
      const writer = new RecordWriter({ padding: () => padding })
      writer.version = 0x0303
      writer.protection = kinds['node TLS 1.3 aes-128-ccm']()![0]
      writer.write(23, bytes(40_000))
      const wire = join(writer.takeOutput())
      for (let at = 0; at < wire.length; ) {
        const length = (wire[at + 3] << 8) | wire[at + 4]
        expect(length).toBeLessThanOrEqual(16384 + 256)
        at += 5 + length
      }
    }
  })
})

test('the nonce is the number of the record, beyond 2^32 of them too (RFC 9846 §5.3)', () => {
  const iv = Uint8Array.from({ length: 12 }, (_, i) => 0xa0 + i)
  const expected = (sequence: bigint) => {
    const nonce = iv.slice()
    for (let i = 0; i < 8; i++) nonce[11 - i] ^= Number((sequence >> BigInt(8 * i)) & 0xffn)
    return [...nonce]
  }
  const numbers = [0, 1, 255, 256, 2 ** 24, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 7, 2 ** 53 - 2]
  for (const sequence of numbers) {
    const nonce = new SequenceNonce(iv.slice())
    nonce.sequence = sequence
    expect([...nonce.next()]).toEqual(expected(BigInt(sequence)))
    expect([...nonce.next()]).toEqual(expected(BigInt(sequence) + 1n))
  }
  // And back, where high bytes were set before.
  const nonce = new SequenceNonce(iv.slice())
  nonce.sequence = 2 ** 40
  nonce.next()
  nonce.rewind()
  expect([...nonce.next()]).toEqual(expected(2n ** 40n))
})

describe('what a cipher must be', () => {
  const aeads = [nodeProvider, portableProvider].flatMap((provider) => Object.values(provider.aeads))

  test('RFC 9846 §5.2 #4: it expands by 255 bytes at most; RFC 9846 §5.3 #3: its nonce holds a sequence number', () => {
    expect(aeads.length).toBeGreaterThanOrEqual(10)
    for (const aead of aeads) {
      const writer = new Aead13Writer(aead, bytes(aead.keyLength), bytes(aead.nonceLength))
      expect(writer.sizeOf(100, 0) - 5 - 100).toBeLessThanOrEqual(255)
      expect(aead.nonceLength).toBeGreaterThanOrEqual(8)
    }
  })

  test('RFC 9846 §5.3 #1: the first record of a key has number 0; RFC 9846 §5.4 #2: padding is zeros', () => {
    for (const aead of aeads) {
      const [key, iv] = [bytes(aead.keyLength, 3), bytes(aead.nonceLength, 5)]
      const writer = new RecordWriter({ padding: () => 20 })
      writer.version = 0x0303
      for (let round = 0; round < 2; round++) {
        // Another key, and it begins anew.
        writer.protection = new Aead13Writer(aead, key.slice(), iv.slice())
        writer.write(23, bytes(10, 9))
        const wire = join(writer.takeOutput())
        // Number 0 leaves the IV as it is (RFC 9846 §5.3).
        const opened = aead.create(key.slice()).open(iv.slice(), wire.subarray(0, 5), wire, 5, wire.length - 5)
        expect([...opened!]).toEqual([...bytes(10, 9), 23, ...bytes(20, 0)])
      }
    }
  })

  test('RFC 9846 §5.3 #2: a sequence number never wraps: each is exact as far as a key may be used', () => {
    for (const aead of aeads) {
      const writer = new Aead13Writer(aead, bytes(aead.keyLength), bytes(aead.nonceLength))
      // Where a cipher has no limit of its own, ours is that of exact numbers: a record a nanosecond for 104 days.
      expect(writer.recordLimit).toBeLessThanOrEqual(2 ** 53)
    }
  })

  test('RFC 9846 §5.4 #4: the type is looked for in what was opened, and nowhere behind it', () => {
    const aead = nodeProvider.aeads['aes-128-gcm']!
    const [key, iv] = [bytes(16), bytes(12)]
    // Nothing but zeros inside, and a buffer full of types around it.
    const wire = new Uint8Array(5 + 8 + 16 + 50).fill(23)
    wire.set([23, 3, 3, 0, 24, ...bytes(8, 0)])
    aead.create(key.slice()).seal(iv.slice(), wire.subarray(0, 5), wire, 5, 8)
    const { reader } = pair([kinds['node TLS 1.3 aes-128-gcm']()![0], new Aead13Reader(aead, key, iv)])
    reader.push(wire)
    expect(() => reader.next()).toThrow(expect.objectContaining({ reason: 'BAD_RECORD_TYPE' }))
  })
})
