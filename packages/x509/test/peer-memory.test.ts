/** What is kept of a stranger's certificate: counted in bytes, when all garbage is gone. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import * as der from '../src/der.ts'
import { createAuthority } from '../src/index.ts'
import { Name } from '../src/names/name.ts'
import { peerCertificateReader } from '../src/tls.ts'

function inUse(): number {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  // The memory of buffers goes a round later than they.
  gc()
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Bytes that each of ten takes; the least of three times, since others (the compiler, the test's own runner) take some too. */
function memoryOf(make: () => unknown): number {
  for (let i = 0; i < 10; i++) make()
  return Math.min(takenBy(make), takenBy(make), takenBy(make))
}

function takenBy(make: () => unknown): number {
  const held: unknown[] = []
  const before = inUse()
  for (let i = 0; i < 10; i++) held.push(make())
  return (inUse() - before) / held.length
}

const { certificate } = createAuthority({ provider }).issue('a.test')
const key = certificate.subjectPublicKeyInfo.raw
const algorithm = certificate.signatureIdentifier.raw
const rdn = (value: string) => der.set(der.sequence(der.oid('2.5.4.3'), der.utf8String(value)))
const extension = (oid: Uint8Array, value = new Uint8Array(0)) => der.sequence(oid, der.octetString(value))
const plainName = der.sequence(rdn('a'))

function certificateWith(subject: Uint8Array, ...extensions: readonly Uint8Array[]): Uint8Array {
  const time = der.element(0x17, new TextEncoder().encode('260101000000Z'))
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(1),
    algorithm,
    plainName,
    der.sequence(time, time),
    subject,
    key,
    ...(extensions.length ? [der.explicit(3, der.sequence(...extensions))] : []),
  )
  return der.sequence(tbs, algorithm, der.bitString(new Uint8Array(64)))
}

const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i))
const longOid = (length: number) => der.element(6, new Uint8Array(length).fill(1))

describe('a certificate keeps at most twice its bytes and 64 KiB', () => {
  test.each([
    ['3,000 RDNs', certificateWith(der.sequence(...many(3000, (i) => rdn(`n${i}`))))],
    ['60 RDNs, small enough to be kept', certificateWith(der.sequence(...many(60, (i) => rdn(`n${i}`))))],
    ['5,000 extensions', certificateWith(plainName, ...many(5000, (i) => extension(der.oid(`1.2.3.${i}`))))],
    ['150 extensions', certificateWith(plainName, ...many(150, (i) => extension(der.oid(`1.2.3.${i}`))))],
    ['an extension of 90,000 bytes of OID', certificateWith(plainName, extension(longOid(90_000)))],
    ['an extension of 3,000 bytes of OID', certificateWith(plainName, extension(longOid(3000)))],
    [
      'an attribute of 90,000 bytes of OID',
      certificateWith(der.sequence(der.set(der.sequence(longOid(90_000), der.utf8String('a'))))),
    ],
  ])('%s', (_, bytes) => {
    const read = peerCertificateReader(provider)
    const kept = memoryOf(() => {
      const peer = read(bytes.slice())
      return [peer, peer.publicKey, peer.keyUsage, peer.issuer]
    })
    expect(kept).toBeLessThan(2 * bytes.length + 65_536)
  })

  test('a name, whatever was asked of it, keeps its bytes', () => {
    const bytes = der.sequence(...many(3000, (i) => rdn(`n${i}`)))
    const kept = memoryOf(() => {
      const name = Name.parse(bytes.slice())
      expect(name.attributes).toHaveLength(3000)
      expect(name.get('CN')).toBe('n0')
      return name
    })
    expect(kept).toBeLessThan(bytes.length + 4096)
  })
})
