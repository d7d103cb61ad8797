import type { CryptoProvider, KeyExchangeGroup } from '../provider.ts'
import { type ConformanceCase, check, equalBytes, flipped, hex, ifOffered, refuses, unhex } from './expect.ts'
import { vectors } from './vectors.ts'

/** Points of small order on Curve25519 (RFC 7748 §6.1 and its security considerations), little-endian. */
const LOW_ORDER_25519 = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

/** Key exchange in each group that is offered. */
export function* groupCases(provider: CryptoProvider): Generator<ConformanceCase> {
  for (const { name, privateValue, share, secret } of [...vectors.weierstrass, ...vectors.montgomery]) {
    const group = provider.groups[name]
    if (!group?.agreeWith) continue
    yield {
      name: `${name}: known answer`,
      run: () => equalBytes(group.agreeWith!(unhex(privateValue), unhex(share)), secret, 'secret'),
    }
  }
  for (const group of Object.values(provider.groups)) {
    yield { name: `${group.name}: two parties agree`, run: () => agree(group) }
    yield { name: `${group.name}: malformed shares are refused`, run: () => malformed(group) }
    if (group.kind === 'dh') {
      yield { name: `${group.name}: public values outside [2, p - 2] are refused`, run: () => outOfRange(group) }
    }
  }
  for (const { name } of vectors.weierstrass) {
    const group = provider.groups[name]
    if (group) yield { name: `${name}: only uncompressed points of the curve`, run: () => offCurve(group) }
  }
  const { x25519 } = provider.groups
  if (x25519) {
    yield {
      name: 'x25519: points of low order are refused',
      async run() {
        for (const u of LOW_ORDER_25519) {
          await refuses(() => x25519.respond(unhex(u)), `respond to ${u}`, 'INVALID_SHARE')
          await refuses(() => x25519.initiate().complete(unhex(u)), `complete ${u}`, 'INVALID_SHARE')
        }
      },
    }
  }
  yield* givenParameters(provider)
}

async function agree(group: KeyExchangeGroup): Promise<void> {
  const secrets = new Set<string>()
  for (let i = 0; i < 2; i++) {
    const initiator = group.initiate()
    check(initiator.share.length === group.initiatorShareLength, 'initiatorShareLength')
    const { share, secret } = await group.respond(initiator.share)
    check(share.length === group.responderShareLength, 'responderShareLength')
    equalBytes(await initiator.complete(share), secret, 'secret')
    secrets.add(hex(secret))
    await refuses(() => initiator.complete(share), 'completing twice', 'OPERATION_FAILED')
  }
  check(secrets.size === 2, 'two exchanges gave one secret')
  const unused = group.initiate()
  const { share } = await group.respond(unused.share)
  unused.destroy()
  await refuses(() => unused.complete(share), 'completing after destroy', 'OPERATION_FAILED')
}

async function malformed(group: KeyExchangeGroup): Promise<void> {
  const initiator = group.initiate()
  const { share } = await group.respond(initiator.share)
  initiator.destroy()
  for (const bad of [new Uint8Array(0), initiator.share.subarray(1), new Uint8Array(group.initiatorShareLength + 1)]) {
    await refuses(() => group.respond(bad), `respond to ${bad.length} bytes`, 'INVALID_SHARE')
  }
  for (const bad of [new Uint8Array(0), share.subarray(1), new Uint8Array(group.responderShareLength + 1)]) {
    await refuses(() => group.initiate().complete(bad), `complete ${bad.length} bytes`, 'INVALID_SHARE')
  }
  if (group.kind === 'kem' || group.kind === 'hybrid') {
    // FIPS 203 §7.2: coefficients of 4095 are not below the modulus
    const bad = new Uint8Array(group.initiatorShareLength).fill(0xff)
    await refuses(() => group.respond(bad), 'encapsulation key out of range', 'INVALID_SHARE')
  }
}

async function offCurve(group: KeyExchangeGroup): Promise<void> {
  const { share } = group.initiate()
  const half = (share.length - 1) / 2
  const bad: Record<string, Uint8Array> = {
    'y changed': flipped(share, share.length - 1),
    'x changed': flipped(share, half),
    'the origin': Uint8Array.from(share, (_, i) => (i === 0 ? 4 : 0)),
    'x and y beyond the field': Uint8Array.from(share, (_, i) => (i === 0 ? 4 : 255)),
    'hybrid form': Uint8Array.from(share, (b, i) => (i === 0 ? 6 + (share[share.length - 1] & 1) : b)),
    infinity: new Uint8Array(1),
    compressed: Uint8Array.from(share.subarray(0, 1 + half), (b, i) => (i === 0 ? 2 : b)),
  }
  for (const [what, point] of Object.entries(bad)) {
    await refuses(() => group.respond(point), `respond to ${what}`, 'INVALID_SHARE')
    await refuses(() => group.initiate().complete(point), `complete ${what}`, 'INVALID_SHARE')
  }
}

async function outOfRange(group: KeyExchangeGroup): Promise<void> {
  const length = group.initiatorShareLength
  const value = (n: number) => Uint8Array.from({ length }, (_, i) => (i === length - 1 ? n : 0))
  // Every ffdhe prime begins and ends with 64 one bits, so all ones are beyond it.
  for (const bad of [value(0), value(1), new Uint8Array(length).fill(255)]) {
    await refuses(() => group.respond(bad), `respond to ${hex(bad.subarray(-4))}`, 'INVALID_SHARE')
  }
}

/** DH over parameters that a server or an application gives. */
function* givenParameters(provider: CryptoProvider): Generator<ConformanceCase> {
  const two = Uint8Array.of(2)
  for (const { prime, privateValue, share, secret } of vectors.dh) {
    const bits = 4 * prime.length
    yield {
      name: `dh of ${bits} bits: known answer, agreement, range`,
      async run() {
        const group = ifOffered(() => provider.dhGroup(unhex(prime), two))
        if (!group) return
        if (group.agreeWith) {
          const padded = secret.padStart(prime.length, '0')
          equalBytes(group.agreeWith(unhex(privateValue), unhex(share)), padded, 'secret')
        }
        await agree(group)
        const last = unhex(prime)
        last[last.length - 1] -= 1
        for (const bad of [Uint8Array.of(0), Uint8Array.of(1), last, unhex(prime)]) {
          await refuses(() => group.respond(bad), `public value ${hex(bad.subarray(-2))}`, 'INVALID_SHARE')
        }
      },
    }
  }
  yield {
    name: 'dh: unfit parameters are refused',
    async run() {
      const prime = unhex(vectors.dh[1].prime)
      if (!ifOffered(() => provider.dhGroup(prime, two))) return
      const even = prime.slice()
      even[even.length - 1] &= 0xfe
      const last = prime.slice()
      last[last.length - 1] -= 1
      const bad: [string, Uint8Array, Uint8Array][] = [
        ['an even modulus', even, two],
        ['a modulus of 64 bits', prime.subarray(0, 8), two],
        ['a modulus of 16384 bits', new Uint8Array(2048).fill(255), two],
        ['generator 0', prime, Uint8Array.of(0)],
        ['generator 1', prime, Uint8Array.of(1)],
        ['generator p - 1', prime, last],
        ['generator p', prime, prime],
        ['an empty modulus', new Uint8Array(0), two],
      ]
      for (const [what, p, g] of bad) await refuses(() => provider.dhGroup(p, g), what, 'INVALID_PARAMETER')
    },
  }
}
