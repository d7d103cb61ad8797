import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority, createTrustStore } from '@x/x509'
import { describe, expect, test } from 'vitest'
import { TlsContext } from '../src/index.ts'
import { recallCertificate, rememberAccepted, type TrustSettings, wasAccepted } from '../src/peer-memory.ts'

const root = createAuthority({ provider: nodeProvider, subject: 'Root' })
const stranger = createAuthority({ provider: nodeProvider, subject: 'Stranger' })
const leaf = root.issue('a.test')
const chain = [leaf.certificate.raw]
const path = [leaf.certificate, root.certificate]

const settings = (more: Partial<TrustSettings> = {}): TrustSettings => ({
  provider: nodeProvider,
  anchors: createTrustStore([root.certificate]),
  purpose: 'serverAuth',
  securityLevel: 1,
  allowPartialTrustChain: false,
  ...more,
})

describe('an accepted chain', () => {
  test('is accepted again under the same settings only', () => {
    const trust = settings()
    rememberAccepted(trust, chain, path)
    expect(wasAccepted(trust, chain, Date.now())).toMatchObject({ ok: true })
    expect(wasAccepted({ ...trust, purpose: 'clientAuth' }, chain, Date.now())).toBeUndefined()
    expect(wasAccepted({ ...trust, securityLevel: 2 }, chain, Date.now())).toBeUndefined()
    expect(wasAccepted({ ...trust, allowPartialTrustChain: true }, chain, Date.now())).toBeUndefined()
    expect(wasAccepted({ ...trust, provider: { ...nodeProvider } }, chain, Date.now())).toBeUndefined()
    expect(wasAccepted(settings(), chain, Date.now())).toBeUndefined()
  })

  test('is no other chain', () => {
    const trust = settings()
    rememberAccepted(trust, chain, path)
    expect(wasAccepted(trust, [...chain, root.certificate.raw], Date.now())).toBeUndefined()
    const changed = chain[0]!.slice()
    changed[changed.length - 1]! ^= 1
    expect(wasAccepted(trust, [changed], Date.now())).toBeUndefined()
  })

  test('is accepted within the dates of the whole path only', () => {
    const trust = settings()
    rememberAccepted(trust, chain, path)
    const { notBefore, notAfter } = leaf.certificate
    expect(wasAccepted(trust, chain, notAfter)).toBeDefined()
    expect(wasAccepted(trust, chain, notAfter + 1)).toBeUndefined()
    expect(wasAccepted(trust, chain, notBefore - 1)).toBeUndefined()
  })

  test('is looked at again when the store has changed', () => {
    const trust = settings()
    rememberAccepted(trust, chain, path)
    trust.anchors.add(stranger.certificate)
    expect(wasAccepted(trust, chain, Date.now())).toBeUndefined()
  })

  test('is forgotten after so many others', () => {
    const trust = settings()
    rememberAccepted(trust, chain, path)
    for (let i = 0; i < 300; i++) rememberAccepted(trust, [Uint8Array.of(i, i >> 8)], path)
    expect(wasAccepted(trust, chain, Date.now())).toBeUndefined()
  })
})

test('a refused chain is refused each time', async () => {
  const context = new TlsContext({ provider: nodeProvider, ca: [root.cert] })
  const { verifyPeer } = context.clientConfig()
  const ask = (der: Uint8Array) => verifyPeer!({ side: 'client', chain: [der], resumed: false })
  for (let i = 0; i < 2; i++) {
    expect(await ask(leaf.certificate.raw)).toMatchObject({ ok: true })
    expect(await ask(stranger.issue('a.test').certificate.raw)).toMatchObject({ ok: false })
  }
})

test('a leaf seen before is the same object, whatever becomes of the bytes it was read from', () => {
  const der = leaf.certificate.raw.slice()
  const first = recallCertificate(der, nodeProvider)
  der.fill(0)
  expect(recallCertificate(leaf.certificate.raw.slice(), nodeProvider)).toBe(first)
  expect(Buffer.compare(first.der, leaf.certificate.raw)).toBe(0)
  expect(() => recallCertificate(der, nodeProvider)).toThrow()
})

test('a leaf of over 4 KiB is not remembered, nor its parsed form', () => {
  const names = Array.from({ length: 400 }, (_, i) => `a${i}.test`)
  const large = root.issue('a.test', { names }).certificate.raw
  expect(large.length).toBeGreaterThan(4096)
  expect(recallCertificate(large, nodeProvider)).not.toBe(recallCertificate(large, nodeProvider))
})
