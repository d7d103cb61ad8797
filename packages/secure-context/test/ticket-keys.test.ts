import { createDecipheriv, createHmac } from 'node:crypto'
import { modernProvider } from '@x/crypto-primitives/modern'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import type { Session } from '@x/tls-handshake'
import { decodeSession, encodeSession } from '@x/tls-handshake'
import * as der from '@x/x509/der'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BackwardDer } from '../src/backward-der.ts'
import { encodeOpenSslSession } from '../src/openssl-session.ts'
import { TicketKeys } from '../src/ticket-keys.ts'

const given = Uint8Array.from({ length: 48 }, (_, i) => i)
const native = new TicketKeys(given, nodeProvider)
/** With the block cipher in JavaScript. */
const javascript = new TicketKeys(given, { ...nodeProvider, cbc: portableProvider.cbc })
/** Without CBC. */
const modern = new TicketKeys(given, modernProvider)

const session: fc.Arbitrary<Session> = fc
  .record({
    secret: fc.uint8Array({ minLength: 32, maxLength: 48 }),
    lifetime: fc.integer({ min: 1, max: 604800 }),
    createdAt: fc.integer({ min: 1, max: 4e9 }).map((seconds) => seconds * 1000),
    ageAdd: fc.integer({ min: 0, max: 0xffffffff }),
    serverName: fc.option(fc.domain(), { nil: undefined }),
    applicationData: fc.option(fc.uint8Array({ minLength: 1, maxLength: 400 }), { nil: undefined }),
  })
  .map((some) => ({
    ...some,
    side: 'server',
    version: 0x0304,
    cipherSuite: 0x1301,
    sessionId: new Uint8Array(0),
    extendedMasterSecret: true,
    peerCertificates: [],
  }))

describe('tickets under Node’s ticketKeys', () => {
  it('hold a session, whichever way the block cipher is computed', () => {
    fc.assert(
      fc.property(session, (original) => {
        for (const [one, other] of [
          [native, javascript],
          [javascript, native],
          [modern, new TicketKeys(given, { ...nodeProvider, cbc: undefined })],
        ] as const) {
          const ticket = one.sealSession(original)
          expect(other.openSession(ticket)).toMatchObject({ session: original, renew: false })
          expect(decodeSession(other.open(ticket)!.session)).toMatchObject(original)
          const again = other.seal(encodeSession(original))
          expect(one.openSession(again)).toMatchObject({ session: original })
        }
      }),
      { numRuns: 50, seed: 5077 },
    )
  })

  it('are as RFC 5077 §4 draws them', () => {
    const [sample] = fc.sample(session, { numRuns: 1, seed: 1 })
    const iv = new Uint8Array(16).fill(7)
    const ticket = native.sealSession(sample!, iv)
    expect(iv).toEqual(new Uint8Array(16).fill(7))
    expect(ticket.subarray(0, 16)).toEqual(given.subarray(0, 16))
    expect(ticket.subarray(16, 32)).toEqual(iv)
    const mac = createHmac('sha256', given.subarray(16, 32)).update(ticket.subarray(0, -32)).digest()
    expect([...ticket.subarray(-32)]).toEqual([...mac])
    const cipher = createDecipheriv('aes-128-cbc', given.subarray(32), iv)
    const text = Buffer.concat([cipher.update(ticket.subarray(32, -32)), cipher.final()])
    expect([...text]).toEqual([...encodeOpenSslSession(sample!)])
  })

  it('are refused when a byte is another, or missing', () => {
    const [sample] = fc.sample(session, { numRuns: 1, seed: 2 })
    const ticket = native.sealSession(sample!)
    for (let i = 0; i < ticket.length; i++) {
      const changed = ticket.slice()
      changed[i]! ^= 1
      expect(native.openSession(changed)).toBeNull()
      expect(native.openSession(ticket.subarray(0, i))).toBeNull()
      expect(javascript.open(ticket.subarray(i + 1))).toBeNull()
    }
    expect(new TicketKeys(new Uint8Array(48), nodeProvider).openSession(ticket)).toBeNull()
  })
})

describe('DER from its end', () => {
  it('is the DER that is written from its beginning', () => {
    const content = fc.uint8Array({ maxLength: 70_000, size: 'max' })
    fc.assert(
      fc.property(content, fc.maxSafeNat(), (bytes, number) => {
        const out = new BackwardDer(bytes.length + 40)
        const end = out.start
        out.octetString(bytes).integer(number).header(0x30, end)
        expect(out.finish()).toEqual(der.sequence(der.integer(number), der.octetString(bytes)))
      }),
      {
        numRuns: 50,
        seed: 690,
        examples: [
          [new Uint8Array(127), 127],
          [new Uint8Array(128), 128],
          [new Uint8Array(256), 0],
        ],
      },
    )
  })
})
