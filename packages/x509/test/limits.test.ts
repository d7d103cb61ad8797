/** Where a verification ends: the limits of RFC 5280's name constraints, of OpenSSL's levels, and of the budget. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type Authority,
  createAuthority,
  createCertificateSync,
  createName,
  type GeneralName,
  type VerifyOptions,
  verifyChainSync,
} from '../src/index.ts'

const root = createAuthority({ provider, subject: 'Root' })

/** A verification of a leaf by this authority, under the root. */
function verified(authority: Authority, own: readonly GeneralName[], given: Partial<VerifyOptions> = {}) {
  const { certificate: leaf } = authority.issue('a.example', { extensions: [{ name: 'subjectAltName', value: own }] })
  return verifyChainSync({
    leaf,
    intermediates: [authority.certificate],
    anchors: [root.certificate],
    provider,
    profile: 'node',
    ...given,
  })
}

type Subtree = { readonly base: GeneralName; readonly minimum: number; readonly maximum?: number }
const constrained = (permitted: readonly Subtree[]): Authority =>
  root.createIntermediate({
    extensions: [{ name: 'nameConstraints', critical: true, value: { permitted } }],
  })

const mail: GeneralName = { type: 'email', value: 'someone@a.example' }
const address: GeneralName = { type: 'ip', value: Uint8Array.of(10, 0, 0, 1) }
const KINDS: readonly [name: string, own: GeneralName, base: GeneralName][] = [
  ['a host', { type: 'dns', value: 'a.example' }, { type: 'dns', value: 'example' }],
  ['a mailbox', mail, { type: 'email', value: 'a.example' }],
  ['an address', address, { type: 'ip', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) }],
]

describe.each(KINDS)('a name constraint on %s', (_name, own, base) => {
  test('holds as it is', () => {
    expect(verified(constrained([{ base, minimum: 0 }]), [own]).code).toBe('OK')
  })

  test.each([
    ['a minimum of one', { base, minimum: 1 }],
    ['a maximum of zero', { base, minimum: 0, maximum: 0 }],
    ['a maximum of ten', { base, minimum: 0, maximum: 10 }],
  ])('RFC 5280 §4.2.1.10 #7, #8: is refused with %s', (_what, subtree) => {
    const result = verified(constrained([subtree]), [own])
    expect([result.ok, result.code]).toEqual([false, 'UNSUPPORTED_CONSTRAINT_SYNTAX'])
  })
})

test('as many names under as many constraints as OpenSSL compares, and not one more', () => {
  const bases = (count: number): Subtree[] =>
    Array.from({ length: count }, (_, i) => ({
      base: { type: 'dns', value: `${i ? `${i}.` : ''}example` },
      minimum: 0,
    }))
  const names = (count: number): GeneralName[] =>
    Array.from({ length: count }, (_, i) => ({ type: 'dns', value: `h${i}.example` }))
  const authority = constrained(bases(1024))
  // The subject is a name as well.
  expect(verified(authority, names(1023)).code).toBe('OK')
  const result = verified(authority, names(1024))
  expect([result.ok, result.code]).toEqual([false, 'UNSPECIFIED'])
  expect(result.reason).toMatch(/1025 names under 1024 constraints/)
})

describe('OpenSSL’s levels', () => {
  const weak = () => provider.generateKey({ type: 'rsa', bits: 1024 })
  test('the key of the leaf', () => {
    const signer = weak()
    const { certificate: leaf } = root.issue('a.example', { publicKey: signer.publicKey })
    const at = (securityLevel: number) =>
      verifyChainSync({ leaf, anchors: [root.certificate], provider, profile: 'node', securityLevel })
    expect([0, 1].map((level) => at(level).code)).toEqual(['OK', 'OK'])
    for (const level of [2, 3, 5]) {
      const result = at(level)
      expect(result.ok).toBe(false)
      expect(result.reason).toMatch(new RegExp(`strength of 80 bits; security level ${level} asks for`))
    }
  })
})

describe('the budget', () => {
  afterEach(() => void vi.restoreAllMocks())

  const signer = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
  const name = createName({ CN: 'A root of many' })
  const made = (serialNumber: number, given: Partial<Parameters<typeof createCertificateSync>[0]>) =>
    createCertificateSync({
      subject: name,
      issuer: name,
      serialNumber,
      publicKey: signer.publicKey,
      signer,
      notBefore: Date.now() - 2e9,
      notAfter: Date.now() + 1e9,
      extensions: [{ name: 'basicConstraints', critical: true, value: { ca: true } }],
      ...given,
    })
  // As many paths as there are roots, which have all run out.
  const roots = Array.from({ length: 20 }, (_, i) => made(i + 1, { notAfter: Date.now() - 1e9 }))
  const leaf = made(100, { subject: createName({ CN: 'a.example' }), extensions: [] })
  const among = (budget: VerifyOptions['budget']) =>
    verifyChainSync({ leaf, anchors: roots, provider, profile: 'node', name: false, budget })

  test('paths', () => {
    expect(among({ paths: 20 }).exhausted).toBe(false)
    const result = among({ paths: 5 })
    expect([result.ok, result.exhausted]).toEqual([false, true])
  })

  test('time, whoever uses it', () => {
    expect(among({ time: 1e9 }).exhausted).toBe(false)
    // A clock that runs a second at every look.
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000))
    const result = among({ time: 4500, signatures: 1000 })
    expect([result.ok, result.exhausted]).toEqual([false, true])
  })
})
