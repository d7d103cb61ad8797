import type { Session } from '@x/tls-handshake'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeOpenSslSession, encodeOpenSslSession } from '../src/openssl-session.ts'

const bytes = (max: number, min = 0) => fc.uint8Array({ minLength: min, maxLength: max })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const session: fc.Arbitrary<Session> = fc.record({
  side: fc.constant('client' as const),
  version: fc.constantFrom(0x0301, 0x0302, 0x0303, 0x0304) as fc.Arbitrary<Session['version']>,
  cipherSuite: fc.integer({ min: 1, max: 0xffff }),
  secret: bytes(48, 32),
  sessionId: bytes(32),
  extendedMasterSecret: fc.boolean(),
  ticket: maybe(bytes(300, 1)),
  lifetime: fc.integer({ min: 1, max: 604800 }),
  createdAt: fc.integer({ min: 1, max: 4e9 }).map((seconds) => seconds * 1000),
  ageAdd: fc.integer({ min: 0, max: 0xffffffff }),
  maxEarlyData: maybe(fc.integer({ min: 1, max: 0xffffffff })),
  alpn: maybe(bytes(20, 1)),
  serverName: maybe(fc.domain()),
  sessionIdContext: maybe(bytes(32, 1)),
  group: maybe(fc.integer({ min: 1, max: 0xffff })),
  peerCertificates: fc.constant([]),
  applicationData: maybe(bytes(30, 1)),
})

describe("OpenSSL's form of a session", () => {
  it('decode after encode is the identity', () => {
    fc.assert(
      fc.property(session, (original) => {
        const read = decodeOpenSslSession(encodeOpenSslSession(original), 'client')
        const { ageAdd, extendedMasterSecret, sessionId, ...rest } = original
        // A ticket of TLS 1.2 gets an id, for OpenSSL.
        if (sessionId.length > 0 || !original.ticket) expect(read.sessionId).toEqual(sessionId)
        else expect(read.sessionId.length > 0).toBe(original.version !== 0x0304)
        // TLS 1.3 binds its secrets to the handshake without a flag, and OpenSSL accepts none.
        const expected = original.version === 0x0304 ? { ageAdd, extendedMasterSecret: true } : { extendedMasterSecret }
        expect(read).toMatchObject({ ...rest, ...expected })
      }),
    )
  })

  it('keeps the verdict on the peer', () => {
    const refused = { ok: false, result: { code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' } }
    const [sample] = fc.sample(session, 1)
    expect(decodeOpenSslSession(encodeOpenSslSession({ ...sample!, verified: refused }), 'client').verified).toEqual(
      refused,
    )
    expect(
      decodeOpenSslSession(encodeOpenSslSession({ ...sample!, verified: { ok: true } }), 'client').verified,
    ).toEqual({ ok: true })
  })

  it('refuses whatever is no session with a typed error', () => {
    fc.assert(
      fc.property(bytes(200), (noise) => {
        expect(() => decodeOpenSslSession(noise, 'client')).toThrow(expect.objectContaining({ name: 'X509Error' }))
      }),
    )
  })
})
