import { gzipSync } from 'node:zlib'
import type { Credential } from '@x/tls-handshake'
import { encodeKeyUpdate } from '../../../../packages/tls-handshake/src/messages/key-update.ts'
import { updateWriteKeys } from '../../../../packages/tls-handshake/src/tls13/key-update.ts'
import type { EvilPeer } from '../../../../packages/tls-handshake/test/harness/evil.ts'
import * as chain from './hostile-chains.ts'
import * as wire from './hostile-hellos.ts'

/** A kind of hostile input. */
export interface Row {
  readonly name: string
  readonly victim: 'server' | 'client'
  /** The server asks for certificates. */
  readonly asks?: boolean
  readonly maxVersion?: 'TLSv1.2'
  /** More than one on a connection. */
  readonly handshakes?: number
  /** Bytes that are sent as they are, in pieces of so many bytes. */
  readonly bytes?: () => Uint8Array
  readonly pieces?: number
  /** What the peer shows in a handshake. */
  readonly credential?: () => Credential
  /** What the peer does once the handshake is over, or in place of a message of it. */
  readonly after?: (peer: EvilPeer) => void
  readonly instead?: (message: Uint8Array, type: number) => Uint8Array | undefined
  /** Each message in records of this size. */
  readonly recordSize?: number
}

const { extension, share, times, u16, usual, vector16, versions13 } = wire
const hello = (more: readonly number[], suites?: readonly number[]) => () =>
  wire.records(wire.hello([...usual(), ...versions13, ...share, ...more], suites))
/** Of a hello's 65,535 bytes of extensions, what is free. */
const ROOM = 65_000

const hellos: Row[] = [
  {
    name: 'a hello in records of one byte',
    bytes: () =>
      wire.records(wire.hello([...usual(), ...versions13, ...share, ...extension(21, new Array(15000).fill(0))]), 1),
  },
  {
    name: 'half a hello in records of one byte',
    bytes: () => wire.records(wire.message(1, new Array(16000).fill(0)).subarray(0, 15990), 1),
  },
  { name: 'a hello in segments of one byte', bytes: hello(extension(21, new Array(3000).fill(0))), pieces: 1 },
  {
    name: 'half a hello of 131,000 bytes',
    bytes: () => wire.records(wire.message(1, new Array(131_000).fill(0)).subarray(0, 130_000)),
  },
  { name: '65,000 bytes of padding', bytes: hello(extension(21, new Array(ROOM).fill(0))) },
  {
    name: 'one suite 30,000 times',
    bytes: hello(
      [],
      times(30_000, () => [0xc0, 0x2b]),
    ),
  },
  { name: '30,000 suites', bytes: hello([], times(30_000, u16)) },
  {
    name: '30,000 suites without ours',
    bytes: () =>
      wire.records(
        wire.hello(
          [...usual(), ...versions13, ...share],
          times(30_000, (i) => u16(0xd000 + (i % 4000))),
        ),
      ),
  },
  {
    name: '30,000 suites, TLS 1.2',
    maxVersion: 'TLSv1.2',
    bytes: () =>
      wire.records(
        wire.hello(
          usual(),
          times(30_000, (i) => u16(0xd000 + (i % 4000))),
        ),
      ),
  },
  {
    name: '30,000 signature schemes',
    bytes: () => wire.records(wire.hello([...usual(times(30_000, () => [0xfe, 0xfe])), ...versions13, ...share])),
  },
  {
    name: '15,000 suites, 15,000 schemes, TLS 1.2',
    maxVersion: 'TLSv1.2',
    bytes: () =>
      wire.records(
        wire.hello(
          usual([...times(15_000, () => [0xfe, 0xfe]), 4, 1]),
          times(15_000, () => [0xc0, 0x2b]),
        ),
      ),
  },
  {
    name: '30,000 groups',
    bytes: () =>
      wire.records(
        wire.hello([
          ...usual(
            undefined,
            times(30_000, (i) => u16(0x4000 + (i % 9000))),
          ),
          ...versions13,
          ...share,
        ]),
      ),
  },
  {
    name: '30,000 groups, TLS 1.2',
    maxVersion: 'TLSv1.2',
    bytes: () =>
      wire.records(
        wire.hello(
          usual(
            undefined,
            times(30_000, (i) => u16(0x4000 + (i % 9000))),
          ),
        ),
      ),
  },
  {
    name: '12,000 key shares',
    bytes: () =>
      wire.records(
        wire.hello([
          ...usual(),
          ...versions13,
          ...extension(51, vector16(times(12_000, (i) => [...u16(0x4000 + i), 0, 1, 0]))),
        ]),
      ),
  },
  {
    name: 'one key share 1,500 times',
    bytes: () =>
      wire.records(
        wire.hello([
          ...usual(),
          ...versions13,
          ...extension(51, vector16(times(1500, () => [0, 29, 0, 32, 9, ...new Array<number>(31).fill(0)]))),
        ]),
      ),
  },
  { name: '20,000 ALPN names', bytes: hello(extension(16, vector16(times(20_000, (i) => [2, ...u16(i)])))) },
  {
    name: '1,600 PSK identities',
    bytes: hello([
      ...extension(45, [1, 1]),
      ...extension(41, [
        ...vector16(times(1600, (i) => [...vector16([1, ...u16(i)]), 0, 0, 0, 0])),
        ...vector16(times(1600, () => [32, ...new Array<number>(32).fill(1)])),
      ]),
    ]),
  },
  {
    name: 'a PSK identity of 60,000 bytes',
    bytes: hello([
      ...extension(45, [1, 1]),
      ...extension(41, [
        ...vector16([...vector16(new Array(60_000).fill(5)), 0, 0, 0, 0]),
        ...vector16([32, ...new Array<number>(32).fill(1)]),
      ]),
    ]),
  },
  {
    name: 'a ticket of 60,000 bytes, TLS 1.2',
    maxVersion: 'TLSv1.2',
    bytes: () => wire.records(wire.hello([...usual(), ...extension(35, new Array(60_000).fill(3))])),
  },
  { name: '12,000 server names', bytes: hello(extension(0, vector16(times(12_000, () => [0, 0, 1, 97])))) },
  {
    name: 'a server name of 60,000 bytes',
    bytes: hello(extension(0, vector16([0, ...vector16(new Array(60_000).fill(97))]))),
  },
  {
    name: '120 versions',
    bytes: () =>
      wire.records(wire.hello([...usual(), ...extension(43, [254, ...times(127, (i) => u16(0x7f00 + i))]), ...share])),
  },
  { name: '15,000 unknown extensions', bytes: hello(times(15_000, (i) => extension(0x5000 + i, []))) },
  { name: 'one extension twice', bytes: hello([...extension(0x5000, []), ...extension(0x5000, [])]) },
  { name: 'a cookie of 60,000 bytes', bytes: hello(extension(44, vector16(new Array(60_000).fill(1)))) },
  {
    name: '9,000 OCSP responders',
    bytes: hello(extension(5, [1, ...vector16(times(9_000, () => [0, 4, 1, 2, 3, 4])), 0, 0])),
  },
  { name: '120 compression algorithms', bytes: hello(extension(27, [254, ...times(127, u16)])) },
  { name: '9,000 authorities', bytes: hello(extension(47, vector16(times(9_000, () => [0, 4, 0x30, 2, 0x31, 0])))) },
  { name: '18,000 warning alerts', bytes: () => wire.records(Uint8Array.from(times(18_000, () => [1, 112])), 2, 21) },
  { name: '20,000 empty records', bytes: () => Uint8Array.from(times(20_000, () => [22, 3, 1, 0, 0])) },
  {
    name: 'a hello, and 20,000 ChangeCipherSpecs',
    bytes: () =>
      new Uint8Array(Buffer.concat([hello([])(), Uint8Array.from(times(20_000, () => [20, 3, 3, 0, 1, 1]))])),
  },
  {
    name: '128 KiB of noise',
    bytes: () =>
      new Uint8Array(gzipSync(Uint8Array.from(times(131_072, (i) => [(i * 2654435761) >>> 24]))).subarray(0, 131_072)),
  },
  {
    name: '128 KiB of HTTP',
    bytes: () => new Uint8Array(Buffer.from(`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(21_000)}`)),
  },
  {
    name: 'garbage behind a hello',
    bytes: () => new Uint8Array(Buffer.concat([hello([])(), Buffer.alloc(100_000, 23)])),
  },
].map((row) => ({ victim: 'server' as const, ...row }) as Row)

// --- Certificates

const subtree = (index: number): Buffer => chain.seq(chain.dns(`n${index}.test`))
const constraints = (count: number): Buffer =>
  chain.extension('2.5.29.30', chain.seq(chain.tlv(0xa1, ...chain.many(count, subtree))), true)
const names = (count: number): Buffer =>
  chain.extension('2.5.29.17', chain.seq(...chain.many(count, (i) => chain.dns(`x${i}.example`))))
const policy = (index: number): Buffer => chain.seq(chain.oid(`1.2.3.${index}`))
const policies = (count: number): Buffer => chain.extension('2.5.29.32', chain.seq(...chain.many(count, policy)))
const mappings = (count: number): Buffer =>
  chain.extension(
    '2.5.29.33',
    chain.seq(...chain.many(count, (i) => chain.seq(chain.oid(`1.2.3.${i % 40}`), chain.oid(`1.2.3.${(i * 7) % 40}`)))),
  )

function nested(depth: number): Buffer {
  let inner: Buffer = Buffer.alloc(0)
  for (let i = 0; i < depth; i++) inner = chain.seq(inner)
  return inner
}

function rsaKey(modulus: number, exponent: number): Buffer {
  const number = (bytes: number): Buffer => chain.tlv(2, [0], Buffer.alloc(bytes, 0xc5))
  const key = chain.seq(number(modulus), exponent > 4 ? number(exponent) : chain.tlv(2, [1, 0, 1]))
  return chain.seq(chain.seq(chain.oid('1.2.840.113549.1.1.1'), chain.tlv(5)), chain.tlv(3, [0], key))
}

/** A chain of authorities, each with these extensions, up to nobody. */
function ladder(depth: number, extensions: (level: number) => readonly Buffer[], leaf: readonly Buffer[]): Credential {
  const rungs = Array.from({ length: depth }, (_, level) =>
    chain.certificate({
      subject: chain.name(`ca ${level}`),
      issuer: chain.name(`ca ${level + 1}`),
      extensions: [chain.CA, ...extensions(level)],
    }),
  )
  return chain.credential(
    chain.certificate({ subject: chain.name('leaf'), issuer: chain.name('ca 0'), extensions: leaf }),
    ...rungs,
  )
}

const CHAINS: Readonly<Record<string, () => Credential>> = {
  '12 authorities with 250 constraints each, 2,000 names': () => ladder(12, () => [constraints(250)], [names(2000)]),
  'an authority with 3,000 constraints, 2,000 names': () => ladder(1, () => [constraints(3000)], [names(2000)]),
  '4,500 names': () => ladder(0, () => [], [names(4500)]),
  '3,000 names written out by the common name': () =>
    chain.credential(
      chain.certificate({ subject: chain.name(...Array.from({ length: 3000 }, (_, i) => `name ${i}`)) }),
    ),
  'an issuer with 90,000 spaces': () =>
    chain.credential(chain.certificate({ issuer: chain.name(`a${' '.repeat(90_000)}b`) })),
  'a subject with 90,000 spaces in a row of authorities': () =>
    ladder(3, (level) => [chain.extension(`1.2.3.${level}`, chain.name(`a${' '.repeat(20_000)}b`))], []),
  '10 authorities with 400 policies and 400 mappings': () =>
    ladder(10, () => [policies(400), mappings(400)], [policies(400)]),
  '500 tiny certificates of one name': () =>
    chain.credential(
      ...Array.from({ length: 500 }, (_, i) =>
        chain.certificate({ subject: chain.name('same'), issuer: chain.name('same'), serial: [1, i >> 8, i & 255] }),
      ),
    ),
  '400 certificates in a circle': () =>
    chain.credential(
      ...Array.from({ length: 400 }, (_, i) =>
        chain.certificate({
          subject: chain.name(`${i % 20}`),
          issuer: chain.name(`${(i + 1) % 20}`),
          extensions: [chain.CA],
        }),
      ),
    ),
  'an extension of 12,000 SEQUENCEs, one in the other': () =>
    ladder(0, () => [], [chain.extension('2.5.29.17', nested(12_000))]),
  '5,000 extensions': () =>
    chain.credential(
      chain.certificate({ extensions: chain.many(5000, (i) => chain.extension(`1.2.3.${i}`, [5, 0])) as Buffer[] }),
    ),
  'one extension 5,000 times': () =>
    chain.credential(
      chain.certificate({
        extensions: chain.many(5000, () => chain.extension('2.5.29.17', chain.seq(chain.dns('a')))) as Buffer[],
      }),
    ),
  'a serial number of 90,000 bytes': () => chain.credential(chain.certificate({ serial: Buffer.alloc(90_000, 0x41) })),
  'an authority with an RSA modulus of 90,000 bytes': () =>
    chain.credential(
      chain.certificate({ issuer: chain.name('big') }),
      chain.certificate({
        subject: chain.name('big'),
        issuer: chain.name('big'),
        spki: rsaKey(90_000, 3),
        extensions: [chain.CA],
      }),
    ),
  'an authority with an RSA exponent of 2,000 bytes': () =>
    chain.credential(
      chain.certificate({ issuer: chain.name('big') }),
      chain.certificate({
        subject: chain.name('big'),
        issuer: chain.name('big'),
        spki: rsaKey(2000, 2000),
        extensions: [chain.CA],
      }),
    ),
  'an object identifier of 90,000 bytes': () =>
    chain.credential(
      chain.certificate({
        extensions: [chain.seq(chain.tlv(6, Buffer.alloc(90_000, 0x81), [1]), chain.tlv(4, [5, 0]))],
      }),
    ),
  '2,500 places to fetch CRLs': () =>
    ladder(0, () => [], [
      chain.extension(
        '2.5.29.31',
        chain.seq(
          ...chain.many(2500, (i) =>
            chain.seq(chain.tlv(0xa0, chain.tlv(0xa0, chain.tlv(0x86, Buffer.from(`http://c/${i}`))))),
          ),
        ),
      ),
    ]),
  'an SCT list of 60,000 bytes': () =>
    ladder(0, () => [], [
      chain.extension(
        '1.3.6.1.4.1.11129.2.4.2',
        chain.tlv(
          4,
          u16(60_002),
          u16(60_000),
          times(1200, () => [0, 48, ...new Array<number>(48).fill(0)]),
        ),
      ),
    ]),
  '30,000 empty values in an extension': () =>
    ladder(0, () => [], [chain.extension('2.5.29.17', chain.seq(...chain.many(30_000, () => [5, 0])))]),
  'a name of 20,000 empty sets': () =>
    chain.credential(chain.certificate({ subject: chain.seq(...chain.many(20_000, () => [0x31, 0])) })),
  'an extension in 30,000 pieces': () =>
    chain.credential(
      chain.certificate({
        extensions: [
          chain.seq(chain.oid('2.5.29.17'), chain.tlv(0x24, ...chain.many(30_000, () => [4, 1, 0x30]))) as Buffer,
        ],
      }),
    ),
  '10,000 indefinite lengths, one in the other': () =>
    chain.credential(
      chain.certificate({
        extensions: [
          Buffer.concat([Buffer.from('3080'.repeat(10_000), 'hex'), Buffer.alloc(20_000)]),
          chain.extension('2.5.29.19', [0x30, 0]),
        ],
      }),
    ),
  'a name with 900 types of attribute': () =>
    chain.credential(
      chain.certificate({ subject: chain.seq(...chain.many(900, (i) => chain.rdn('v', `2.5.4.${i}`))) }),
    ),
  'control characters in every name': () =>
    chain.credential(chain.certificate({ subject: chain.name('\n\u001b[31m'.repeat(3000)) })),
}

const certificates: Row[] = Object.entries(CHAINS).flatMap(([name, credential]): Row[] => [
  { name, victim: 'client', credential },
  { name, victim: 'server', asks: true, credential },
])

/** What an honest peer shows. */
export const ordinary = (): Credential => ladder(0, () => [], [names(1)])

const others: Row[] = [
  {
    name: 'a Certificate in records of one byte',
    victim: 'client',
    credential: () => ladder(2, () => [], [names(200)]),
    recordSize: 1,
  },
  {
    name: 'half a Certificate in records of one byte',
    victim: 'server',
    asks: true,
    credential: () => ladder(2, () => [], [names(270)]),
    recordSize: 1,
    instead: (message, type) => (type === 11 ? message.subarray(0, message.length - 10) : undefined),
  },
  {
    name: '9,000 names in a CertificateRequest',
    victim: 'client',
    credential: ordinary,
    instead: (_message, type) =>
      type === 8
        ? encrypted(
            wire.message(13, [
              0,
              ...vector16([
                ...usual().slice(8),
                ...extension(47, vector16(times(9_000, () => [0, 4, 0x30, 2, 0x31, 0]))),
              ]),
            ]),
          )
        : undefined,
  },
  {
    name: '2,000 tickets',
    victim: 'client',
    credential: ordinary,
    after: (peer) =>
      say(peer, 2000, (i) => wire.message(4, [0, 0, 1, 0, 0, 0, 0, 0, 2, ...u16(i), 0, 4, 1, 2, 3, 4, 0, 0])),
  },
  {
    name: 'a ticket of 60,000 bytes',
    victim: 'client',
    credential: ordinary,
    after: (peer) =>
      say(peer, 1, () => wire.message(4, [0, 0, 1, 0, 0, 0, 0, 0, 1, 1, ...vector16(new Array(60_000).fill(1)), 0, 0])),
  },
  {
    name: '3,000 empty records after the handshake',
    victim: 'client',
    credential: ordinary,
    after: (peer) => send(peer, 3000, 23, new Uint8Array(0)),
  },
  {
    name: '4,000 records of one byte of data',
    victim: 'client',
    credential: ordinary,
    after: (peer) => send(peer, 4000, 23, Uint8Array.of(1)),
  },
  {
    name: '4,000 warning alerts after the handshake',
    victim: 'client',
    credential: ordinary,
    after: (peer) => send(peer, 4000, 21, Uint8Array.of(1, 90)),
  },
  {
    name: 'a stapled OCSP response of 60,000 bytes',
    victim: 'client',
    credential: () => ({ ...ordinary(), ocspResponse: Buffer.alloc(60_000, 0x30) }),
  },
  {
    name: '4,000 KeyUpdates',
    victim: 'client',
    credential: ordinary,
    after: (peer) => updates(peer, 4000, false),
  },
  {
    name: '1,200 KeyUpdates with data between them',
    victim: 'client',
    credential: ordinary,
    after: (peer) => updates(peer, 1200, true),
  },
  {
    name: '1,200 KeyUpdates with data between them',
    victim: 'server',
    credential: ordinary,
    after: (peer) => updates(peer, 1200, true),
  },
  {
    name: '4,000 HelloRequests',
    victim: 'client',
    maxVersion: 'TLSv1.2',
    credential: ordinary,
    after: (peer) => say(peer, 4000, () => wire.message(0, [])),
  },
  {
    name: 'a renegotiation',
    victim: 'server',
    handshakes: 2,
    maxVersion: 'TLSv1.2',
    credential: ordinary,
    after: (peer) => peer.renegotiate(),
  },
]

function encrypted(bytes: Uint8Array): Uint8Array {
  // Behind EncryptedExtensions, which the client waits for.
  return new Uint8Array(Buffer.concat([wire.message(8, [0, 0]), bytes]))
}

/** KeyUpdates that ask for an answer each. */
function updates(peer: EvilPeer, count: number, withData: boolean): void {
  for (let i = 0; i < count; i++) {
    peer.say(encodeKeyUpdate(true))
    updateWriteKeys({
      secrets: peer.secrets,
      wire: {
        changeWriteKeys(keys) {
          peer.flush()
          peer.writer.protection = keys.writer()
        },
      },
    })
    if (withData) peer.record(23, Uint8Array.of(1))
  }
}

function say(peer: EvilPeer, count: number, message: (index: number) => Uint8Array): void {
  for (let i = 0; i < count; i++) peer.say(message(i))
}

function send(peer: EvilPeer, count: number, type: number, payload: Uint8Array): void {
  for (let i = 0; i < count; i++) peer.record(type, payload)
}

/** Kinds that were outside of the bars once, and the nearest to them: what is looked at where there is little time. */
export const TELLING =
  /one byte|KeyUpdates with|^a hello in segments|constraints each|4,500 names|written out|90,000 spaces|identifier of|^5,000 ext|circle|400 policies|1,600 PSK|^15,000 suites/

export const ROWS: readonly Row[] = [...hellos, ...certificates, ...others]
