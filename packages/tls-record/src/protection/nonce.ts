/** RFC 9846 §5.3 #2: no more records than there are exact numbers for them; what a cipher allows is mostly far less. */
export const MAX_SEQUENCE = Number.MAX_SAFE_INTEGER

/**
 * The per-record nonce: the sequence number, padded on the left, XOR the static IV (RFC 9846 §5.3; also RFC 7905 §2).
 * One buffer is reused: ciphers take the nonce synchronously.
 */
export class SequenceNonce {
  /** Records so far, from 0 with every key (RFC 9846 §5.3 #1). A number is exact to 2^53, far beyond any limit of a cipher. */
  sequence = 0
  readonly #iv: Uint8Array
  readonly #nonce: Uint8Array

  /** @param iv 8 bytes or more; taken over, and wiped by `destroy` */
  constructor(iv: Uint8Array) {
    this.#iv = iv
    this.#nonce = new Uint8Array(iv)
  }

  /** The nonce of the next record; valid until the next call. */
  next(): Uint8Array {
    const { sequence } = this
    const iv = this.#iv
    const nonce = this.#nonce
    const end = nonce.length
    const low = sequence >>> 0
    nonce[end - 1] = iv[end - 1] ^ low
    nonce[end - 2] = iv[end - 2] ^ (low >>> 8)
    nonce[end - 3] = iv[end - 3] ^ (low >>> 16)
    nonce[end - 4] = iv[end - 4] ^ (low >>> 24)
    if (sequence > 0xffffffff) {
      const high = Math.floor(sequence / 0x100000000)
      nonce[end - 5] = iv[end - 5] ^ high
      nonce[end - 6] = iv[end - 6] ^ (high >>> 8)
      nonce[end - 7] = iv[end - 7] ^ (high >>> 16)
    }
    this.sequence = sequence + 1
    return nonce
  }

  /** Takes back the last `next`: the record was not one of this key's (skipped early data). */
  rewind(): void {
    this.sequence--
  }

  destroy(): void {
    this.#iv.fill(0)
    this.#nonce.fill(0)
  }
}
