import type { AeadAlgorithm, CryptoProvider } from '../provider.ts'
import { type ConformanceCase, check, equalBytes, flipped, hex, pattern, refuses } from './expect.ts'
import { vectors } from './vectors.ts'

/** Lengths around every block and lane boundary that an implementation may have. */
const LENGTHS = [0, 1, 15, 16, 17, 31, 32, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1024, 4095, 16384]

/** Sealing and opening with each AEAD that is offered. */
export function* aeadCases(provider: CryptoProvider): Generator<ConformanceCase> {
  for (const { name, sealed } of vectors.aeads) {
    const algorithm = provider.aeads[name]
    if (!algorithm) continue
    const keyed = () => algorithm.create(pattern(algorithm.keyLength, 11))
    const nonce = pattern(12, 13)
    const aad = pattern(13, 17)
    yield {
      name: `${name}: known answer`,
      run() {
        const buffer = new Uint8Array(200)
        buffer.set(pattern(77, 19), 5)
        keyed().seal(nonce, aad, buffer, 5, 77)
        const end = 5 + 77 + algorithm.tagLength
        equalBytes(buffer.subarray(5, end), sealed, 'sealed')
        check(
          buffer.subarray(0, 5).every((b) => b === 0) && buffer.subarray(end).every((b) => b === 0),
          'wrote outside',
        )
        equalBytes(keyed().open(nonce, aad, buffer, 5, end - 5), pattern(77, 19), 'opened')
      },
    }
    yield {
      name: `${name}: one key, many records of all lengths and places`,
      run() {
        const [sealer, opener] = [keyed(), keyed()]
        for (const length of LENGTHS) {
          for (const offset of [0, 1, 5]) {
            const text = provider.randomBytes(length)
            const iv = provider.randomBytes(12)
            const data = provider.randomBytes(length % 40)
            const buffer = new Uint8Array(offset + length + algorithm.tagLength + 3)
            buffer.set(text, offset)
            sealer.seal(iv, data, buffer, offset, length)
            if (length >= 16) check(hex(buffer.subarray(offset, offset + length)) !== hex(text), 'not encrypted')
            equalBytes(opener.open(iv, data, buffer, offset, length + algorithm.tagLength), text, `length ${length}`)
          }
        }
      },
    }
    yield { name: `${name}: sealChunks is seal`, run: () => sealChunks(algorithm, nonce, aad) }
    yield { name: `${name}: nothing forged is opened`, run: () => forgeries(algorithm, nonce, aad) }
    yield {
      name: `${name}: wrong lengths are named`,
      async run() {
        for (const length of [0, algorithm.keyLength - 1, algorithm.keyLength + 1]) {
          await refuses(() => algorithm.create(new Uint8Array(length)), `key of ${length}`, 'INVALID_LENGTH')
        }
        const buffer = new Uint8Array(64)
        for (const bad of [new Uint8Array(0), new Uint8Array(11), new Uint8Array(13)]) {
          await refuses(() => keyed().seal(bad, aad, buffer, 0, 10), 'nonce', 'INVALID_LENGTH')
          await refuses(() => keyed().open(bad, aad, buffer, 0, 64), 'nonce', 'INVALID_LENGTH')
        }
        const { tagLength } = algorithm
        await refuses(
          () => keyed().seal(nonce, aad, buffer, 0, 65 - tagLength),
          'no room for the tag',
          'INVALID_LENGTH',
        )
        await refuses(() => keyed().seal(nonce, aad, buffer, -1, 10), 'negative offset', 'INVALID_LENGTH')
        await refuses(() => keyed().open(nonce, aad, buffer, 60, 20), 'beyond the buffer', 'INVALID_LENGTH')
        check(keyed().open(nonce, aad, buffer, 0, tagLength - 1) === null, 'shorter than a tag')
      },
    }
  }
}

function sealChunks(algorithm: AeadAlgorithm, nonce: Uint8Array, aad: Uint8Array): void {
  const aead = algorithm.create(pattern(algorithm.keyLength, 11))
  if (!aead.sealChunks) return
  for (const length of [0, 1, 16, 1000]) {
    const text = pattern(length, 3)
    const buffer = new Uint8Array(length + algorithm.tagLength)
    buffer.set(text)
    aead.seal(nonce, aad, buffer, 0, length)
    const [sealed, tag] = aead.sealChunks(nonce, aad, text)
    // It is the caller's memory again.
    text.fill(0)
    equalBytes(sealed, buffer.subarray(0, length), `text of ${length} bytes`)
    equalBytes(tag, buffer.subarray(length), `tag of ${length} bytes`)
  }
}

function forgeries(algorithm: AeadAlgorithm, nonce: Uint8Array, aad: Uint8Array): void {
  const aead = algorithm.create(pattern(algorithm.keyLength, 11))
  const length = 40 + algorithm.tagLength
  const sealed = new Uint8Array(length)
  sealed.set(pattern(40, 19))
  aead.seal(nonce, aad, sealed, 0, 40)
  for (let at = 0; at < length; at++) {
    const forged = flipped(sealed, at)
    check(aead.open(nonce, aad, forged, 0, length) === null, `byte ${at} changed`)
    check(!hex(forged).includes(hex(pattern(40, 19).subarray(0, 12))), 'plaintext left behind')
  }
  check(aead.open(flipped(nonce, 3), aad, sealed.slice(), 0, length) === null, 'another nonce')
  check(aead.open(nonce, flipped(aad, 12), sealed.slice(), 0, length) === null, 'other associated data')
  check(aead.open(nonce, aad.subarray(1), sealed.slice(), 0, length) === null, 'shorter associated data')
  check(aead.open(nonce, aad, sealed.slice(), 0, length - 1) === null, 'cut')
  equalBytes(aead.open(nonce, aad, sealed.slice(), 0, length), pattern(40, 19), 'the true one after all that')
}
