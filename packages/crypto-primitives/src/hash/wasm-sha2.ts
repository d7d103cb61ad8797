/**
 * SHA-2 in WebAssembly for what a handshake hashes: messages of a few blocks. A call into OpenSSL costs more than that,
 * and leaves objects behind that are slow to collect; noble's states are slow to copy.
 */
import { BYTES } from '../generated/sha2.ts'
import type { Hash, HashState, Hmac } from '../provider.ts'
import { wasmModule } from '../wasm/module.ts'

type FunctionName = 'sha256' | 'sha384' | 'sha512'

/** Compression over one state in the module's memory. */
interface Compression {
  readonly blockLength: number
  /** Bytes of the state: the same as of the longest digest. */
  readonly stateLength: number
  /** The initial value, as it lies in memory. */
  readonly initial: Uint8Array
  readonly memory: Uint8Array
  /** The state in it. */
  readonly state: Uint8Array
  readonly inputAt: number
  readonly stateAt: number
  readonly outputAt: number
  compress(blocks: number): void
  digest(): void
}

const INPUT_LENGTH = 1024

/** FIPS 180-4 §5.3. */
const INITIAL: Readonly<Record<FunctionName, readonly number[]>> = {
  sha256: [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
  sha384: [
    0xcbbb9d5d, 0xc1059ed8, 0x629a292a, 0x367cd507, 0x9159015a, 0x3070dd17, 0x152fecd8, 0xf70e5939, 0x67332667,
    0xffc00b31, 0x8eb44a87, 0x68581511, 0xdb0c2e0d, 0x64f98fa7, 0x47b5481d, 0xbefa4fa4,
  ],
  sha512: [
    0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1, 0x510e527f,
    0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
  ],
}

/** The words as WebAssembly keeps them: little-endian, 64-bit words with their low half first. */
function initialBytes(name: FunctionName): Uint8Array {
  const words = INITIAL[name]
  const bytes = new Uint8Array(4 * words.length)
  const view = new DataView(bytes.buffer)
  words.forEach((word, i) => {
    view.setUint32(4 * (name === 'sha256' ? i : i ^ 1), word, true)
  })
  return bytes
}

const kernel = /* @__PURE__ */ wasmModule(BYTES, (exports, buffer) => {
  const address = (name: string) => (exports[name] as { value: number }).value
  const memory = new Uint8Array(buffer)
  const make = (name: FunctionName, bits: 256 | 512): Compression => ({
    blockLength: bits / 4,
    stateLength: bits / 8,
    initial: initialBytes(name),
    memory,
    state: memory.subarray(address(`STATE${bits}`), address(`STATE${bits}`) + bits / 8),
    inputAt: address('INPUT'),
    stateAt: address(`STATE${bits}`),
    outputAt: address('OUTPUT'),
    compress: exports[`compress${bits}`] as (blocks: number) => void,
    digest: exports[`digest${bits}`] as () => void,
  })
  return { sha256: make('sha256', 256), sha384: make('sha384', 512), sha512: make('sha512', 512) }
})

/** Moves `parts` through the input, compresses full blocks, and pads the last (FIPS 180-4 §5.1). */
function absorbAll(c: Compression, before: number, parts: readonly Uint8Array[]): void {
  const { memory, inputAt, blockLength } = c
  let at = 0
  let total = before
  for (const part of parts) {
    total += part.length
    for (let from = 0; from < part.length; ) {
      const take = Math.min(part.length - from, INPUT_LENGTH - at)
      memory.set(from === 0 && take === part.length ? part : part.subarray(from, from + take), inputAt + at)
      from += take
      at += take
      if (at === INPUT_LENGTH) {
        c.compress(INPUT_LENGTH / blockLength)
        at = 0
      }
    }
  }
  finish(c, at, total)
}

/** Pads what lies in the input, `at` bytes of a message of `total`, and leaves the digest in the output. */
function finish(c: Compression, at: number, total: number): void {
  const { memory, inputAt, blockLength } = c
  memory[inputAt + at++] = 0x80
  // The length takes 8 bytes, or 16 of which the first 8 are zero: no message here is that long.
  let end = Math.ceil((at + blockLength / 8) / blockLength) * blockLength
  if (end > INPUT_LENGTH) {
    memory.fill(0, inputAt + at, inputAt + INPUT_LENGTH)
    c.compress(INPUT_LENGTH / blockLength)
    at = 0
    end = blockLength
  }
  memory.fill(0, inputAt + at, inputAt + end)
  const high = Math.floor(total / 0x20000000)
  const low = (total << 3) >>> 0
  for (let i = 0; i < 4; i++) {
    memory[inputAt + end - 1 - i] = low >>> (8 * i)
    memory[inputAt + end - 5 - i] = high >>> (8 * i)
  }
  c.compress(end / blockLength)
  c.digest()
  memory.fill(0, inputAt, inputAt + end)
}

const takeDigest = (c: Compression, length: number) => c.memory.slice(c.outputAt, c.outputAt + length)

/** A running hash: the chaining value, and the bytes that do not fill a block yet. */
class State implements HashState {
  #value: Uint8Array
  #rest: Uint8Array
  #total: number

  constructor(
    private readonly c: Compression,
    private readonly outputLength: number,
    from?: State,
  ) {
    this.#value = from ? from.#value.slice() : c.initial.slice()
    this.#rest = from ? from.#rest.slice() : new Uint8Array(c.blockLength)
    this.#total = from ? from.#total : 0
  }

  update(bytes: Uint8Array): this {
    const { blockLength, memory, inputAt, state } = this.c
    let have = this.#total % blockLength
    this.#total += bytes.length
    if (have + bytes.length < blockLength) {
      this.#rest.set(bytes, have)
      return this
    }
    state.set(this.#value)
    // As a whole: a view of it would cost more. What comes next lies over the end.
    if (have > 0) memory.set(this.#rest, inputAt)
    let from = 0
    while (have + bytes.length - from >= blockLength) {
      const take = Math.min(bytes.length - from, INPUT_LENGTH - have)
      const whole = Math.floor((have + take) / blockLength)
      const used = whole * blockLength - have
      copy(bytes, from, used, memory, inputAt + have)
      this.c.compress(whole)
      from += used
      have = 0
    }
    this.#value.set(state)
    copy(bytes, from, bytes.length - from, this.#rest, 0)
    return this
  }

  digest(): Uint8Array {
    const { c } = this
    const have = this.#total % c.blockLength
    c.state.set(this.#value)
    if (have > 0) c.memory.set(this.#rest, c.inputAt)
    finish(c, have, this.#total)
    return takeDigest(c, this.outputLength)
  }

  copy(): HashState {
    return new State(this.c, this.outputLength, this)
  }
}

/** Arrays of so few bytes lie in V8's own heap, and a view of one moves it out of there first. */
const INLINE = 64

function copy(from: Uint8Array, at: number, length: number, to: Uint8Array, offset: number): void {
  if (from.length > INLINE) to.set(from.subarray(at, at + length), offset)
  else for (let i = 0; i < length; i++) to[offset + i] = from[at + i]!
}

/** Absorbs the key, of a block's length at most, XOR a byte, as the first block of a new message (RFC 2104 §2). */
function absorbPad(c: Compression, key: Uint8Array, byte: number): void {
  const { memory, inputAt, stateAt, blockLength, initial } = c
  memory.fill(byte, inputAt, inputAt + blockLength)
  for (let i = 0; i < key.length; i++) memory[inputAt + i] = key[i]! ^ byte
  memory.set(initial, stateAt)
  c.compress(1)
}

/** HMAC whose key is absorbed for this message only; the key is no longer than a block. */
function hmacOnce(c: Compression, outputLength: number, key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const { memory, inputAt, outputAt, blockLength } = c
  absorbPad(c, key, 0x36)
  absorbAll(c, blockLength, parts)
  absorbPad(c, key, 0x5c)
  memory.copyWithin(inputAt, outputAt, outputAt + outputLength)
  finish(c, outputLength, blockLength + outputLength)
  return takeDigest(c, outputLength)
}

/** HMAC (RFC 2104): both pads are absorbed once. */
class KeyedHmac implements Hmac {
  readonly #inner: Uint8Array
  readonly #outer: Uint8Array

  constructor(
    private readonly c: Compression,
    key: Uint8Array,
    readonly outputLength: number,
  ) {
    if (key.length > c.blockLength) {
      c.memory.set(c.initial, c.stateAt)
      absorbAll(c, 0, [key])
      key = takeDigest(c, outputLength)
    }
    this.#inner = this.#pad(key, 0x36)
    this.#outer = this.#pad(key, 0x5c)
    c.memory.fill(0, c.inputAt, c.inputAt + c.blockLength)
  }

  mac(...parts: Uint8Array[]): Uint8Array {
    const { c, outputLength } = this
    const { memory, inputAt, stateAt, outputAt, blockLength } = c
    memory.set(this.#inner, stateAt)
    absorbAll(c, blockLength, parts)
    memory.copyWithin(inputAt, outputAt, outputAt + outputLength)
    memory.set(this.#outer, stateAt)
    finish(c, outputLength, blockLength + outputLength)
    return takeDigest(c, outputLength)
  }

  destroy(): void {
    this.#inner.fill(0)
    this.#outer.fill(0)
  }

  /** The chaining value after the key XOR a byte. */
  #pad(key: Uint8Array, byte: number): Uint8Array {
    const { memory, stateAt, stateLength } = this.c
    absorbPad(this.c, key, byte)
    return memory.slice(stateAt, stateAt + stateLength)
  }
}

/** Longer messages than this are better hashed natively, bytes. */
const SHORT = 1024

function isShort(parts: readonly Uint8Array[]): boolean {
  let length = 0
  for (const part of parts) length += part.length
  return length <= SHORT
}

/**
 * Messages before the module is made: ten handshakes. Compiling and warming it up cost 6 milliseconds, as much as five
 * more connections do at that age, and each message is 3.5 microseconds cheaper. A program that makes a few connections
 * never gets there.
 */
export const PAYS_AFTER = 256
let asked = 0

/**
 * A hash that takes short messages, HMAC keys and running hashes itself once there have been many, and leaves long
 * messages to another.
 *
 * @param long what computes long messages; and all of them at first, and where WebAssembly cannot be had
 */
export function withShortMessages(name: FunctionName, long: Hash): Hash {
  const { outputLength } = long
  const compression = () => (asked < PAYS_AFTER && ++asked < PAYS_AFTER ? undefined : kernel()?.[name])
  return {
    ...long,
    digest(...parts) {
      const c = isShort(parts) ? compression() : undefined
      if (!c) return long.digest(...parts)
      c.memory.set(c.initial, c.stateAt)
      absorbAll(c, 0, parts)
      return takeDigest(c, outputLength)
    },
    create() {
      const c = compression()
      return c ? new State(c, outputLength) : long.create()
    },
    hmac(key) {
      const c = compression()
      return c ? new MixedHmac(new KeyedHmac(c, key, outputLength), long, key) : long.hmac(key)
    },
    hmacOnce(key, ...parts) {
      const c = key.length <= long.blockLength && isShort(parts) ? compression() : undefined
      return c ? hmacOnce(c, outputLength, key, parts) : long.hmac(key).mac(...parts)
    },
  }
}

/** Short messages by one, long ones by the other. */
class MixedHmac implements Hmac {
  readonly outputLength: number
  #key: Uint8Array
  #long: Hmac | undefined

  constructor(
    private readonly short: Hmac,
    private readonly hash: Hash,
    key: Uint8Array,
  ) {
    this.outputLength = short.outputLength
    this.#key = new Uint8Array(key)
  }

  mac(...parts: Uint8Array[]): Uint8Array {
    if (isShort(parts)) return this.short.mac(...parts)
    this.#long ??= this.hash.hmac(this.#key)
    return this.#long.mac(...parts)
  }

  destroy(): void {
    this.short.destroy()
    this.#long?.destroy()
    this.#key.fill(0)
  }
}
