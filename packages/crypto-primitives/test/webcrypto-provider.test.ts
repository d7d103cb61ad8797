import { describe, expect, it } from 'vitest'
import { mlKem768 } from '../src/mlkem.ts'
import { modernProvider } from '../src/modern.ts'
import { portableProvider } from '../src/portable.ts'
import type { KeySpec, SignatureAlgorithm } from '../src/provider.ts'
import { type SubtleProvider, webCryptoProvider } from '../src/webcrypto.ts'
import { utf8 } from './hex.ts'

const real = globalThis.crypto.subtle as unknown as SubtleProvider
const message = utf8('what is signed')

/** The platform's, with what was asked of it. */
function counting(change: Partial<SubtleProvider> = {}) {
  const asked: string[] = []
  const subtle: SubtleProvider = {
    importKey(...given) {
      asked.push('importKey')
      return real.importKey(...given)
    },
    sign(...given) {
      asked.push('sign')
      return real.sign(...given)
    },
    verify(...given) {
      asked.push('verify')
      return real.verify(...given)
    },
    ...change,
  }
  return { asked, provider: webCryptoProvider(portableProvider, { subtle }) }
}

const ALGORITHMS: [KeySpec, SignatureAlgorithm][] = [
  [
    { type: 'ec', curve: 'secp256r1' },
    { name: 'ecdsa', hash: 'sha256' },
  ],
  [
    { type: 'ec', curve: 'secp384r1' },
    { name: 'ecdsa', hash: 'sha384' },
  ],
  [
    { type: 'ec', curve: 'secp521r1' },
    { name: 'ecdsa', hash: 'sha512' },
  ],
  [
    { type: 'rsa', bits: 2048 },
    { name: 'rsa-pkcs1', hash: 'sha256' },
  ],
  [
    { type: 'rsa', bits: 2048 },
    { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha256', saltLength: 32 },
  ],
  [{ type: 'ed25519' }, { name: 'ed25519' }],
]

describe("signatures are WebCrypto's", () => {
  it.each(ALGORITHMS)('%o, %o', async (spec, algorithm) => {
    const { asked, provider } = counting()
    const data = portableProvider.generateKey(spec)
    const own = provider.importPrivateKey(data.data)
    const key = provider.importPublicKey(own.publicKey)
    const signature = await own.sign(algorithm, message)
    expect(await portableProvider.importPublicKey(own.publicKey).verify(algorithm, message, signature)).toBe(true)
    const theirs = await data.sign(algorithm, message)
    expect(await key.verify(algorithm, message, theirs)).toBe(true)
    expect(await key.verify(algorithm, utf8('something else'), theirs)).toBe(false)
    // A key is imported once for each use.
    expect(asked).toEqual(['importKey', 'sign', 'importKey', 'verify', 'verify'])
  })

  it("what was given is what is verified, whatever becomes of the caller's memory", async () => {
    const { provider } = counting()
    const own = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
    const algorithm: SignatureAlgorithm = { name: 'ecdsa', hash: 'sha256' }
    const [text, sign] = [message.slice(), message.slice()]
    const signing = own.sign(algorithm, sign)
    sign.fill(0)
    const signature = await signing
    const given = signature.slice()
    const verifying = provider.importPublicKey(own.publicKey).verify(algorithm, text, given)
    text.fill(0)
    given.fill(0)
    expect(await verifying).toBe(true)
  })
})

describe("what WebCrypto lacks is the base's", () => {
  it.each<[KeySpec, SignatureAlgorithm]>([
    [
      { type: 'ec', curve: 'secp256k1' },
      { name: 'ecdsa', hash: 'sha256' },
    ],
    [
      { type: 'ec', curve: 'secp256r1' },
      { name: 'ecdsa', hash: 'sha224' },
    ],
    [{ type: 'ed448' }, { name: 'ed448' }],
    [
      { type: 'rsa', bits: 1024 },
      { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha1', saltLength: 20 },
    ],
  ])('%o, %o: not asked', async (spec, algorithm) => {
    const { asked, provider } = counting()
    const own = provider.generateKey(spec)
    const signature = await own.sign(algorithm, message)
    expect(await provider.importPublicKey(own.publicKey).verify(algorithm, message, signature)).toBe(true)
    expect(asked).toEqual([])
  })

  it('an algorithm that it refuses is asked for once', async () => {
    const refused = () => Promise.reject(Object.assign(new Error('no'), { name: 'NotSupportedError' }))
    let asked = 0
    const { provider } = counting({
      importKey() {
        asked++
        return refused()
      },
    })
    for (let i = 0; i < 3; i++) {
      const own = provider.generateKey({ type: 'ed25519' })
      const signature = await own.sign({ name: 'ed25519' }, message)
      const key = provider.importPublicKey(own.publicKey)
      expect(await key.verify({ name: 'ed25519' }, message, signature)).toBe(true)
      expect(await key.verify({ name: 'ed25519' }, utf8('no'), signature)).toBe(false)
    }
    expect(asked).toBe(1)
  })

  it('one that fails in the middle says so; it says nothing of the signature', async () => {
    const { provider } = counting({ verify: () => Promise.reject(new Error('broken')) })
    const own = provider.generateKey({ type: 'ed25519' })
    const signature = await own.sign({ name: 'ed25519' }, message)
    await expect(
      provider.importPublicKey(own.publicKey).verify({ name: 'ed25519' }, message, signature),
    ).rejects.toThrow(expect.objectContaining({ code: 'OPERATION_FAILED' }))
  })

  it('any base will do, and none is needed of WebCrypto where there is none', () => {
    expect(webCryptoProvider(modernProvider).groups).toBe(modernProvider.groups)
    const { crypto } = globalThis
    Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true })
    try {
      expect(() => webCryptoProvider(portableProvider)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
    } finally {
      Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true })
    }
  })
})

describe('ML-KEM by WebCrypto, where it has it', () => {
  /** As the Web Cryptography API's modern algorithms have it, by the portable code. */
  function withKem(refuses = false) {
    const asked: string[] = []
    const subtle: SubtleProvider = {
      importKey(format, key, ...rest) {
        asked.push(format)
        if (refuses) return Promise.reject(new Error('no'))
        return format.startsWith('raw-') ? Promise.resolve(Uint8Array.from(key)) : real.importKey(format, key, ...rest)
      },
      sign: real.sign.bind(real),
      verify: real.verify.bind(real),
      async encapsulateBits(_algorithm, key) {
        const { ciphertext, secret } = mlKem768.encapsulate(key as Uint8Array)
        return { ciphertext: Uint8Array.from(ciphertext).buffer, sharedKey: Uint8Array.from(secret).buffer }
      },
      async decapsulateBits(_algorithm, key, ciphertext) {
        return Uint8Array.from(mlKem768.generate(key as Uint8Array).decapsulate(ciphertext)).buffer
      },
    }
    return { asked, provider: webCryptoProvider(portableProvider, { subtle, kems: { MLKEM768: mlKem768 } }) }
  }
  const NAMES = ['MLKEM768', 'X25519MLKEM768', 'SecP256r1MLKEM768'] as const

  it.each(NAMES)('%s agrees with the portable code, both ways', async (name) => {
    const { asked, provider } = withKem()
    const [ours, theirs] = [provider.groups[name]!, portableProvider.groups[name]!]
    for (const [first, second] of [
      [ours, theirs],
      [theirs, ours],
      [ours, ours],
    ] as const) {
      const agreement = first.initiate()
      const { share, secret } = await second.respond(agreement.share)
      expect(await agreement.complete(share)).toEqual(secret)
    }
    expect(asked).toEqual(['raw-seed', 'raw-public', 'raw-public', 'raw-seed'])
  })

  it.each(NAMES)('%s where WebCrypto refuses: JavaScript decides', async (name) => {
    const { provider } = withKem(true)
    const group = provider.groups[name]!
    const agreement = group.initiate()
    const { share, secret } = await group.respond(agreement.share)
    expect(await agreement.complete(share)).toEqual(secret)
    const wrong = new Uint8Array(group.initiatorShareLength).fill(255)
    await expect((async () => group.respond(wrong))()).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_SHARE' }),
    )
  })

  it('groups without such a part, and a WebCrypto without ML-KEM, are as they were', () => {
    expect(withKem().provider.groups.x25519).toBe(portableProvider.groups.x25519)
    const { asked: _asked, provider } = counting()
    expect(provider.groups).toBe(portableProvider.groups)
  })
})

describe('options are read whole', () => {
  it.each<[string, unknown]>([
    ['a misspelt one', { kem: {} }],
    ['a KEM by another name', { kems: { 'ML-KEM-768': mlKem768 } }],
    ['what is no KEM', { kems: { MLKEM768: {} } }],
    ['what is no SubtleCrypto', { subtle: {} }],
    ['one on a prototype', Object.create({ kems: {} })],
    ['none at all', null],
  ])('%s throws', (_name, options) => {
    expect(() => webCryptoProvider(portableProvider, options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER' }),
    )
  })
})
