import { afterEach, describe, expect, test } from 'vitest'
import { nodeProvider as provider } from '../src/node.ts'
import type { KeySpec, SignatureAlgorithm } from '../src/provider.ts'

/** node:crypto reads its options off Object.prototype too; what is asked of it here is not changed by what is there. */

// Not `d` and `kty`, which Node reads of objects of its own making: with them importing an RSA key, or X25519, fails.
const NAMES = [
  'padding',
  'saltLength',
  'dsaEncoding',
  'context',
  'format',
  'type',
  'passphrase',
  'cipher',
  'encoding',
  'authTagLength',
  'oaepHash',
  'oaepLabel',
  'p',
  'crv',
  'x',
  'k',
  'N',
  'cost',
  'maxmem',
  'outputLength',
  'modulusLength',
  'publicKeyEncoding',
  'privateKeyEncoding',
  'namedCurve',
  'hashAlgorithm',
  'plaintextLength',
  'asymmetricKeyType',
]
const VALUES: unknown[] = ['pem', 5, {}, 'base64']

const SIGNERS: [KeySpec, SignatureAlgorithm][] = [
  [
    { type: 'rsa', bits: 2048 },
    { name: 'rsa-pkcs1', hash: 'sha256' },
  ],
  [
    { type: 'rsa', bits: 2048 },
    { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha256', saltLength: 32 },
  ],
  [
    { type: 'ec', curve: 'secp256r1' },
    { name: 'ecdsa', hash: 'sha256' },
  ],
  [{ type: 'ed25519' }, { name: 'ed25519' }],
  [{ type: 'ml-dsa-44' }, { name: 'ml-dsa-44' }],
]
const message = new TextEncoder().encode('message')
const made = SIGNERS.map(([spec, algorithm]) => ({ key: provider.generateKey(spec), algorithm }))

/** All that the provider does with OpenSSL, once. @returns what does not depend on chance */
function everything(): unknown[] {
  const seen: unknown[] = []
  for (const { key, algorithm } of made) {
    const signature = key.sign(algorithm, message) as Uint8Array
    seen.push(provider.importPublicKey(key.publicKey).verify(algorithm, message, signature))
    const again = provider.importPrivateKey(key.data)
    const another = again.sign(algorithm, message) as Uint8Array
    seen.push(again.publicKey, provider.importPublicKey(again.publicKey).verify(algorithm, message, another))
  }
  for (const name of ['x25519', 'x448', 'secp256r1', 'ffdhe2048', 'X25519MLKEM768'] as const) {
    const group = provider.groups[name]
    if (!group) continue
    const initiator = group.initiate()
    const { share, secret } = group.respond(initiator.share) as { share: Uint8Array; secret: Uint8Array }
    seen.push([...(initiator.complete(share) as Uint8Array)].join() === [...secret].join())
  }
  for (const name of ['aes-128-gcm', 'chacha20-poly1305', 'aes-128-ccm', 'aes-128-ccm-8'] as const) {
    const algorithm = provider.aeads[name]
    if (!algorithm) continue
    const aead = algorithm.create(new Uint8Array(algorithm.keyLength))
    const nonce = new Uint8Array(algorithm.nonceLength)
    const buffer = new Uint8Array(message.length + aead.tagLength)
    buffer.set(message)
    aead.seal(nonce, message, buffer, 0, message.length)
    seen.push(buffer.slice(), aead.open(nonce, message, buffer, 0, buffer.length)?.slice())
  }
  seen.push(provider.hashes.sha256?.digest(message), provider.hashes.sha256?.hmac(message).mac(message))
  seen.push(provider.scrypt?.(message, message, { cost: 16, blockSize: 1, parallelization: 1 }, 16))
  seen.push(provider.pbkdf2?.('sha256', message, message, 2, 16))
  return seen
}

const pollution = Object.prototype as Record<string, unknown>
afterEach(() => {
  for (const name of NAMES) delete pollution[name]
})

describe.each(NAMES)('Object.prototype.%s', (name) => {
  const clean = everything()
  test.each(VALUES)('changes nothing: %j', (value) => {
    pollution[name] = value
    const polluted = everything()
    delete pollution[name]
    expect(polluted).toEqual(clean)
  })
})
