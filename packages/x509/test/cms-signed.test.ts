import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import { signCmsSync, verifyCmsSync } from '../src/cms.ts'
import { createAuthority, parsePrivateKey } from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()
const provider = nodeProvider
const authority = createAuthority({ provider, subject: 'Mail CA' })
openssl.write('ca.pem', authority.cert)
const content = new TextEncoder().encode('Content-Type: text/plain\r\n\r\nA message.\r\n')
openssl.write('content', content)

/** The kinds of key that a signer has. */
const kinds = [
  { type: 'rsa', bits: 2048 },
  { type: 'ec', curve: 'secp256r1' },
  { type: 'ec', curve: 'secp384r1' },
  { type: 'ec', curve: 'secp521r1' },
  { type: 'ed25519' },
] as const
const people = kinds.map((key) => {
  const name = `${key.type}${'bits' in key ? key.bits : 'curve' in key ? key.curve : ''}@a.test`
  const issued = authority.issue(name, { key, extKeyUsage: ['emailProtection'] })
  openssl.write(`${name}.pem`, issued.cert + issued.key)
  return { name, issued, certificate: issued.certificate, signer: issued.privateKey! }
})
const anchors = [authority.certificate]

describe.each([
  ['node', nodeProvider],
  ['portable', portableProvider],
] as const)('signed messages (%s)', (_name, provider) => {
  test.each(people)('$name: ours, read by openssl and by us', ({ certificate, issued }) => {
    const signer = provider.importPrivateKey(parsePrivateKey(issued.key))
    for (const detached of [false, true]) {
      const message = signCmsSync({ content, provider, signers: [{ certificate, signer }], detached })
      openssl.write('signed', message)
      const out = openssl.run(`cms -verify -binary -inform DER -in signed -CAfile ca.pem -content content`)
      expect(out).toBe(new TextDecoder().decode(content))
      const verdict = verifyCmsSync({ message, provider, anchors, ...(detached && { content }) })
      expect(verdict).toMatchObject({ ok: true, reason: '' })
      expect(verdict.content).toEqual(detached ? undefined : content)
    }
  })

  test.each(people)("$name: openssl's, read by us", ({ name }) => {
    for (const more of ['', ' -noattr', ' -keyid', ' -stream', ' -cades', ' -nocerts', ' -md sha512']) {
      // OpenSSL 3.0 signs with Ed25519 with attributes alone.
      if (name.startsWith('ed') && more === ' -noattr') continue
      openssl.run(`cms -sign -binary -in content -signer ${name}.pem -outform DER -out signed -nodetach${more}`)
      const verdict = verifyCmsSync({
        message: openssl.read('signed'),
        provider,
        anchors,
        ...(more === ' -nocerts' && { certificates: people.map(({ certificate }) => certificate) }),
      })
      expect(verdict, more).toMatchObject({ ok: true, code: 'OK' })
      expect(verdict.content).toEqual(content)
    }
  })
})
