import { nodeProvider } from '@x/crypto-primitives/node'
import type { Session } from '@x/tls-handshake'
import { createAuthority } from '@x/x509'
import { expect, test } from 'vitest'
import { decodeOpenSslSession, encodeOpenSslSession, TicketKeys } from '../src/index.ts'

const root = createAuthority({ provider: nodeProvider, subject: 'Root' })
const chain = [root.issue('a.test').certificate.raw, root.certificate.raw]

const session: Session = {
  side: 'server',
  version: 0x0304,
  cipherSuite: 0x1301,
  secret: new Uint8Array(32).fill(7),
  sessionId: new Uint8Array(0),
  extendedMasterSecret: true,
  lifetime: 300,
  createdAt: 1_700_000_000_000,
  peerCertificates: chain,
  verified: { ok: true },
}
const back = (one: Session) => decodeOpenSslSession(encodeOpenSslSession(one), 'server')

test('the whole chain comes back, and who had a say, and the verdict', () => {
  expect(back(session)).toMatchObject({ peerCertificates: chain, verified: { ok: true }, verifierId: undefined })
  const verified = { ok: false, result: { code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: 'another name' } }
  expect(back({ ...session, verified, verifierId: 'a/b' })).toMatchObject({
    peerCertificates: chain,
    verified,
    verifierId: 'a/b',
  })
  const tickets = new TicketKeys(new Uint8Array(48).fill(3), nodeProvider)
  expect(tickets.openSession(tickets.sealSession({ ...session, verified }))?.session).toMatchObject({ verified })
})

test('beside the application’s own bytes', () => {
  const applicationData = Uint8Array.of(1, 2, 3)
  expect(back({ ...session, applicationData })).toMatchObject({ peerCertificates: chain, applicationData })
  const plain = { ...session, peerCertificates: chain.slice(0, 1), applicationData }
  expect(back(plain)).toMatchObject({ peerCertificates: chain.slice(0, 1), applicationData })
})

test('a session that needs none of it is as OpenSSL writes it', () => {
  const usual = { ...session, peerCertificates: chain.slice(0, 1) }
  const known = { ok: false, result: { code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' } }
  for (const one of [usual, { ...usual, verified: known }, { ...usual, peerCertificates: [], verified: undefined }]) {
    expect(Buffer.from(encodeOpenSslSession(one)).includes('x-tls session')).toBe(false)
    expect(back(one).verified).toEqual(one.verified ?? { ok: true })
  }
})

test('a chain that nobody judged is not good', () => {
  expect(back({ ...session, verified: undefined }).verified).toMatchObject({ ok: false })
})

test('whatever is cut or changed in it is no session, or one of the same kind', () => {
  const bytes = encodeOpenSslSession({ ...session, verifierId: 'a/b', verified: { ok: false, result: { code: 'X' } } })
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at]! ^= 0x21
    try {
      const read = decodeOpenSslSession(damaged, 'server')
      expect(read.peerCertificates.every((der) => der instanceof Uint8Array)).toBe(true)
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
    }
    expect(() => decodeOpenSslSession(bytes.subarray(0, at), 'server')).toThrow()
  }
})
