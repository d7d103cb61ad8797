import type { CryptoProvider, HashName } from '../provider.ts'
import { type ConformanceCase, check, equalBytes, pattern, refuses } from './expect.ts'
import { vectors } from './vectors.ts'

/** Digests, running states and HMAC of each hash that is offered. */
export function* hashCases(provider: CryptoProvider): Generator<ConformanceCase> {
  for (const { name, digest, hmac, hmacLongKey } of vectors.hashes) {
    const hash = provider.hashes[name as HashName]
    if (!hash) continue
    yield {
      name: `${name}: digest of one part and of several`,
      run() {
        const text = pattern(200, 3)
        equalBytes(hash.digest(text), digest, 'one part')
        equalBytes(hash.digest(text.subarray(0, 1), text.subarray(1, 130), text.subarray(130)), digest, 'three parts')
        check(hash.digest().length === hash.outputLength && hash.name === name, 'name or length')
      },
    }
    yield {
      name: `${name}: a running state survives digest() and copies are independent`,
      run() {
        const text = pattern(200, 3)
        const state = hash.create().update(text.subarray(0, 70))
        equalBytes(state.digest(), hash.digest(text.subarray(0, 70)), 'first digest')
        equalBytes(state.digest(), hash.digest(text.subarray(0, 70)), 'same digest again')
        const copy = state.copy()
        copy.update(pattern(300, 1))
        state.update(text.subarray(70))
        equalBytes(state.digest(), digest, 'after more')
        equalBytes(copy.digest(), hash.digest(text.subarray(0, 70), pattern(300, 1)), 'the copy')
      },
    }
    yield {
      name: `${name}: HMAC, keyed once`,
      run() {
        const keyed = hash.hmac(pattern(20, 5))
        const text = pattern(200, 3)
        equalBytes(keyed.mac(text), hmac, 'first')
        equalBytes(keyed.mac(text.subarray(0, 64), text.subarray(64)), hmac, 'again, in parts')
        equalBytes(hash.hmac(pattern(200, 9)).mac(pattern(50, 3)), hmacLongKey, 'key longer than a block')
        check(hash.hmac(new Uint8Array(0)).mac().length === hash.outputLength, 'empty key and message')
        check(keyed.outputLength === hash.outputLength, 'outputLength')
      },
    }
  }
  const both = provider.hashes['md5-sha1']
  if (!both) return
  yield {
    name: 'md5-sha1: the two digests behind each other',
    async run() {
      const [md5, sha1] = both.halves ?? []
      check(md5?.name === 'md5' && sha1?.name === 'sha1', 'halves')
      const text = pattern(99, 43)
      const expected = new Uint8Array(36)
      expected.set(md5.digest(text))
      expected.set(sha1.digest(text), 16)
      equalBytes(both.digest(text), expected, 'digest')
      equalBytes(both.create().update(text).copy().digest(), expected, 'state')
      await refuses(() => both.hmac(text), 'HMAC', 'UNSUPPORTED')
    },
  }
}
