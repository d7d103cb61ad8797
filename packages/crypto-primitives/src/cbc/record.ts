import { constantTimeEqual } from '../bytes.ts'
import { maskEqual, maskLess, select } from '../constant-work.ts'
import { CryptoError } from '../error.ts'
import type { CbcCipher, CbcHmac, CbcHmacAlgorithm, CbcName, CbcTransform, Hash, HashName, Hmac } from '../provider.ts'

const HEADER_LENGTH = 11
/** Padding bytes, the length byte included, at most (RFC 5246 §6.2.3.2). */
const MAX_PADDING = 256

/** A cipher and an HMAC as record protection (RFC 5246 §6.2.3.1, §6.2.3.2, RFC 7366). */
export function cbcHmacAlgorithm(
  name: CbcName | 'null',
  cipher: CbcCipher | undefined,
  hashName: HashName,
  hash: Hash,
): CbcHmacAlgorithm {
  const keyLength = cipher?.keyLength ?? 0
  const blockLength = cipher?.blockLength ?? 0
  const algorithm: CbcHmacAlgorithm = {
    cipher: name,
    hash: hashName,
    keyLength,
    macKeyLength: hash.outputLength,
    blockLength,
    macLength: hash.outputLength,
    create({ key, macKey, iv, encryptThenMac = false, randomBytes }) {
      const check = (what: string, bytes: Uint8Array, length: number) => {
        if (bytes.length !== length) {
          throw new CryptoError('INVALID_LENGTH', `${name} ${what} must be ${length} bytes, not ${bytes.length}`)
        }
      }
      check('key', key, keyLength)
      check('MAC key', macKey, hash.outputLength)
      if (!cipher) return new NullHmac(hash.hmac(macKey))
      if (iv) check('IV', iv, blockLength)
      const chain = iv ? new Uint8Array(iv) : undefined
      const parts = { transform: cipher.create(key), blockLength, hash, hmac: hash.hmac(macKey), chain, randomBytes }
      return encryptThenMac ? new EncryptThenMac(parts) : new MacThenEncrypt(parts)
    },
  }
  return algorithm
}

interface Parts {
  readonly transform: CbcTransform
  readonly blockLength: number
  readonly hash: Hash
  readonly hmac: Hmac
  /** TLS 1.0: the last ciphertext block of the previous record; absent where each record carries its IV. */
  readonly chain: Uint8Array | undefined
  readonly randomBytes: (length: number) => Uint8Array
}

function checkPlace(header: Uint8Array, buffer: Uint8Array, offset: number, end: number): void {
  if (header.length !== HEADER_LENGTH) {
    throw new CryptoError('INVALID_LENGTH', `record header must be ${HEADER_LENGTH} bytes, not ${header.length}`)
  }
  if (!(offset >= 0 && end >= offset && end <= buffer.length)) {
    throw new CryptoError('INVALID_LENGTH', `record needs bytes ${offset} to ${end} of a buffer of ${buffer.length}`)
  }
}

/** TLSCompressed.length or TLSCiphertext.length behind the header, in a scratch that is used again. */
function lengthBytes(scratch: Uint8Array, length: number): Uint8Array {
  scratch[0] = length >>> 8
  scratch[1] = length
  return scratch
}

/** What both orders of MAC and encryption share: IVs, padding, the cipher. */
abstract class CbcRecord {
  readonly prefixLength: number
  readonly maxOverhead: number
  protected readonly length16 = new Uint8Array(2)
  readonly #iv: Uint8Array

  constructor(protected readonly parts: Parts) {
    const { blockLength, chain, hmac } = parts
    this.prefixLength = chain ? 0 : blockLength
    this.maxOverhead = this.prefixLength + hmac.outputLength + blockLength
    this.#iv = new Uint8Array(blockLength)
  }

  /** The IV to seal with: a fresh random one (RFC 5246 §6.2.3.2 #1) in front of the record, or the chained one. */
  protected sealingChain(buffer: Uint8Array, offset: number): Uint8Array {
    const { chain, blockLength, randomBytes } = this.parts
    if (chain) return chain
    this.#iv.set(randomBytes(blockLength))
    buffer.set(this.#iv, offset)
    return this.#iv
  }

  /** The IV to open with. */
  protected openingChain(buffer: Uint8Array, offset: number): Uint8Array {
    const { chain, blockLength } = this.parts
    if (chain) return chain
    this.#iv.set(buffer.subarray(offset, offset + blockLength))
    return this.#iv
  }

  /** Pads `length` bytes at `start` to whole blocks, as little as possible. @returns the padded length */
  protected pad(buffer: Uint8Array, start: number, length: number): number {
    const { blockLength } = this.parts
    const padding = blockLength - 1 - (length % blockLength)
    buffer.fill(padding, start + length, start + length + padding + 1)
    return length + padding + 1
  }

  destroy(): void {
    this.parts.transform.destroy()
    this.parts.hmac.destroy()
    this.parts.chain?.fill(0)
    this.#iv.fill(0)
  }
}

/**
 * MAC-then-encrypt (RFC 5246 §6.2.3.2 #3, #4, #5, #6). What padding and MAC say is found out in the same work whatever they are: the
 * number of compression function calls, the bytes looked at, the place of the answer (Lucky 13).
 */
class MacThenEncrypt extends CbcRecord implements CbcHmac {
  seal(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): number {
    const { transform, hmac } = this.parts
    const start = offset + this.prefixLength
    checkPlace(header, buffer, offset, offset + length + this.maxOverhead)
    const content = buffer.subarray(start, start + length)
    buffer.set(hmac.mac(header, lengthBytes(this.length16, length), content), start + length)
    const padded = this.pad(buffer, start, length + hmac.outputLength)
    transform.encrypt(this.sealingChain(buffer, offset), buffer, start, padded)
    return this.prefixLength + padded
  }

  open(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    const { transform, blockLength, hash, hmac } = this.parts
    checkPlace(header, buffer, offset, offset + length)
    const macLength = hmac.outputLength
    const start = offset + this.prefixLength
    const total = length - this.prefixLength
    // What is public: whole blocks, and room for a MAC and one byte of padding.
    if (total < macLength + 1 || total % blockLength !== 0) return null
    transform.decrypt(this.openingChain(buffer, offset), buffer, start, total)

    const end = start + total
    const declared = buffer[end - 1]
    let good = ~maskLess(total, declared + 1 + macLength)
    const looked = Math.min(MAX_PADDING, total)
    for (let i = 0; i < looked; i++) {
      const inside = ~maskLess(declared, i)
      good &= ~(inside & ~maskEqual(buffer[end - 1 - i], declared))
    }
    // RFC 5246 §6.2.3.2: with bad padding go on as if there were none, so that the MAC is computed all the same.
    const padding = select(good, declared, 0)
    const maxContent = total - macLength - 1
    const contentLength = maxContent - padding

    const mac = hmac.mac(
      header,
      lengthBytes(this.length16, contentLength),
      buffer.subarray(start, start + contentLength),
    )
    levelHash(hash, HEADER_LENGTH + 2 + contentLength, HEADER_LENGTH + 2 + maxContent)

    // The received MAC begins somewhere in the last 256 bytes before its latest place: look at all of them.
    const first = Math.max(0, maxContent - (MAX_PADDING - 1))
    let difference = 0
    for (let i = first; i < total; i++) {
      const at = i - contentLength
      const inside = ~(at >> 31) & maskLess(at, macLength)
      difference |= (buffer[start + i] ^ mac[at & inside]) & inside
    }
    good &= maskEqual(difference, 0)
    if (good === 0) {
      buffer.fill(0, start, end)
      return null
    }
    return buffer.subarray(start, start + contentLength)
  }
}

/** What {@link levelHash} hashes: as many blocks as 256 bytes of padding can hide, and two more. */
const IDLE = /* @__PURE__ */ new Uint8Array(7 * 128)

/**
 * A second hash that makes up for the length of the first: together they call the compression function as often whatever
 * `actual` is, both on whole blocks and for what is left over, where one call or two depend on how much that is.
 *
 * @param actual bytes that were hashed
 * @param longest bytes that would have been hashed without padding
 */
function levelHash(hash: Hash, actual: number, longest: number): void {
  const { blockLength } = hash
  const lengthField = blockLength >> 3
  // Shifts, since a division may take longer for some numbers.
  const shift = 31 - Math.clz32(blockLength)
  // One more than are missing, so that there is always a call for whole blocks.
  const whole = (longest >> shift) - (actual >> shift) + 1
  const once = maskLess(actual & (blockLength - 1), blockLength - lengthField)
  // Never nothing: what is left over is copied, and that takes a call as well.
  const rest = select(once, blockLength - lengthField, 1)
  hash.digest(IDLE.subarray(0, (whole << shift) + rest))
}

/** Encrypt-then-MAC (RFC 7366 §3 #2, #3): the MAC covers IV and ciphertext and is checked first. */
class EncryptThenMac extends CbcRecord implements CbcHmac {
  seal(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): number {
    const { transform, hmac } = this.parts
    checkPlace(header, buffer, offset, offset + length + this.maxOverhead)
    const start = offset + this.prefixLength
    const padded = this.pad(buffer, start, length)
    transform.encrypt(this.sealingChain(buffer, offset), buffer, start, padded)
    const covered = this.prefixLength + padded
    const mac = hmac.mac(header, lengthBytes(this.length16, covered), buffer.subarray(offset, offset + covered))
    buffer.set(mac, offset + covered)
    return covered + mac.length
  }

  open(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    const { transform, blockLength, hmac } = this.parts
    checkPlace(header, buffer, offset, offset + length)
    const covered = length - hmac.outputLength
    const total = covered - this.prefixLength
    if (total < blockLength || total % blockLength !== 0) return null
    const mac = hmac.mac(header, lengthBytes(this.length16, covered), buffer.subarray(offset, offset + covered))
    if (!constantTimeEqual(mac, buffer.subarray(offset + covered, offset + length))) return null
    const start = offset + this.prefixLength
    transform.decrypt(this.openingChain(buffer, offset), buffer, start, total)
    // The peer's key made this padding; still it must be right, and is checked without branches on it.
    const end = start + total
    const padding = buffer[end - 1]
    let good = maskLess(padding, total)
    for (let i = 0; i < Math.min(MAX_PADDING, total); i++) {
      good &= maskLess(padding, i) | maskEqual(buffer[end - 1 - i], padding)
    }
    if (good === 0) {
      buffer.fill(0, start, end)
      return null
    }
    return buffer.subarray(start, end - padding - 1)
  }
}

/** TLS_*_NULL_*: a MAC and no encryption (RFC 5246 §6.2.3.1). */
class NullHmac implements CbcHmac {
  readonly prefixLength = 0
  readonly maxOverhead: number
  readonly #length16 = new Uint8Array(2)

  constructor(private readonly hmac: Hmac) {
    this.maxOverhead = hmac.outputLength
  }

  seal(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): number {
    checkPlace(header, buffer, offset, offset + length + this.maxOverhead)
    buffer.set(this.#mac(header, buffer, offset, length), offset + length)
    return length + this.maxOverhead
  }

  open(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkPlace(header, buffer, offset, offset + length)
    const content = length - this.maxOverhead
    if (content < 0) return null
    const received = buffer.subarray(offset + content, offset + length)
    if (!constantTimeEqual(this.#mac(header, buffer, offset, content), received)) return null
    return buffer.subarray(offset, offset + content)
  }

  #mac(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array {
    return this.hmac.mac(header, lengthBytes(this.#length16, length), buffer.subarray(offset, offset + length))
  }

  destroy(): void {
    this.hmac.destroy()
  }
}
