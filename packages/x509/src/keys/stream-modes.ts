import type { CbcCipher } from '@x/crypto-primitives'

/** Modes that make a key stream of a block cipher (SP 800-38A): encrypted PEM may name them, nothing else here does. */
export type StreamMode = 'CFB' | 'OFB' | 'CTR'

/**
 * Decrypts; text and ciphertext are equally long.
 *
 * @param cipher CBC of one block under a zero chain is the bare block cipher
 */
export function streamDecrypt(
  cipher: CbcCipher,
  mode: StreamMode,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  const { blockLength } = cipher
  const transform = cipher.create(key)
  const out = new Uint8Array(ciphertext)
  let input: Uint8Array = new Uint8Array(iv)
  for (let at = 0; at < out.length; at += blockLength) {
    const stream = new Uint8Array(input)
    transform.encrypt(new Uint8Array(blockLength), stream, 0, blockLength)
    for (let i = 0; i < blockLength && at + i < out.length; i++) out[at + i]! ^= stream[i]!
    if (mode === 'CFB') input = ciphertext.subarray(at, at + blockLength)
    else if (mode === 'OFB') input = stream
    else increment(input)
  }
  transform.destroy()
  return out
}

/** The next counter, big-endian. */
function increment(counter: Uint8Array): void {
  for (let i = counter.length - 1; i >= 0; i--) {
    counter[i]! += 1
    if (counter[i] !== 0) return
  }
}
