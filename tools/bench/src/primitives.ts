/**
 * Every algorithm at record sizes: the portable and the Node provider against raw noble and raw node:crypto, in one run.
 *
 *   tsx src/primitives.ts [--only REGEX] [--rounds N] [--json FILE]
 *
 * Ratios are to the first line of each group. Raw node:crypto is given KeyObjects and keeps its output where OpenSSL put
 * it, so it is the floor; where a contract wants the output in a given buffer, raw node:crypto copies it there as well.
 */
import * as native from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { cbc, gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { concatBytes, randomBytes } from '@noble/ciphers/utils.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256, p384 } from '@noble/curves/nist.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384 } from '@noble/hashes/sha2.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import type {
  AeadAlgorithm,
  AeadName,
  CryptoProvider,
  HashName,
  PrivateKey,
  SignatureAlgorithm,
} from '@x/crypto-primitives'
import { aes128GcmPlain, aes256GcmPlain, chacha20Poly1305Plain } from '@x/crypto-primitives/aead'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { Aead13Writer, ContentType, RecordWriter } from '@x/tls-record'
import * as micro from 'micro-rsa-dsa-dh/rsa.js'
import { compare, type Row, timesFaster } from './measure.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'string' },
  },
})
const only = new RegExp(options.only)
const results: Record<string, Row[]> = {}

function group(title: string, contenders: () => Record<string, () => unknown>): void {
  if (only.test(title)) results[title] = compare(title, contenders(), { rounds: Number(options.rounds) })
}

const SIZES = [64, 256, 1024, 16384]
const random = (length: number) => new Uint8Array(native.randomBytes(length))

for (const [name, noble] of [
  ['sha256', sha256],
  ['sha384', sha384],
] as const) {
  for (const size of SIZES) {
    const data = random(size)
    group(`${name}, ${size} B`, () => ({
      'raw node:crypto': () => native.createHash(name).update(data).digest(),
      'node provider': () => nodeProvider.hashes[name]!.digest(data),
      'raw noble': () => noble(data),
      'portable provider': () => portableProvider.hashes[name]!.digest(data),
    }))
    const key = random(32)
    const keyObject = native.createSecretKey(key)
    const nodeKeyed = nodeProvider.hashes[name]!.hmac(key)
    const portableKeyed = portableProvider.hashes[name]!.hmac(key)
    group(`hmac-${name}, ${size} B`, () => ({
      'raw node:crypto': () => native.createHmac(name, keyObject).update(data).digest(),
      'node provider': () => nodeKeyed.mac(data),
      'raw noble': () => hmac(noble, key, data),
      'portable provider': () => portableKeyed.mac(data),
    }))
  }
}

/** One AEAD at one size, sealing. */
function aead(
  name: AeadName,
  noble:
    | ((key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) => { encrypt(text: Uint8Array): Uint8Array })
    | undefined,
  plainAlgorithm?: AeadAlgorithm,
): void {
  const keyLength = portableProvider.aeads[name]!.keyLength
  const tagLength = portableProvider.aeads[name]!.tagLength
  const key = random(keyLength)
  const keyObject = native.createSecretKey(key)
  const nonce = random(12)
  const aad = random(5)
  const cipher = name.replace('ccm-8', 'ccm') as 'aes-128-gcm'
  const isCcm = name.includes('ccm')
  for (const size of SIZES) {
    const text = random(size)
    const node = nodeProvider.aeads[name]!.create(key)
    const portable = portableProvider.aeads[name]!.create(key)
    const plain = plainAlgorithm?.create(key)
    const buffer = new Uint8Array(size + tagLength + 8)
    buffer.set(text, 5)
    const record = new Uint8Array(buffer.length)
    group(`${name} seal, ${size} B`, () => ({
      'raw node:crypto': () => {
        const c = native.createCipheriv(cipher, keyObject, nonce, { authTagLength: tagLength })
        if (isCcm) c.setAAD(aad, { plaintextLength: size })
        else c.setAAD(aad)
        const out = c.update(text)
        c.final()
        return [out, c.getAuthTag()]
      },
      'raw node:crypto, into a record': () => {
        const c = native.createCipheriv(cipher, keyObject, nonce, { authTagLength: tagLength })
        if (isCcm) c.setAAD(aad, { plaintextLength: size })
        else c.setAAD(aad)
        record.set(c.update(text), 5)
        c.final()
        record.set(c.getAuthTag(), 5 + size)
      },
      ...(node.sealChunks && { 'node provider, sealChunks': () => node.sealChunks!(nonce, aad, text) }),
      'node provider, seal in place': () => node.seal(nonce, aad, buffer, 5, size),
      ...(noble && { 'raw noble': () => noble(key, nonce, aad).encrypt(text) }),
      'portable provider, seal in place': () => portable.seal(nonce, aad, buffer, 5, size),
      ...(plain && { 'without WebAssembly, seal in place': () => plain.seal(nonce, aad, buffer, 5, size) }),
    }))
    const sealed = new Uint8Array(size + tagLength)
    sealed.set(text)
    node.seal(nonce, aad, sealed, 0, size)
    const scratch = sealed.slice()
    const reset = () => scratch.set(sealed)
    group(`${name} open, ${size} B`, () => ({
      'raw node:crypto': () => {
        const d = native.createDecipheriv(cipher, keyObject, nonce, { authTagLength: tagLength })
        d.setAuthTag(sealed.subarray(size))
        if (isCcm) d.setAAD(aad, { plaintextLength: size })
        else d.setAAD(aad)
        const out = d.update(sealed.subarray(0, size))
        d.final()
        return out
      },
      'node provider': () => node.open(nonce, aad, sealed, 0, sealed.length),
      'portable provider (and a copy)': () => {
        reset()
        if (portable.open(nonce, aad, scratch, 0, scratch.length) === null) throw new Error('not opened')
      },
    }))
  }
}
aead('aes-128-gcm', gcm, aes128GcmPlain)
aead('aes-256-gcm', gcm, aes256GcmPlain)
aead('chacha20-poly1305', chacha20poly1305, chacha20Poly1305Plain)
aead('aes-128-ccm', undefined)

/** What the record layer of TLS 1.3 adds to sealing: framing, nonce, copying the content to where it is sent from. */
for (const [title, algorithm] of [
  ['aes-128-gcm, webassembly', portableProvider.aeads['aes-128-gcm']!],
  ['chacha20-poly1305, webassembly', portableProvider.aeads['chacha20-poly1305']!],
  ['aes-128-gcm, javascript', aes128GcmPlain],
  ['chacha20-poly1305, javascript', chacha20Poly1305Plain],
  ['aes-128-gcm, node', nodeProvider.aeads['aes-128-gcm']!],
  ['chacha20-poly1305, node', nodeProvider.aeads['chacha20-poly1305']!],
] as const) {
  const size = 16384
  const content = random(size)
  const [nonce, header] = [random(12), random(5)]
  const buffer = new Uint8Array(size + 24)
  group(`record of ${title}`, () => {
    const aead = algorithm.create(random(algorithm.keyLength))
    const writer = new RecordWriter()
    writer.protection = new Aead13Writer(algorithm, random(algorithm.keyLength), random(12))
    return {
      'bare seal': () =>
        aead.sealChunks ? aead.sealChunks(nonce, header, content) : aead.seal(nonce, header, buffer, 5, size + 1),
      'record layer': () => {
        writer.write(ContentType.application_data, content)
        return writer.takeOutput()
      },
    }
  })
}

/** A record of TLS 1.2 with CBC; there is no raw counterpart, node:crypto has no such operation. */
for (const hash of ['sha1', 'sha256'] as const satisfies readonly HashName[]) {
  for (const size of SIZES) {
    const make = (provider: CryptoProvider) =>
      provider.cbcHmac('aes-128-cbc', hash)!.create({
        key: new Uint8Array(16),
        macKey: new Uint8Array(hash === 'sha1' ? 20 : 32),
        randomBytes: provider.randomBytes,
      })
    const [node, portable] = [make(nodeProvider), make(portableProvider)]
    const header = random(11)
    const buffer = new Uint8Array(size + 100)
    const key = random(16)
    const cipherKey = native.createSecretKey(key)
    const macKey = random(hash === 'sha1' ? 20 : 32)
    const macKeyObject = native.createSecretKey(macKey)
    const noble = hash === 'sha1' ? sha1 : sha256
    // RFC 5246 §6.2.3.2: IV, then data, MAC and padding in CBC.
    const padding = new Uint8Array(16 - ((size + macKey.length) % 16)).fill(15 - ((size + macKey.length) % 16))
    const raw = (place: number) => {
      const iv = native.randomBytes(16)
      const data = buffer.subarray(0, size)
      const mac = native.createHmac(hash, macKeyObject).update(header).update(data).digest()
      const c = native.createCipheriv('aes-128-cbc', cipherKey, iv).setAutoPadding(false)
      const pieces = [iv, c.update(data), c.update(Buffer.concat([mac, padding])), c.final()]
      for (let i = 0; i < pieces.length && place >= 0; place += pieces[i++].length) record.set(pieces[i], place)
    }
    const record = new Uint8Array(size + 100)
    group(`aes-128-cbc with hmac-${hash} seal, ${size} B`, () => ({
      'raw node:crypto': () => raw(-1),
      'raw node:crypto, into a record': () => raw(0),
      'raw noble': () => {
        const data = buffer.subarray(0, size)
        const mac = hmac.create(noble, macKey).update(header).update(data).digest()
        const iv = randomBytes(16)
        return cbc(key, iv, { disablePadding: true }).encrypt(concatBytes(data, mac, padding))
      },
      'node provider, seal in place': () => node.seal(header, buffer, 0, size),
      'portable provider, seal in place': () => portable.seal(header, buffer, 0, size),
    }))
  }
}

for (const [name, noble] of [
  ['secp256r1', p256],
  ['secp384r1', p384],
] as const) {
  const secret = noble.utils.randomSecretKey()
  const peer = noble.getPublicKey(noble.utils.randomSecretKey(), false)
  const openssl = name === 'secp256r1' ? 'prime256v1' : name
  group(`${name}: share and secret`, () => ({
    'raw node:crypto': () => {
      const ecdh = native.createECDH(openssl)
      ecdh.generateKeys()
      return ecdh.computeSecret(peer)
    },
    'node provider': () => nodeProvider.groups[name]!.respond(peer),
    'raw noble': () => [noble.getPublicKey(secret, false), noble.getSharedSecret(secret, peer)],
    'portable provider': () => portableProvider.groups[name]!.respond(peer),
  }))
}
{
  const peer = x25519.keygen()
  const publicKey = native.createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(peer.publicKey).toString('base64url') },
    format: 'jwk',
  })
  group('x25519: share and secret', () => ({
    'raw node:crypto': () => {
      const { privateKey } = native.generateKeyPairSync('x25519')
      return native.diffieHellman({ privateKey, publicKey })
    },
    'node provider': () => nodeProvider.groups.x25519!.respond(peer.publicKey),
    'raw noble': () => {
      const own = x25519.keygen()
      return x25519.getSharedSecret(own.secretKey, peer.publicKey)
    },
    'portable provider': () => portableProvider.groups.x25519!.respond(peer.publicKey),
  }))
  const { publicKey: encapsulationKey } = ml_kem768.keygen()
  const share = new Uint8Array([...encapsulationKey, ...peer.publicKey])
  group('X25519MLKEM768: responding', () => ({
    'raw noble': () => {
      const own = x25519.keygen()
      return [ml_kem768.encapsulate(encapsulationKey), x25519.getSharedSecret(own.secretKey, peer.publicKey)]
    },
    'node provider': () => nodeProvider.groups.X25519MLKEM768!.respond(share),
    'portable provider': () => portableProvider.groups.X25519MLKEM768!.respond(share),
  }))
}
group('ffdhe2048: share and secret', () => {
  const peer = portableProvider.groups.ffdhe2048!.initiate().share
  return {
    'node provider': () => nodeProvider.groups.ffdhe2048!.respond(peer),
    'portable provider': () => portableProvider.groups.ffdhe2048!.respond(peer),
  }
})

const message = random(130)

/** Signing and verifying with one key in both providers. */
function signatures(
  title: string,
  key: PrivateKey,
  algorithm: SignatureAlgorithm,
  raw: { sign?: Record<string, () => unknown>; verify?: Record<string, () => unknown> },
): void {
  const node = nodeProvider.importPrivateKey(key.data)
  const portable = portableProvider.importPrivateKey(key.data)
  const [nodePublic, portablePublic] = [nodeProvider, portableProvider].map((p) => p.importPublicKey(key.publicKey))
  const signature = node.sign(algorithm, message) as Uint8Array
  group(`${title} sign`, () => ({
    ...raw.sign,
    'node provider': () => node.sign(algorithm, message),
    'portable provider': () => portable.sign(algorithm, message),
  }))
  group(`${title} verify`, () => ({
    ...raw.verify,
    'node provider': () => nodePublic.verify(algorithm, message, signature),
    'portable provider': () => portablePublic.verify(algorithm, message, signature),
  }))
}

for (const bits of [2048, 3072]) {
  const key = nodeProvider.generateKey({ type: 'rsa', bits })
  const data = key.data as Extract<PrivateKey['data'], { type: 'rsa' | 'rsa-pss' }>
  const part = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const fields = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const
  const jwk = { kty: 'RSA', ...Object.fromEntries(fields.map((f) => [f, part(data[f])])) }
  const privateKey = native.createPrivateKey({ key: jwk, format: 'jwk' })
  const publicKey = native.createPublicKey(privateKey)
  const pss = { padding: native.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  const integer = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  const scheme = micro.PSS(sha256, micro.mgf1(sha256), 32)
  const microPrivate = { n: integer(data.n), d: integer(data.d) }
  const microPublic = { n: integer(data.n), e: integer(data.e) }
  const signature = native.sign('sha256', message, { key: privateKey, ...pss })
  signatures(
    `RSA-${bits} PSS`,
    key,
    { name: 'rsa-pss', hash: 'sha256', mgfHash: 'sha256', saltLength: 32 },
    {
      sign: {
        'raw node:crypto': () => native.sign('sha256', message, { key: privateKey, ...pss }),
        'micro-rsa-dsa-dh': () => scheme.sign(microPrivate, message),
      },
      verify: {
        'raw node:crypto': () => native.verify('sha256', message, { key: publicKey, ...pss }, signature),
        'micro-rsa-dsa-dh': () => scheme.verify(microPublic, message, signature),
      },
    },
  )
}
{
  const { privateKey, publicKey } = native.generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = privateKey.export({ format: 'jwk' })
  const d = new Uint8Array(Buffer.from(jwk.d!, 'base64url'))
  const key = portableProvider.importPrivateKey({ type: 'ec', curve: 'secp256r1', d })
  const point = (key.publicKey as { point: Uint8Array }).point
  const signature = native.sign('sha256', message, privateKey)
  signatures(
    'ECDSA P-256',
    key,
    { name: 'ecdsa', hash: 'sha256' },
    {
      sign: {
        'raw node:crypto': () => native.sign('sha256', message, privateKey),
        'raw noble': () => p256.sign(message, d),
      },
      verify: {
        'raw node:crypto': () => native.verify('sha256', message, publicKey, signature),
        'raw noble': () => p256.verify(signature, message, point, { format: 'der', lowS: false }),
      },
    },
  )
}
{
  const { privateKey, publicKey } = native.generateKeyPairSync('ed25519')
  const seed = new Uint8Array(Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url'))
  const signature = native.sign(null, message, privateKey)
  const key = portableProvider.importPrivateKey({ type: 'ed25519', bytes: seed })
  const bytes = (key.publicKey as { bytes: Uint8Array }).bytes
  signatures(
    'Ed25519',
    key,
    { name: 'ed25519' },
    {
      sign: {
        'raw node:crypto': () => native.sign(null, message, privateKey),
        'raw noble': () => ed25519.sign(message, seed),
      },
      verify: {
        'raw node:crypto': () => native.verify(null, message, publicKey, signature),
        'raw noble': () => ed25519.verify(signature, message, bytes),
      },
    },
  )
}

const find = (title: string, name: string) => results[title]?.find((row) => row.name === name)
console.log('\nbars')
const sign = results['RSA-2048 PSS sign']
if (sign) {
  const gain =
    find('RSA-2048 PSS sign', 'micro-rsa-dsa-dh')!.ratio / find('RSA-2048 PSS sign', 'portable provider')!.ratio
  console.log(`  RSA-2048 sign, portable: ${gain.toFixed(2)} times micro-rsa-dsa-dh (at least 3.5)`)
}
for (const title of Object.keys(results).filter((name) => / 16384 B$/.test(name))) {
  // What is sealed into a given buffer is compared with the same: OpenSSL's output, copied there.
  const copied = results[title].find(({ name }) => name === 'raw node:crypto, into a record')
  for (const { name, ratio } of results[title]) {
    if (name.startsWith('node provider') && results[title][0].name === 'raw node:crypto') {
      const base = name.endsWith('in place') && copied ? copied.ratio : 1
      console.log(`  ${title}, ${name}: x${(ratio / base).toFixed(3)} of raw node:crypto (at most 1.15)`)
    }
  }
}
/** At least so many times noble's speed: with WebAssembly, and without. */
const AEAD_BARS: Record<string, [string, string]> = {
  'aes-128-gcm seal, 16384 B': [' (at least 6)', ' (at least 1.7)'],
  'aes-128-gcm seal, 256 B': ['', ' (at least 7)'],
  'chacha20-poly1305 seal, 16384 B': [' (at least 4)', ' (at least 2)'],
}
for (const [title, rows] of Object.entries(results)) {
  const noble = rows.find((row) => row.name === 'raw noble')
  if (!noble || !/seal/.test(title)) continue
  const [fast, plain] = AEAD_BARS[title] ?? ['', '']
  for (const row of rows) {
    const { name } = row
    const times = `${timesFaster(row, noble).toFixed(2)} times noble`
    if (name.startsWith('portable')) console.log(`  ${title}, portable: ${times}${fast}`)
    if (name.startsWith('without')) console.log(`  ${title}, without WebAssembly: ${times}${plain}`)
  }
}
for (const [title, rows] of Object.entries(results).filter(([name]) => name.startsWith('record of'))) {
  const bar = title.endsWith('node') ? 0.75 : 0.9
  console.log(`  ${title}: ${timesFaster(rows[1]!, rows[0]!).toFixed(3)} of the bare seal's speed (at least ${bar})`)
}
if (options.json) writeFileSync(options.json, `${JSON.stringify({ node: process.version, results }, null, 1)}\n`)
