import type { CbcName, CryptoProvider, HashName, ScryptParameters } from '../provider.ts'
import { type ConformanceCase, check, equalBytes, pattern, refuses } from './expect.ts'

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

/** RFC 6070 §2, and RFC 7914 §11. */
const PBKDF2: readonly (readonly [hash: HashName, password: string, salt: string, iterations: number, key: string])[] =
  [
    ['sha1', 'password', 'salt', 1, '0c60c80f961f0e71f3a9b524af6012062fe037a6'],
    ['sha1', 'password', 'salt', 2, 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957'],
    ['sha1', 'password', 'salt', 4096, '4b007901b765489abead49d926f721d065a429c1'],
    [
      'sha1',
      'passwordPASSWORDpassword',
      'saltSALTsaltSALTsaltSALTsaltSALTsalt',
      4096,
      '3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038',
    ],
    ['sha1', 'pass\0word', 'sa\0lt', 4096, '56fa6aa75548099dcc37d7f03425e0c3'],
    [
      'sha256',
      'passwd',
      'salt',
      1,
      '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
    ],
  ]

/** RFC 7914 §12, but for the last, which takes a gigabyte. */
const SCRYPT: readonly (readonly [password: string, salt: string, parameters: ScryptParameters, key: string])[] = [
  [
    '',
    '',
    { cost: 16, blockSize: 1, parallelization: 1 },
    '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906',
  ],
  [
    'password',
    'NaCl',
    { cost: 1024, blockSize: 8, parallelization: 16 },
    'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
  ],
  [
    'pleaseletmein',
    'SodiumChloride',
    { cost: 16384, blockSize: 8, parallelization: 1 },
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
  ],
]

/** OpenSSL's, of key `pattern(n, 37)`, IV `pattern(block, 41)` and text `pattern(48, 31)`. */
const CBC: readonly (readonly [name: CbcName | 'aes-192-cbc', keyLength: number, ciphertext: string])[] = [
  [
    'aes-128-cbc',
    16,
    'e923dacddae34f09e7a268dde2aafc6dee790e2d50bd262343f9b70c6b37855fd13d92c1b3c19cd3d3e6370352a387db',
  ],
  [
    'aes-192-cbc',
    24,
    '18f2e5cf94cd07ae393bda073259789010a8ca70b3980be5ee82a95210ca63b5ef08fee4ec32f3fe19dc5bcb38b553b8',
  ],
  [
    'aes-256-cbc',
    32,
    '58113ebb36a315f7fd23d7260d46d55988d622184f0e0fb98b47d4575fae0de4ea04dcd2af7c47909e0090768ca6c3bb',
  ],
  [
    '3des-ede-cbc',
    24,
    'd5598822eee93330b5fb9d84ec8b8256c3e1f644a1cf42fa3aad80415e5bd56697bec05e7fa79ccb16d15812319409cd',
  ],
  [
    'camellia-128-cbc',
    16,
    'd6dcc647ac2ba544c66ce65fad95a66844a50c3dc24901323d483791fe425c1b158dd129ba6ef999dcad4a3abe59e091',
  ],
  [
    'camellia-256-cbc',
    32,
    '0285849598a4ddc98e450d0d121dea0f46e87e29f4579444e7ba726c5d641e458210777e734e90058faf3b7dc0420009',
  ],
]

/** What encrypted key files ask for: PBKDF2, scrypt, and ciphers in CBC by themselves. */
export function* keyFileCases(provider: CryptoProvider): Generator<ConformanceCase> {
  yield* pbkdf2Cases(provider)
  yield* scryptCases(provider)
  for (const [name, keyLength, ciphertext] of CBC) {
    const cipher = provider.cbc?.(name)
    if (!cipher) continue
    yield {
      name: `${name}: known answer, in one piece and chained`,
      run() {
        const { blockLength } = cipher
        check(cipher.keyLength === keyLength, 'keyLength')
        for (const step of [48, blockLength]) {
          const buffer = new Uint8Array(3 + 48 + 1)
          buffer.set(pattern(48, 31), 3)
          const chain = pattern(blockLength, 41)
          const transform = cipher.create(pattern(keyLength, 37))
          for (let at = 0; at < 48; at += step) transform.encrypt(chain, buffer, 3 + at, step)
          equalBytes(buffer.subarray(3, 51), ciphertext, 'encrypted')
          equalBytes(chain, buffer.subarray(51 - blockLength, 51), 'chain, encrypting')
          chain.set(pattern(blockLength, 41))
          for (let at = 0; at < 48; at += step) transform.decrypt(chain, buffer, 3 + at, step)
          equalBytes(buffer.subarray(3, 51), pattern(48, 31), 'decrypted')
          equalBytes(chain, ciphertext.slice(-2 * blockLength), 'chain, decrypting')
          transform.destroy()
        }
      },
    }
  }
}

function* pbkdf2Cases({ pbkdf2, hashes }: CryptoProvider): Generator<ConformanceCase> {
  if (!pbkdf2) return
  for (const [hash, password, salt, iterations, key] of PBKDF2) {
    if (!hashes[hash]) continue
    yield {
      name: `PBKDF2 with ${hash}: ${iterations} iterations, ${key.length / 2} bytes`,
      run: () => equalBytes(pbkdf2(hash, ascii(password), ascii(salt), iterations, key.length / 2), key, 'key'),
    }
  }
  yield {
    name: 'PBKDF2: refuses what makes no sense, and hashes without HMAC',
    async run() {
      const [name] = Object.keys(hashes).filter((one) => one !== 'md5-sha1') as HashName[]
      const derive = (hash: HashName, iterations: number, length: number) => () =>
        pbkdf2(hash, new Uint8Array(1), new Uint8Array(8), iterations, length)
      for (const iterations of [0, -1, 1.5, 100_000_001, Number.NaN])
        await refuses(derive(name!, iterations, 16), `${iterations} iterations`, 'INVALID_PARAMETER')
      for (const length of [0, -1, 1.5, 65536])
        await refuses(derive(name!, 1, length), `${length} bytes`, 'INVALID_PARAMETER')
      check(derive(name!, 1, 65535)().length === 65535, 'the longest key')
      await refuses(derive('md5-sha1', 1, 16), 'md5-sha1', 'UNSUPPORTED')
      await refuses(derive('sha3' as HashName, 1, 16), 'unknown hash', 'UNSUPPORTED')
    },
  }
}

function* scryptCases({ scrypt }: CryptoProvider): Generator<ConformanceCase> {
  if (!scrypt) return
  for (const [password, salt, parameters, key] of SCRYPT) {
    const { cost, blockSize, parallelization } = parameters
    yield {
      name: `scrypt with N ${cost}, r ${blockSize}, p ${parallelization}`,
      run: () => equalBytes(scrypt(ascii(password), ascii(salt), parameters, key.length / 2), key, 'key'),
    }
  }
  yield {
    name: 'scrypt: refuses what makes no sense, and what takes the machine down',
    async run() {
      const sound = { cost: 4, blockSize: 8, parallelization: 1 }
      const derive = (parameters: Partial<ScryptParameters>, length: number) => () =>
        scrypt(new Uint8Array(1), new Uint8Array(8), { ...sound, ...parameters }, length)
      for (const parameters of [
        { cost: 0 },
        { cost: 1 },
        { cost: 3 },
        { cost: -4 },
        { cost: 2.5 },
        { cost: 2 ** 30 },
        { cost: 2 ** 32 },
        // RFC 7914 §2: below 2^(128 * r / 8)
        { cost: 2 ** 16, blockSize: 1 },
        { blockSize: 0 },
        { blockSize: 2 ** 24 },
        { parallelization: 0 },
        { parallelization: 2 ** 29 },
        { cost: 2 ** 20, blockSize: 4, parallelization: 2 ** 20 },
      ])
        await refuses(derive(parameters, 16), JSON.stringify(parameters), 'INVALID_PARAMETER')
      for (const length of [0, -1, 1.5, 65536])
        await refuses(derive({}, length), `${length} bytes`, 'INVALID_PARAMETER')
      check(derive({ cost: 2 ** 15, blockSize: 1 }, 65535)().length === 65535, 'the longest key')
    },
  }
}
