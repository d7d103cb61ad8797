/**
 * zlib (RFC 1950) and DEFLATE (RFC 1951), for compressed Certificates (RFC 8879) where the host has no zlib that answers
 * at once. Messages are some thousand bytes, and seldom.
 */

const WINDOW = 32768
/** RFC 1951 §3.2.5: for each code the least length, or distance, and how many bits say how much more. */
function ranges(codes: number, first: number, extraOf: (code: number) => number) {
  const base: number[] = []
  const extra: number[] = []
  for (let code = 0, next = first; code < codes; code++) {
    extra[code] = extraOf(code)
    base[code] = next
    next += 1 << extra[code]!
  }
  return { base, extra }
}

const LENGTHS = /* @__PURE__ */ (() => {
  const { base, extra } = ranges(28, 3, (code) => (code < 8 ? 0 : (code >> 2) - 1))
  return { base: [...base, 258], extra: [...extra, 0] }
})()
const DISTANCES = /* @__PURE__ */ ranges(30, 1, (code) => (code < 4 ? 0 : (code >> 1) - 1))

const wrong = (what: string) => new RangeError(`not a zlib stream: ${what}`)

function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return ((b << 16) | a) >>> 0
}

// --- Decompressing

/** A canonical Huffman code (RFC 1951 §3.2.2), read bit by bit: how many codes there are of each length, and their symbols. */
interface Code {
  readonly counts: readonly number[]
  readonly symbols: readonly number[]
}

function codeOf(lengths: readonly number[]): Code {
  const counts = new Array<number>(16).fill(0)
  for (const length of lengths) {
    counts[length]!++
  }
  counts[0] = 0
  let left = 1
  for (let length = 1; length < 16; length++) {
    left = left * 2 - counts[length]!
    if (left < 0) {
      throw wrong('too many codes')
    }
  }
  const symbols = lengths
    .map((length, symbol) => [length, symbol] as const)
    .filter(([length]) => length > 0)
    .sort((one, other) => one[0] - other[0] || one[1] - other[1])
    .map(([, symbol]) => symbol)
  return { counts, symbols }
}

const FIXED_LENGTHS = /* @__PURE__ */ Array.from({ length: 288 }, (_, i) =>
  i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8,
)
let fixed: readonly [Code, Code] | undefined

const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

class Inflation {
  at = 2
  #bits = 0
  #count = 0
  readonly #input: Uint8Array
  readonly out: Uint8Array
  length = 0

  constructor(input: Uint8Array, maxLength: number) {
    this.#input = input
    this.out = new Uint8Array(maxLength)
  }

  bits(count: number): number {
    while (this.#count < count) {
      if (this.at >= this.#input.length) {
        throw wrong('it ends too soon')
      }
      this.#bits |= this.#input[this.at++]! << this.#count
      this.#count += 8
    }
    const value = this.#bits & ((1 << count) - 1)
    this.#bits >>>= count
    this.#count -= count
    return value
  }

  symbol({ counts, symbols }: Code): number {
    let code = 0
    let first = 0
    let index = 0
    for (let length = 1; length < 16; length++) {
      code |= this.bits(1)
      const count = counts[length]!
      if (code - first < count) {
        return symbols[index + code - first]!
      }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw wrong('an unknown code')
  }

  put(byte: number): void {
    if (this.length === this.out.length) {
      throw new RangeError(`more than ${this.out.length} bytes`)
    }
    this.out[this.length++] = byte
  }

  stored(): void {
    this.#bits = 0
    this.#count = 0
    const length = this.bits(16)
    if (this.bits(16) !== (~length & 0xffff)) {
      throw wrong('a damaged length')
    }
    for (let i = 0; i < length; i++) {
      this.put(this.bits(8))
    }
  }

  codes(): [Code, Code] {
    const [literals, distances, lengths] = [this.bits(5) + 257, this.bits(5) + 1, this.bits(4) + 4]
    const order = new Array<number>(19).fill(0)
    for (let i = 0; i < lengths; i++) {
      order[CODE_LENGTH_ORDER[i]!] = this.bits(3)
    }
    const code = codeOf(order)
    const all: number[] = []
    while (all.length < literals + distances) {
      const symbol = this.symbol(code)
      if (symbol < 16) {
        all.push(symbol)
        continue
      }
      if (symbol === 16 && all.length === 0) {
        throw wrong('a repetition of nothing')
      }
      const value = symbol === 16 ? all.at(-1)! : 0
      const times = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7)
      all.push(...new Array<number>(times).fill(value))
    }
    if (all.length > literals + distances) {
      throw wrong('too many code lengths')
    }
    return [codeOf(all.slice(0, literals)), codeOf(all.slice(literals))]
  }

  block([literals, distances]: readonly [Code, Code]): void {
    for (;;) {
      const symbol = this.symbol(literals)
      if (symbol < 256) {
        this.put(symbol)
        continue
      }
      if (symbol === 256) {
        return
      }
      if (symbol > 285) {
        throw wrong('an unknown length')
      }
      const length = LENGTHS.base[symbol - 257]! + this.bits(LENGTHS.extra[symbol - 257]!)
      const code = this.symbol(distances)
      if (code > 29) {
        throw wrong('an unknown distance')
      }
      const distance = DISTANCES.base[code]! + this.bits(DISTANCES.extra[code]!)
      if (distance > this.length) {
        throw wrong('a distance before its beginning')
      }
      for (let i = 0; i < length; i++) {
        this.put(this.out[this.length - distance]!)
      }
    }
  }
}

/**
 * Decompresses all of a zlib stream, and refuses one that has anything behind it.
 *
 * @param maxLength the most bytes that may come of it
 */
export function inflate(input: Uint8Array, maxLength: number): Uint8Array {
  const [method = 0, flags = 0] = input
  // RFC 1950 §2.2: DEFLATE, a window of at most 32 KiB, no dictionary.
  if ((method & 15) !== 8 || method >> 4 > 7 || ((method << 8) | flags) % 31 !== 0 || flags & 32) {
    throw wrong('its header')
  }
  const inflation = new Inflation(input, maxLength)
  for (let last = 0; last === 0; ) {
    last = inflation.bits(1)
    const type = inflation.bits(2)
    if (type === 3) {
      throw wrong('an unknown block')
    }
    if (type === 0) {
      inflation.stored()
    } else {
      fixed ??= [codeOf(FIXED_LENGTHS), codeOf(new Array<number>(30).fill(5))]
      inflation.block(type === 1 ? fixed : inflation.codes())
    }
  }
  const out = inflation.out.subarray(0, inflation.length)
  const trailer = input.subarray(inflation.at)
  const [a = 0, b = 0, c = 0, d = 0] = trailer
  if (trailer.length !== 4 || ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 !== adler32(out)) {
    throw wrong('its checksum, or bytes behind it')
  }
  return out
}

// --- Compressing

class Bits {
  readonly bytes: number[] = [0x78, 0x9c]
  #bits = 0
  #count = 0

  put(value: number, count: number): void {
    this.#bits |= value << this.#count
    this.#count += count
    while (this.#count >= 8) {
      this.bytes.push(this.#bits & 255)
      this.#bits >>>= 8
      this.#count -= 8
    }
  }

  /** A Huffman code: its highest bit first. */
  code(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.put((value >> bit) & 1, 1)
    }
  }

  /** RFC 1951 §3.2.6. */
  symbol(symbol: number): void {
    if (symbol < 144) {
      this.code(0x30 + symbol, 8)
    } else if (symbol < 256) {
      this.code(0x190 + symbol - 144, 9)
    } else if (symbol < 280) {
      this.code(symbol - 256, 7)
    } else {
      this.code(0xc0 + symbol - 280, 8)
    }
  }

  align(): void {
    if (this.#count > 0) {
      this.put(0, 8 - this.#count)
    }
  }
}

const lastAtMost = (bases: readonly number[], value: number) => {
  let code = bases.length - 1
  while (bases[code]! > value) {
    code--
  }
  return code
}

/** Compresses with the fixed codes and the latest repetition of three bytes: what certificates repeat is names and OIDs. */
export function deflate(input: Uint8Array): Uint8Array {
  const out = new Bits()
  const seen = new Map<number, number>()
  out.put(1, 1)
  out.put(1, 2)
  for (let at = 0; at < input.length; ) {
    let length = 0
    const key = at + 2 < input.length ? (input[at]! << 16) | (input[at + 1]! << 8) | input[at + 2]! : -1
    const before = key < 0 ? undefined : seen.get(key)
    if (before !== undefined && at - before <= WINDOW) {
      while (length < 258 && at + length < input.length && input[before + length] === input[at + length]) {
        length++
      }
    }
    if (length >= 3) {
      const code = lastAtMost(LENGTHS.base, length)
      out.symbol(257 + code)
      out.put(length - LENGTHS.base[code]!, LENGTHS.extra[code]!)
      const distance = at - before!
      const distanceCode = lastAtMost(DISTANCES.base, distance)
      out.code(distanceCode, 5)
      out.put(distance - DISTANCES.base[distanceCode]!, DISTANCES.extra[distanceCode]!)
    } else {
      out.symbol(input[at]!)
      length = 1
    }
    for (const end = at + length; at < end; at++) {
      if (at + 2 < input.length) {
        seen.set((input[at]! << 16) | (input[at + 1]! << 8) | input[at + 2]!, at)
      }
    }
  }
  out.symbol(256)
  out.align()
  const sum = adler32(input)
  out.bytes.push(sum >>> 24, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255)
  return Uint8Array.from(out.bytes)
}
