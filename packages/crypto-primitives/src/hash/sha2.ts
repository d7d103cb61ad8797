/** SHA-2 (FIPS 180-4) and HMAC over it, in plain JavaScript. */
import type { Hash, HashName, HashState, Hmac } from '../provider.ts'

/** A compression function over a state of 32-bit words; words of 64 bits are two, the higher one first. */
interface Compression {
  readonly blockLength: 64 | 128
  /** Absorbs `blocks` blocks of `bytes` from `at` on into `h`. */
  run(h: Int32Array, bytes: Uint8Array, at: number, blocks: number): void
}

/** The first primes; 80 of them end below 410. */
function primes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n)
  return found
}

/** The first 64 bits of the fractional part of a root of `n`: where all of SHA-2's constants come from (§4.2, §5.3). */
function rootFraction(n: number, degree: 2 | 3): bigint {
  const d = BigInt(degree)
  const radicand = BigInt(n) << (64n * d)
  // Newton's method on integers, from above
  let root = BigInt(Math.ceil(n ** (1 / degree) * 2 ** 32) + 1) << 32n
  for (;;) {
    const next = ((d - 1n) * root + radicand / root ** (d - 1n)) / d
    if (next >= root) return root & 0xffffffffffffffffn
    root = next
  }
}

/** Numbers of 64 bits as pairs of words. */
function words(numbers: readonly bigint[]): Int32Array {
  return Int32Array.from(numbers.flatMap((x) => [Number(x >> 32n) | 0, Number(x & 0xffffffffn) | 0]))
}

let table: Int32Array | undefined
/** K of SHA-384 and SHA-512 (§4.2.3); the higher halves of its first 64 are K of SHA-256 (§4.2.2). */
function constants(): Int32Array {
  table ??= words(primes(80).map((p) => rootFraction(p, 3)))
  return table
}

/** The message schedule; overwritten after each use. */
const w = /* @__PURE__ */ new Int32Array(160)

const WORDS_OF_32: Compression = {
  blockLength: 64,
  run(h, bytes, at, blocks) {
    const k = constants()
    for (; blocks > 0; blocks--) {
      for (let i = 0; i < 16; i++, at += 4) {
        w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
      }
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15]
        const y = w[i - 2]
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0
      }
      let a = h[0]
      let b = h[1]
      let c = h[2]
      let d = h[3]
      let e = h[4]
      let f = h[5]
      let g = h[6]
      let j = h[7]
      for (let i = 0; i < 64; i++) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
        const t1 = (j + s1 + ((e & f) ^ (~e & g)) + k[2 * i] + w[i]) | 0
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
        j = g
        g = f
        f = e
        e = (d + t1) | 0
        d = c
        c = b
        b = a
        a = (t1 + t2) | 0
      }
      h[0] += a
      h[1] += b
      h[2] += c
      h[3] += d
      h[4] += e
      h[5] += f
      h[6] += g
      h[7] += j
    }
    w.fill(0)
  },
}

const TWO_32 = 2 ** 32

const WORDS_OF_64: Compression = {
  blockLength: 128,
  run(h, bytes, at, blocks) {
    const k = constants()
    for (; blocks > 0; blocks--) {
      for (let i = 0; i < 32; i++, at += 4) {
        w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
      }
      for (let i = 32; i < 160; i += 2) {
        const xh = w[i - 30]
        const xl = w[i - 29]
        const yh = w[i - 4]
        const yl = w[i - 3]
        const s0h = ((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7)
        const s0l = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25))
        const s1h = ((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6)
        const s1l = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26))
        const low = (w[i - 31] >>> 0) + (s0l >>> 0) + (w[i - 13] >>> 0) + (s1l >>> 0)
        w[i] = (w[i - 32] + s0h + w[i - 14] + s1h + ((low / TWO_32) | 0)) | 0
        w[i + 1] = low | 0
      }
      let ah = h[0]
      let al = h[1]
      let bh = h[2]
      let bl = h[3]
      let ch = h[4]
      let cl = h[5]
      let dh = h[6]
      let dl = h[7]
      let eh = h[8]
      let el = h[9]
      let fh = h[10]
      let fl = h[11]
      let gh = h[12]
      let gl = h[13]
      let jh = h[14]
      let jl = h[15]
      for (let i = 0; i < 160; i += 2) {
        const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23))
        const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23))
        const chosen = (el & fl) ^ (~el & gl)
        const t1l = (jl >>> 0) + (s1l >>> 0) + (chosen >>> 0) + (k[i + 1] >>> 0) + (w[i + 1] >>> 0)
        const t1h = (jh + s1h + ((eh & fh) ^ (~eh & gh)) + k[i] + w[i] + ((t1l / TWO_32) | 0)) | 0
        const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25))
        const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25))
        const majority = (al & bl) ^ (al & cl) ^ (bl & cl)
        const sum = ((t1l | 0) >>> 0) + (s0l >>> 0) + (majority >>> 0)
        const high = (t1h + s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch)) + ((sum / TWO_32) | 0)) | 0
        jh = gh
        jl = gl
        gh = fh
        gl = fl
        fh = eh
        fl = el
        el = (dl >>> 0) + ((t1l | 0) >>> 0)
        eh = (dh + t1h + ((el / TWO_32) | 0)) | 0
        el |= 0
        dh = ch
        dl = cl
        ch = bh
        cl = bl
        bh = ah
        bl = al
        ah = high
        al = sum | 0
      }
      add(h, 0, ah, al)
      add(h, 2, bh, bl)
      add(h, 4, ch, cl)
      add(h, 6, dh, dl)
      add(h, 8, eh, el)
      add(h, 10, fh, fl)
      add(h, 12, gh, gl)
      add(h, 14, jh, jl)
    }
    w.fill(0)
  },
}

function add(h: Int32Array, at: number, high: number, low: number): void {
  const sum = (h[at + 1] >>> 0) + (low >>> 0)
  h[at] += high + ((sum / TWO_32) | 0)
  h[at + 1] = sum
}

class Sha2State implements HashState {
  readonly #rest: Uint8Array
  #length = 0

  /** @param h the chaining value, which becomes the state's own */
  constructor(
    private readonly compression: Compression,
    private readonly h: Int32Array,
    private readonly outputLength: number,
  ) {
    this.#rest = new Uint8Array(compression.blockLength)
  }

  update(bytes: Uint8Array): this {
    const { compression, h } = this
    const { blockLength } = compression
    const have = this.#length % blockLength
    this.#length += bytes.length
    let at = 0
    if (have > 0) {
      at = Math.min(blockLength - have, bytes.length)
      this.#rest.set(at === bytes.length ? bytes : bytes.subarray(0, at), have)
      if (have + at < blockLength) return this
      compression.run(h, this.#rest, 0, 1)
    }
    const blocks = Math.floor((bytes.length - at) / blockLength)
    if (blocks > 0) compression.run(h, bytes, at, blocks)
    at += blocks * blockLength
    if (at < bytes.length) this.#rest.set(bytes.subarray(at))
    return this
  }

  digest(): Uint8Array {
    return this.copy().finish()
  }

  /** {@link digest} of a state that is then used up and overwritten. */
  finish(): Uint8Array {
    const { compression, h, outputLength } = this
    const { blockLength } = compression
    const rest = this.#rest
    // §5.1: a one bit, zeros, and the length in bits in 64 or 128 bits
    let have = this.#length % blockLength
    rest[have++] = 0x80
    rest.fill(0, have)
    if (have > blockLength - blockLength / 8) {
      compression.run(h, rest, 0, 1)
      rest.fill(0)
    }
    const high = Math.floor(this.#length / 2 ** 29)
    const low = this.#length << 3
    for (let i = 1; i <= 4; i++) {
      rest[blockLength - 4 - i] = high >>> (8 * i - 8)
      rest[blockLength - i] = low >>> (8 * i - 8)
    }
    compression.run(h, rest, 0, 1)
    const out = new Uint8Array(outputLength)
    for (let i = 0; i < outputLength; i++) out[i] = h[i >> 2] >>> (24 - 8 * (i & 3))
    this.wipe()
    return out
  }

  copy(): Sha2State {
    const copy = new Sha2State(this.compression, this.h.slice(), this.outputLength)
    copy.#rest.set(this.#rest)
    copy.#length = this.#length
    return copy
  }

  wipe(): void {
    this.h.fill(0)
    this.#rest.fill(0)
  }
}

/** HMAC (RFC 2104) whose two pads are absorbed once; each `mac` starts from a copy of those states. */
class Sha2Hmac implements Hmac {
  readonly #inner: Sha2State
  readonly #outer: Sha2State

  constructor(
    readonly outputLength: number,
    blockLength: number,
    create: () => Sha2State,
    key: Uint8Array,
  ) {
    const pad = new Uint8Array(blockLength)
    pad.set(key.length > blockLength ? create().update(key).finish() : key)
    for (let i = 0; i < blockLength; i++) pad[i] ^= 0x36
    this.#inner = create().update(pad)
    for (let i = 0; i < blockLength; i++) pad[i] ^= 0x36 ^ 0x5c
    this.#outer = create().update(pad)
    pad.fill(0)
  }

  mac(...parts: Uint8Array[]): Uint8Array {
    const inner = this.#inner.copy()
    for (const part of parts) inner.update(part)
    return this.#outer.copy().update(inner.finish()).finish()
  }

  destroy(): void {
    this.#inner.wipe()
    this.#outer.wipe()
  }
}

function hashOf(
  name: HashName,
  outputLength: number,
  compression: Compression,
  computeInitial: () => Int32Array,
): Hash {
  const { blockLength } = compression
  let initial: Int32Array | undefined
  const create = () => new Sha2State(compression, (initial ??= computeInitial()).slice(), outputLength)
  return {
    name,
    outputLength,
    blockLength,
    digest(...parts) {
      const state = create()
      for (const part of parts) state.update(part)
      return state.finish()
    },
    create,
    hmac: (key) => new Sha2Hmac(outputLength, blockLength, create, key),
  }
}

/** Roots of eight primes, from the `from`th on: the initial values (§5.3.3 to §5.3.5). */
const initial64 = (from: number) =>
  words(
    primes(16)
      .slice(from, from + 8)
      .map((p) => rootFraction(p, 2)),
  )

/** One half of each word: SHA-256's are the higher of SHA-512's, SHA-224's the lower of SHA-384's (§5.3.2, §5.3.3). */
const halves = (pairs: Int32Array, half: 0 | 1) => pairs.filter((_, i) => i % 2 === half)

/** SHA-224 or SHA-256. */
export function sha2With32(name: 'sha224' | 'sha256'): Hash {
  return name === 'sha256'
    ? hashOf(name, 32, WORDS_OF_32, () => halves(initial64(0), 0))
    : hashOf(name, 28, WORDS_OF_32, () => halves(initial64(8), 1))
}

/** SHA-384 or SHA-512. */
export function sha2With64(name: 'sha384' | 'sha512'): Hash {
  return name === 'sha512'
    ? hashOf(name, 64, WORDS_OF_64, () => initial64(0))
    : hashOf(name, 48, WORDS_OF_64, () => initial64(8))
}

/** SHA-512/224 or SHA-512/256: SHA-512 from an initial value that it computes of the name itself (§5.3.6). */
export function sha512Truncated(name: 'sha512-224' | 'sha512-256', bits: 224 | 256): Hash {
  return hashOf(name, bits / 8, WORDS_OF_64, () => {
    const generator = new Sha2State(
      WORDS_OF_64,
      initial64(0).map((word) => word ^ 0xa5a5a5a5),
      64,
    )
    const bytes = generator.update(new TextEncoder().encode(`SHA-512/${bits}`)).digest()
    const view = new DataView(bytes.buffer)
    return Int32Array.from({ length: 16 }, (_, i) => view.getInt32(4 * i))
  })
}
