import type { CbcHmacAlgorithm, CbcName, CryptoProvider } from '../provider.ts'
import { type ConformanceCase, check, equalBytes, flipped, pattern, refuses } from './expect.ts'
import { vectors } from './vectors.ts'

const HEADER = /* @__PURE__ */ pattern(11, 29)

/** CBC and NULL record protection in both orders, with both kinds of IV. */
export function* cbcCases(provider: CryptoProvider): Generator<ConformanceCase> {
  const { randomBytes } = provider
  for (const vector of vectors.cbc) {
    const algorithm = provider.cbcHmac(vector.cipher, vector.hash)
    if (!algorithm) continue
    const keys = {
      key: pattern(algorithm.keyLength, 37),
      macKey: pattern(algorithm.macKeyLength, 23),
      randomBytes,
    }
    const iv = pattern(algorithm.blockLength, 41)
    for (const encryptThenMac of [false, true]) {
      yield {
        name: `${vector.cipher} ${vector.hash} ${encryptThenMac ? 'EtM' : 'MtE'}: known answer`,
        run() {
          const expected = encryptThenMac ? vector.encryptThenMac : vector.macThenEncrypt
          const buffer = new Uint8Array(300)
          buffer.set(pattern(50, 31), 9)
          const length = algorithm.create({ ...keys, iv, encryptThenMac }).seal(HEADER, buffer, 9, 50)
          equalBytes(buffer.subarray(9, 9 + length), expected, 'sealed')
          const opener = algorithm.create({ ...keys, iv, encryptThenMac })
          equalBytes(opener.open(HEADER, buffer, 9, length), pattern(50, 31), 'opened')
        },
      }
    }
  }
  const ciphers: readonly (CbcName | 'null')[] = [
    'null',
    'aes-128-cbc',
    'aes-256-cbc',
    '3des-ede-cbc',
    'camellia-128-cbc',
  ]
  for (const cipher of ciphers) {
    for (const hash of ['md5', 'sha1', 'sha256', 'sha384'] as const) {
      const algorithm = provider.cbcHmac(cipher, hash)
      if (!algorithm) continue
      yield { name: `${cipher} ${hash}: records of all lengths`, run: () => records(provider, algorithm) }
      yield { name: `${cipher} ${hash}: nothing forged is opened`, run: () => forgeries(provider, algorithm) }
      yield {
        name: `${cipher} ${hash}: wrong lengths are named`,
        async run() {
          const keys = { key: new Uint8Array(algorithm.keyLength), macKey: new Uint8Array(algorithm.macKeyLength) }
          const bad = new Uint8Array(99)
          await refuses(() => algorithm.create({ ...keys, key: bad, randomBytes }), 'key', 'INVALID_LENGTH')
          await refuses(() => algorithm.create({ ...keys, macKey: bad, randomBytes }), 'MAC key', 'INVALID_LENGTH')
          const record = algorithm.create({ ...keys, randomBytes })
          await refuses(() => record.seal(HEADER, new Uint8Array(30), 0, 28), 'no room', 'INVALID_LENGTH')
          await refuses(() => record.seal(bad, new Uint8Array(300), 0, 28), 'header', 'INVALID_LENGTH')
        },
      }
    }
  }
}

function* pairs(provider: CryptoProvider, algorithm: CbcHmacAlgorithm) {
  const { randomBytes } = provider
  const key = randomBytes(algorithm.keyLength)
  const macKey = randomBytes(algorithm.macKeyLength)
  const isNull = algorithm.cipher === 'null'
  for (const iv of isNull ? [undefined] : [undefined, randomBytes(algorithm.blockLength)]) {
    for (const encryptThenMac of isNull ? [false] : [false, true]) {
      const make = () => algorithm.create({ key, macKey, iv, encryptThenMac, randomBytes })
      yield { make, label: `${iv ? 'implicit' : 'explicit'} IV, ${encryptThenMac ? 'EtM' : 'MtE'}` }
    }
  }
}

function records(provider: CryptoProvider, algorithm: CbcHmacAlgorithm): void {
  for (const { make, label } of pairs(provider, algorithm)) {
    const [sealer, opener] = [make(), make()]
    for (const length of [0, 1, 7, 8, 9, 15, 16, 17, 47, 48, 49, 255, 256, 257, 1000, 16384]) {
      const text = provider.randomBytes(length)
      const buffer = new Uint8Array(3 + length + sealer.maxOverhead)
      buffer.set(text, 3 + sealer.prefixLength)
      const sealed = sealer.seal(HEADER, buffer, 3, length)
      check(sealed <= length + sealer.maxOverhead, 'maxOverhead')
      equalBytes(opener.open(HEADER, buffer, 3, sealed), text, `${label}, length ${length}`)
    }
  }
}

function forgeries(provider: CryptoProvider, algorithm: CbcHmacAlgorithm): void {
  for (const { make, label } of pairs(provider, algorithm)) {
    const sealer = make()
    const buffer = new Uint8Array(40 + sealer.maxOverhead)
    const sealed = sealer.seal(HEADER, buffer, 0, 40)
    for (let at = 0; at < sealed; at++) {
      check(make().open(HEADER, flipped(buffer, at), 0, sealed) === null, `${label}: byte ${at} changed`)
    }
    for (let at = 0; at < HEADER.length; at++) {
      check(make().open(flipped(HEADER, at), buffer.slice(), 0, sealed) === null, `${label}: header byte ${at} changed`)
    }
    for (let length = 0; length < sealed; length++) {
      check(make().open(HEADER, buffer.slice(), 0, length) === null, `${label}: cut to ${length}`)
    }
  }
}
