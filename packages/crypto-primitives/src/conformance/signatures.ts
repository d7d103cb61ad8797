import type { CryptoProvider, KeySpec, PrivateKeyData, PublicKeyData, SignatureAlgorithm } from '../provider.ts'
import { type ConformanceCase, check, equalBytes, flipped, hex, ifOffered, pattern, refuses, unhex } from './expect.ts'
import { vectors } from './vectors.ts'

const MESSAGE = /* @__PURE__ */ pattern(99, 43)

const numbers = vectors.rsa.key
const rsaPublic = (): PublicKeyData => ({ type: 'rsa', n: unhex(numbers.n), e: unhex(numbers.e) })
const rsaPrivate = (): Extract<PrivateKeyData, { type: 'rsa' | 'rsa-pss' }> => ({
  type: 'rsa',
  n: unhex(numbers.n),
  e: unhex(numbers.e),
  d: unhex(numbers.d),
  p: unhex(numbers.p),
  q: unhex(numbers.q),
  dp: unhex(numbers.dp),
  dq: unhex(numbers.dq),
  qi: unhex(numbers.qi),
})

/** Keys in and out, signatures, RSA decryption. */
export function* signatureCases(provider: CryptoProvider): Generator<ConformanceCase> {
  yield* rsaCases(provider)
  yield* knownSignatures(provider)
  yield* generatedKeys(provider)
  yield* badKeys(provider)
}

function* rsaCases(provider: CryptoProvider): Generator<ConformanceCase> {
  const algorithms: [SignatureAlgorithm, string][] = [
    ...vectors.rsa.pkcs1.map(({ hash, signature }): [SignatureAlgorithm, string] => [
      { name: 'rsa-pkcs1', hash },
      signature,
    ]),
    ...vectors.rsa.pss.map(({ hash, saltLength, signature }): [SignatureAlgorithm, string] => [
      { name: 'rsa-pss', hash, mgfHash: hash, saltLength },
      signature,
    ]),
  ]
  for (const [algorithm, signature] of algorithms) {
    if (!provider.supportsSignature(algorithm)) continue
    const hash = 'hash' in algorithm ? algorithm.hash : ''
    const label = `${algorithm.name} ${hash}${'saltLength' in algorithm ? ` salt ${algorithm.saltLength}` : ''}`
    yield {
      name: `${label}: known answer, signing, tampering`,
      async run() {
        const key = provider.importPublicKey(rsaPublic())
        await verifies(key.verify.bind(key), algorithm, unhex(signature))
        const made = await provider.importPrivateKey(rsaPrivate()).sign(algorithm, MESSAGE)
        if (algorithm.name === 'rsa-pkcs1') equalBytes(made, signature, 'signature')
        await verifies(key.verify.bind(key), algorithm, made)
      },
    }
  }
  yield {
    name: 'rsa-pss: the mask hash may be another',
    async run() {
      const algorithm = { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha1', saltLength: 20 } as const
      if (!provider.supportsSignature(algorithm)) return
      const signature = await provider.importPrivateKey(rsaPrivate()).sign(algorithm, MESSAGE)
      const key = provider.importPublicKey(rsaPublic())
      check((await key.verify(algorithm, MESSAGE, signature)) === true, 'refused')
      const same = { ...algorithm, mgfHash: 'sha256' } as const
      check((await key.verify(same, MESSAGE, signature)) === false, 'accepted with the other mask')
    },
  }
  yield {
    name: 'rsa-pss: parameters in the key bind it',
    async run() {
      const pss = { hash: 'sha256', mgfHash: 'sha256', saltLength: 32 } as const
      const key = provider.importPrivateKey({ ...rsaPrivate(), type: 'rsa-pss', pss })
      const fits = { name: 'rsa-pss', ...pss } as const
      check(provider.supportsSignature(fits, key), 'supportsSignature')
      const signature = await key.sign(fits, MESSAGE)
      check((await provider.importPublicKey(key.publicKey).verify(fits, MESSAGE, signature)) === true, 'verify')
      for (const bad of [
        { ...fits, hash: 'sha384', mgfHash: 'sha384' },
        { ...fits, mgfHash: 'sha1' },
        { ...fits, saltLength: 20 },
        { name: 'rsa-pkcs1', hash: 'sha256' },
      ] as const) {
        check(!provider.supportsSignature(bad, key), 'supportsSignature says yes')
        await refuses(() => key.sign(bad, MESSAGE), 'signing outside the parameters', 'UNSUPPORTED')
      }
    },
  }
  yield {
    name: 'rsa: the premaster secret, and implicit rejection',
    async run() {
      const key = provider.importPrivateKey(rsaPrivate())
      const publicKey = provider.importPublicKey(rsaPublic())
      if (!key.decryptPremaster || !publicKey.encrypt) return
      const premaster = provider.randomBytes(48)
      equalBytes(await key.decryptPremaster(publicKey.encrypt(premaster)), premaster, 'premaster')
      const wrong: [string, Uint8Array][] = [
        ['47 bytes', publicKey.encrypt(premaster.subarray(1))],
        ['49 bytes', publicKey.encrypt(new Uint8Array(49))],
        ['no bytes', publicKey.encrypt(new Uint8Array(0))],
        ['noise', Uint8Array.from(provider.randomBytes(128), (b, i) => (i === 0 ? 0 : b))],
        ['a short ciphertext', provider.randomBytes(127)],
        ['a ciphertext above the modulus', new Uint8Array(128).fill(255)],
      ]
      for (const [what, ciphertext] of wrong) {
        const first = await key.decryptPremaster(ciphertext)
        check(first.length === 48 && hex(first) !== hex(premaster), `${what}: not a synthetic secret`)
        const again = await provider.importPrivateKey(rsaPrivate()).decryptPremaster!(ciphertext)
        equalBytes(again, first, `${what}: the same each time`)
      }
      await refuses(() => publicKey.encrypt!(new Uint8Array(118)), 'a message too long', 'INVALID_LENGTH')
    },
  }
}

type Verify = (algorithm: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array) => unknown

/** The true signature passes; nothing near it does, and nothing throws. */
async function verifies(verify: Verify, algorithm: SignatureAlgorithm, signature: Uint8Array): Promise<void> {
  check((await verify(algorithm, MESSAGE, signature)) === true, 'the true signature')
  check((await verify(algorithm, flipped(MESSAGE, 5), signature)) === false, 'another message')
  const middle = signature.length >> 1
  for (const bad of [
    new Uint8Array(0),
    new Uint8Array(signature.length),
    new Uint8Array(signature.length).fill(255),
    signature.subarray(1),
    signature.subarray(0, signature.length - 1),
    Uint8Array.of(...signature, 0),
    Uint8Array.of(0, ...signature),
    flipped(signature, 0),
    flipped(signature, middle),
    flipped(signature, signature.length - 1),
  ]) {
    check((await verify(algorithm, MESSAGE, bad)) === false, `a wrong signature of ${bad.length} bytes`)
  }
}

function* knownSignatures(provider: CryptoProvider): Generator<ConformanceCase> {
  for (const { curve, hash, point, signature } of vectors.ecdsa) {
    const algorithm = { name: 'ecdsa', hash } as const
    if (!provider.supportsSignature(algorithm, { type: 'ec', curve, bits: 0 })) continue
    yield {
      name: `ecdsa ${curve} ${hash}: known signature, strict DER`,
      async run() {
        const key = provider.importPublicKey({ type: 'ec', curve, point: unhex(point) })
        const der = unhex(signature)
        await verifies(key.verify.bind(key), algorithm, der)
        // The same numbers in BER: a length that could be shorter, an integer with a needless zero
        const long = Uint8Array.of(0x30, 0x82, 0, der.length - 2, ...der.subarray(2))
        const zero = Uint8Array.of(0x30, der[1] + 1, 2, der[3] + 1, 0, ...der.subarray(4))
        if (der[1] < 0x7f) {
          check((await key.verify(algorithm, MESSAGE, long)) === false, 'a long length')
          check((await key.verify(algorithm, MESSAGE, zero)) === false, 'a needless zero')
        }
      },
    }
  }
  for (const { name, seed, publicKey, signature } of vectors.edwards) {
    if (!provider.supportsSignature({ name })) continue
    yield {
      name: `${name}: known key and signature`,
      async run() {
        const key = provider.importPublicKey({ type: name, bytes: unhex(publicKey) })
        await verifies(key.verify.bind(key), { name }, unhex(signature))
        const signer = provider.importPrivateKey({ type: name, bytes: unhex(seed) })
        equalBytes('bytes' in signer.publicKey ? signer.publicKey.bytes : null, publicKey, 'public key')
        equalBytes(await signer.sign({ name }, MESSAGE), signature, 'signature')
      },
    }
  }
}

const GENERATED: readonly [KeySpec, SignatureAlgorithm][] = [
  [
    { type: 'rsa', bits: 1024 },
    { name: 'rsa-pkcs1', hash: 'sha256' },
  ],
  [
    { type: 'rsa', bits: 1024, e: 3 },
    { name: 'rsa-pkcs1', hash: 'sha256' },
  ],
  [
    { type: 'rsa-pss', bits: 1026 },
    { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha256', saltLength: 32 },
  ],
  ...(
    [
      'secp224r1',
      'secp256r1',
      'secp384r1',
      'secp521r1',
      'secp256k1',
      'brainpoolP256r1',
      'brainpoolP384r1',
      'brainpoolP512r1',
    ] as const
  ).map((curve): [KeySpec, SignatureAlgorithm] => [
    { type: 'ec', curve },
    { name: 'ecdsa', hash: 'sha384' },
  ]),
  [{ type: 'ed25519' }, { name: 'ed25519' }],
  [{ type: 'ed448' }, { name: 'ed448' }],
  [{ type: 'ml-dsa-44' }, { name: 'ml-dsa-44' }],
  [{ type: 'ml-dsa-65' }, { name: 'ml-dsa-65' }],
  [{ type: 'ml-dsa-87' }, { name: 'ml-dsa-87' }],
]

function* generatedKeys(provider: CryptoProvider): Generator<ConformanceCase> {
  for (const [spec, algorithm] of GENERATED) {
    if (!provider.supportsSignature(algorithm)) continue
    const label = 'curve' in spec ? spec.curve : `${spec.type}${'bits' in spec ? ` ${spec.bits}` : ''}`
    yield {
      name: `${label}: generated, exported, imported`,
      async run() {
        const key = ifOffered(() => provider.generateKey(spec))
        if (!key) return
        check(key.type === spec.type, 'type')
        if ('bits' in spec) check(key.bits === spec.bits, `${key.bits} bits`)
        const again = provider.importPrivateKey(key.data)
        check(JSON.stringify(stringsOf(again.publicKey)) === JSON.stringify(stringsOf(key.publicKey)), 'public key')
        const verifier = provider.importPublicKey(key.publicKey)
        check(verifier.bits === key.bits && verifier.curve === key.curve, 'what the key says of itself')
        await verifies(verifier.verify.bind(verifier), algorithm, await again.sign(algorithm, MESSAGE))
        check(provider.supportsSignature(algorithm, verifier), 'supportsSignature')
        const other = algorithm.name === 'ed25519' ? ({ name: 'ed448' } as const) : ({ name: 'ed25519' } as const)
        check(!provider.supportsSignature(other, verifier), 'supportsSignature of another algorithm')
        await refuses(() => key.sign(other, MESSAGE), 'signing with another algorithm', 'UNSUPPORTED')
        await refuses(() => verifier.verify(other, MESSAGE, MESSAGE), 'verifying with another', 'UNSUPPORTED')
      },
    }
  }
}

function stringsOf(data: PublicKeyData): Record<string, string> {
  const entries = Object.entries(data).map(([k, v]) => [k, v instanceof Uint8Array ? hex(v) : JSON.stringify(v)])
  return Object.fromEntries(entries.sort())
}

/** Where RSA keys are not generated at all, unfit ones are not either. */
const UNFIT = ['INVALID_PARAMETER', 'UNSUPPORTED'] as const

function* badKeys(provider: CryptoProvider): Generator<ConformanceCase> {
  yield {
    name: 'rsa: unfit public numbers are refused',
    async run() {
      const n = unhex(numbers.n)
      const e = unhex(numbers.e)
      const even = n.slice()
      even[even.length - 1] &= 0xfe
      const bad: [string, Uint8Array, Uint8Array][] = [
        ['an even modulus', even, e],
        ['a modulus of 256 bits', n.subarray(0, 32), e],
        ['a modulus of 32768 bits', new Uint8Array(4096).fill(255), e],
        ['no modulus', new Uint8Array(0), e],
        ['exponent 0', n, Uint8Array.of(0)],
        ['exponent 1', n, Uint8Array.of(1)],
        ['an even exponent', n, Uint8Array.of(1, 0, 0)],
        ['an exponent beyond the modulus', n, new Uint8Array(129).fill(255)],
      ]
      for (const [what, modulus, exponent] of bad) {
        await refuses(() => provider.importPublicKey({ type: 'rsa', n: modulus, e: exponent }), what, 'INVALID_KEY')
      }
    },
  }
  yield {
    name: 'rsa: private numbers that do not belong together are refused',
    async run() {
      for (const field of ['n', 'p', 'q', 'dp', 'dq', 'qi'] as const) {
        const key = rsaPrivate()
        const changed = { ...key, [field]: Uint8Array.from(key[field], (b, i) => (i === 20 ? b ^ 2 : b)) }
        await refuses(() => provider.importPrivateKey(changed), `${field} changed`, 'INVALID_KEY')
      }
    },
  }
  yield {
    name: 'ec: points off the curve and private keys out of range are refused',
    async run() {
      for (const { curve, point } of vectors.ecdsa) {
        const good = unhex(point)
        if (!ifOffered(() => provider.importPublicKey({ type: 'ec', curve, point: good }))) continue
        const half = (good.length - 1) / 2
        const compressed = Uint8Array.from(good.subarray(0, 1 + half), (b, i) =>
          i === 0 ? 2 + (good[good.length - 1] & 1) : b,
        )
        check(provider.importPublicKey({ type: 'ec', curve, point: compressed }).curve === curve, 'compressed')
        for (const bad of [
          flipped(good, good.length - 1),
          flipped(good, 0),
          good.subarray(1),
          new Uint8Array(1),
          new Uint8Array(0),
          Uint8Array.from(good, (_, i) => (i === 0 ? 4 : 255)),
        ]) {
          const what = `${curve} point of ${bad.length} bytes`
          await refuses(() => provider.importPublicKey({ type: 'ec', curve, point: bad }), what, 'INVALID_KEY')
        }
        for (const d of [new Uint8Array(half), new Uint8Array(half).fill(255)]) {
          await refuses(() => provider.importPrivateKey({ type: 'ec', curve, d }), `${curve} key`, 'INVALID_KEY')
        }
      }
    },
  }
  yield {
    name: 'raw keys of a wrong length are refused',
    async run() {
      for (const [type, length] of [
        ['ed25519', 32],
        ['ed448', 57],
        ['x25519', 32],
        ['x448', 56],
        ['ml-dsa-44', 1312],
      ] as const) {
        for (const wrong of [0, length - 1, length + 1]) {
          const bytes = new Uint8Array(wrong)
          const codes = ['INVALID_KEY', 'UNSUPPORTED'] as const
          await refuses(() => provider.importPublicKey({ type, bytes }), `${type} of ${wrong}`, ...codes)
          await refuses(() => provider.importPrivateKey({ type, bytes }), `private ${type} of ${wrong}`, ...codes)
        }
      }
    },
  }
  yield {
    name: 'unfit sizes are not generated',
    async run() {
      for (const bits of [0, 256, 1023, 32768, 1024.5]) {
        await refuses(() => provider.generateKey({ type: 'rsa', bits }), `${bits} bits`, ...UNFIT)
      }
      for (const e of [0, 1, 2, 65536]) {
        await refuses(() => provider.generateKey({ type: 'rsa', bits: 1024, e }), `e = ${e}`, ...UNFIT)
      }
    },
  }
}
