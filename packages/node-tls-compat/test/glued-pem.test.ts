import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import tls from '../src/index.ts'
import { authority, leaf, NATIVE, OURS, otherAuthority } from './harness.ts'

/** Two files put together, the first of which has no newline at its end, and its like. */

type Form = (first: string, second: string) => string
const FORMS: Record<string, Form> = {
  glued: (a, b) => `${a}${b}\n`,
  'glued with a blank': (a, b) => `${a} ${b}\n`,
  'glued behind one that is good': (a, b) => `${b}\n${a}${b}\n`,
  'blanks behind the end': (a, b) => `${a} \t\n${b}\n`,
  'no newline at the end': (a, b) => `${b}\n${a}`,
  CRLF: (a, b) => `${a}\n${b}\n`.replaceAll('\n', '\r\n'),
  'text between blocks': (a, b) => `one\n${a}\ntwo\n${b}\n`,
}
const CERTIFICATES: Record<string, Form> = {
  ...FORMS,
  'text behind the end': (a, b) => `${a}text\n${b}\n`,
  'no end': (a, b) => `${b}\n${a.replace(/-----END.*/, '')}`,
  'no base64': (a, b) => `${b}\n${a.replace('\nMII', '\n!MII')}\n`,
}

const [first, second] = [leaf.cert.split(/(?<=-----\n)(?=-----BEGIN)/)[0]!.trim(), authority.cert.trim()]
const key = leaf.key.trim()

function outcome(module: typeof OURS, options: object): object {
  try {
    module.createSecureContext(options)
    return { code: 'none' }
  } catch (error) {
    const { code, library, reason } = error as { code: string; library: string; reason: string }
    return { code, library, reason }
  }
}

describe('as node:tls reads it', () => {
  for (const [name, form] of Object.entries(CERTIFICATES)) {
    it(`cert: ${name}`, () => {
      const options = { cert: form(first, second), key: leaf.key }
      expect(outcome(OURS, options)).toEqual(outcome(NATIVE, options))
    })

    it(`ca: ${name}`, () => {
      const options = { ca: form(first, second) }
      expect(outcome(OURS, options)).toEqual(outcome(NATIVE, options))
    })
  }

  for (const [name, form] of Object.entries(FORMS)) {
    it(`key: ${name}`, () => {
      const options = { cert: leaf.cert, key: form(key, key) }
      expect(outcome(OURS, options)).toEqual(outcome(NATIVE, options))
    })
  }

  it('says which line it is', () => {
    const options = { cert: FORMS.glued!(first, second), key: leaf.key }
    expect(outcome(OURS, options)).toMatchObject({ code: 'ERR_OSSL_PEM_BAD_END_LINE', reason: 'bad end line' })
  })
})

describe('what the process trusts', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.resetModules()
  })

  it('setDefaultCACertificates() refuses it', () => {
    expect(() => tls.setDefaultCACertificates([FORMS.glued!(first, second)])).toThrow(
      expect.objectContaining({ code: 'ERR_OSSL_PEM_BAD_END_LINE' }),
    )
  })

  // A Node that has getCACertificates has read the file itself.
  it.skipIf('getCACertificates' in NATIVE)('NODE_EXTRA_CA_CERTS: what stands before it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'extra-'))
    const file = join(folder, 'extra.pem')
    const other = otherAuthority.cert.trim()
    writeFileSync(file, `${other}\n${second}${first}\n`)
    vi.stubEnv('NODE_EXTRA_CA_CERTS', file)
    vi.resetModules()
    const { getCACertificates } = await import('../src/connection/trust/ca-certificates.ts')
    expect(getCACertificates('extra')).toEqual([`${other}\n`])
    rmSync(folder, { recursive: true })
  })
})
