/**
 * Does the time of what TLS up to 1.2 does with a secret tell what the secret was? Two classes of input are processed in
 * random order, and the difference of their times is printed with its 95 % confidence interval (Welch). As in dudect,
 * what took longest in both classes together is left out: it is the machine's doing.
 *
 * Each table begins with a control, two classes that are the same: what it shows is noise.
 *
 * usage: pnpm timing [--provider=node,portable] [--records=100000] [--rsa=20000] [--portable-rsa=1000]
 */
import {
  constants,
  createCipheriv,
  createHmac,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { parseArgs } from 'node:util'
import type { CbcName, CryptoProvider, HashName, PrivateKeyData } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { versionedPremaster } from '../../../packages/tls-handshake/src/tls12/premaster.ts'
import { median } from './measure.ts'

const { values: options } = parseArgs({
  options: {
    provider: { type: 'string', default: 'node,portable' },
    records: { type: 'string', default: '100000' },
    rsa: { type: 'string', default: '20000' },
    'portable-rsa': { type: 'string', default: '1000' },
  },
})

/** The part of the samples, the slowest, that is left out. */
const TRIMMED = 0.1

/** Welch's t above which a difference is not noise: dudect's, since there are many lines and one in twenty is over 1.96. */
const CERTAIN = 4.5

/** What is the same in both classes happens in `prepare`, and is not measured; `run` is. */
interface Contest<Input> {
  readonly title: string
  prepare(second: boolean): Input
  run(input: Input): unknown
}

interface Summary {
  readonly mean: number
  /** Of the mean. */
  readonly variance: number
  readonly median: number
}

function summarize(times: readonly number[]): Summary {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  const squares = times.reduce((sum, time) => sum + (time - mean) ** 2, 0)
  return { mean, variance: squares / (times.length - 1) / times.length, median: median(times) }
}

/** Nanoseconds of `count` runs, by class. */
function sample<Input>({ prepare, run }: Contest<Input>, count: number): [number[], number[]] {
  const times: [number[], number[]] = [[], []]
  const order = randomBytes(count)
  for (let i = 0; i < count; i++) {
    const second = order[i] & 1
    const input = prepare(second === 1)
    const before = process.hrtime.bigint()
    run(input)
    times[second].push(Number(process.hrtime.bigint() - before))
  }
  return times
}

function contest<Input>(theirs: Contest<Input>, count: number): void {
  // The compiler gets the time to do its work.
  sample(theirs, Math.min(count, Math.max(200, count >> 4)))
  const times = sample(theirs, count)
  const sorted = times.flat().sort((a, b) => a - b)
  const longest = sorted[Math.floor(sorted.length * (1 - TRIMMED))]
  const [one, other] = times.map((all) => summarize(all.filter((time) => time <= longest)))
  const difference = other.mean - one.mean
  const half = 1.96 * Math.sqrt(one.variance + other.variance)
  const nanoseconds = (value: number) => value.toFixed(0).padStart(6)
  const seen = Math.abs(difference) / Math.sqrt(one.variance + other.variance) > CERTAIN ? 'differs' : ''
  console.log(
    `  ${theirs.title.padEnd(62)}${(one.mean / 1000).toFixed(1).padStart(8)} us ${nanoseconds(difference)} ns  [${nanoseconds(difference - half)}, ${nanoseconds(difference + half)}]  median ${nanoseconds(other.median - one.median)} ns  ${seen}`,
  )
}

// --- CBC records, MAC-then-encrypt

const HEADER = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 23, 3, 3)
/** Plaintext, MAC and padding of every record; room for the longest padding of all. */
const TOTAL = 512

interface Shape {
  /** Padding bytes before the length byte. */
  readonly padding: number
  readonly mac?: 'bad'
  /** Which byte of the padding is wrong, counted from the end. */
  readonly wrong?: number
}

function records(provider: CryptoProvider, cipher: CbcName, hash: HashName, count: number): void {
  const algorithm = provider.cbcHmac(cipher, hash)
  if (!algorithm) return
  const key = randomBytes(algorithm.keyLength)
  const macKey = randomBytes(algorithm.macKeyLength)
  const { blockLength, macLength } = algorithm
  const protection = algorithm.create({ key, macKey, randomBytes: (length) => randomBytes(length) })
  const make = ({ padding, mac, wrong }: Shape): Uint8Array => {
    const content = TOTAL - macLength - 1 - padding
    const plain = randomBytes(TOTAL)
    plain.fill(padding, TOTAL - padding - 1)
    const tag = createHmac(hash, macKey)
      .update(HEADER)
      .update(Uint8Array.of(content >> 8, content))
      .update(plain.subarray(0, content))
      .digest()
    tag[7] ^= mac === 'bad' ? 1 : 0
    tag.copy(plain, content)
    plain[TOTAL - 1 - (wrong ?? 0)] ^= wrong === undefined ? 0 : 0x55
    const iv = randomBytes(blockLength)
    const encryption = createCipheriv(cipher, key, iv).setAutoPadding(false)
    return new Uint8Array(Buffer.concat([iv, encryption.update(plain), encryption.final()]))
  }
  const bad = { padding: 15, mac: 'bad' } as const
  const pairs: [title: string, one: Shape, other: Shape][] = [
    ['control: MAC wrong, twice', bad, bad],
    ['MAC wrong: padding right, wrong in its last byte but one', bad, { ...bad, wrong: 1 }],
    ['MAC wrong: padding right, wrong in its first byte', bad, { ...bad, wrong: 15 }],
    ['MAC wrong: padding right, its length too long for the record', bad, { ...bad, wrong: 0 }],
    ['MAC wrong: padding of 15 bytes, of 255 (Lucky 13)', bad, { ...bad, padding: 255 }],
    ['MAC wrong: padding of 15 bytes, of 16', bad, { ...bad, padding: 16 }],
    ['control: all right, twice', { padding: 15 }, { padding: 15 }],
    ['all right: padding of 15 bytes, of 255', { padding: 15 }, { padding: 255 }],
    ['all right, and MAC wrong (what the alert tells as well)', { padding: 15 }, bad],
  ]
  console.log(`${provider.name}: ${cipher} with ${hash}, ${count} records a line`)
  for (const [title, one, other] of pairs) {
    contest(
      {
        title,
        prepare: (second) => make(second ? other : one),
        run: (record) => protection.open(HEADER, record, 0, record.length),
      },
      count,
    )
  }
}

// --- The premaster secret of an RSA key exchange

const VERSION = 0x0303

interface Premaster {
  readonly length?: number
  readonly version?: number
  /** What the block begins with: 0, 2 is right. */
  readonly start?: readonly [number, number]
  /** A zero byte inside the padding. */
  readonly zeroAt?: number
}

function premasters(provider: CryptoProvider, data: PrivateKeyData & { type: 'rsa' }, count: number): void {
  const key = provider.importPrivateKey(data)
  const decrypt = key.decryptPremaster!
  const jwk = { kty: 'RSA', n: Buffer.from(data.n).toString('base64url'), e: Buffer.from(data.e).toString('base64url') }
  const publicKey: KeyObject = createPublicKey({ key: jwk, format: 'jwk' })
  const size = key.bits / 8
  const random = randomBytes(48)
  const encrypt = ({ length = 48, version = VERSION, start = [0, 2], zeroAt }: Premaster): Uint8Array => {
    const block = randomBytes(size)
    for (let i = 2; i < size; i++) block[i] ||= 1
    block.set(start)
    block[size - length - 1] = 0
    block[size - length] = version >> 8
    block[size - length + 1] = version
    if (zeroAt !== undefined) block[zeroAt] = 0
    return new Uint8Array(publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block))
  }
  const pairs: [title: string, one: Premaster, other: Premaster][] = [
    ['control: all right, twice', {}, {}],
    ['all right, block type wrong', {}, { start: [0, 1] }],
    ['all right, block begins with a byte that is not zero', {}, { start: [1, 2] }],
    ['all right, a zero in the padding', {}, { zeroAt: 9 }],
    ['all right, 47 bytes', {}, { length: 47 }],
    ['all right, 100 bytes', {}, { length: 100 }],
    ['all right, another version', {}, { version: 0x0302 }],
  ]
  console.log(`${provider.name}: premaster secrets, RSA-${key.bits}, ${count} a line`)
  for (const [title, one, other] of pairs) {
    contest(
      {
        title,
        prepare: (second) => encrypt(second ? other : one),
        run: (ciphertext) => versionedPremaster(decrypt(ciphertext) as Uint8Array, VERSION, random),
      },
      count,
    )
  }
}

const rsaKey = nodeProvider.generateKey({ type: 'rsa', bits: 2048 }).data as PrivateKeyData & { type: 'rsa' }
const providers = [
  [nodeProvider, Number(options.rsa)],
  [portableProvider, Number(options['portable-rsa'])],
] as const
for (const [provider, rsa] of providers) {
  if (!options.provider.split(',').includes(provider.name)) continue
  for (const hash of ['sha1', 'sha256', 'sha384'] as const) {
    records(provider, 'aes-128-cbc', hash, Number(options.records))
  }
  premasters(provider, rsaKey, rsa)
}
