import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import { type CmsRecipient, decryptCms, encryptCmsSync } from '../src/cms.ts'
import { createAuthority, parsePrivateKey } from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()
const provider = nodeProvider
const authority = createAuthority({ provider, subject: 'Mail CA' })
const content = new TextEncoder().encode('A message that nobody else may read.')
openssl.write('content', content)
const kinds = [
  { type: 'rsa', bits: 2048 },
  { type: 'ec', curve: 'secp256r1' },
  { type: 'ec', curve: 'secp384r1' },
  { type: 'ec', curve: 'secp521r1' },
] as const
const people = kinds.map((key) => {
  const name = `${key.type}${'bits' in key ? key.bits : key.curve}`
  const usage = key.type === 'rsa' ? 'keyEncipherment' : 'keyAgreement'
  const issued = authority.issue(`${name}@a.test`, {
    key,
    extKeyUsage: ['emailProtection'],
    extensions: [{ name: 'keyUsage', critical: true, value: [usage] }],
  })
  openssl.write(`${name}.pem`, issued.cert + issued.key)
  return { name, certificate: issued.certificate, key: parsePrivateKey(issued.key) }
})
const ciphers = ['aes-256-gcm', 'aes-128-gcm', 'aes-256-cbc', 'aes-192-cbc', 'aes-128-cbc'] as const

describe.each([
  ['node', nodeProvider],
  ['portable', portableProvider],
] as const)('encrypted messages (%s)', (_name, provider) => {
  test.each(people)('$name: ours, read by openssl and by us', ({ name, certificate, key }) => {
    for (const cipher of ciphers)
      for (const identifiedBy of ['issuer', 'key'] as const)
        for (const padding of name.startsWith('rsa') ? (['oaep', 'pkcs1'] as const) : [undefined]) {
          const recipients = [{ certificate, identifiedBy, ...(padding && { padding }) }]
          const message = encryptCmsSync({ content, provider, recipients, cipher })
          openssl.write('message', message)
          expect(openssl.run(`cms -decrypt -inform DER -in message -recip ${name}.pem`)).toBe(
            new TextDecoder().decode(content),
          )
          expect(decryptCms({ message, provider, key, certificate })).toEqual(content)
          expect(decryptCms({ message, provider, key })).toEqual(content)
        }
  })

  test.each(people)("$name: openssl's, read by us", ({ name, certificate, key }) => {
    const options = name.startsWith('rsa')
      ? ['', '-keyopt rsa_padding_mode:oaep', '-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha512']
      : ['', '-keyopt ecdh_kdf_md:sha384', '-keyopt ecdh_cofactor_mode:1']
    for (const cipher of ['aes-256-gcm', 'aes128', 'aes-192-cbc', ...(name.startsWith('rsa') ? ['des3'] : [])])
      for (const more of ['', ' -keyid', ' -stream'])
        for (const option of options) {
          openssl.run(
            `cms -encrypt -binary -in content -outform DER -out message -${cipher}${more} -recip ${name}.pem ${option}`.trim(),
          )
          const message = openssl.read('message')
          expect(decryptCms({ message, provider, key, certificate }), `${cipher}${more} ${option}`).toEqual(content)
        }
  })

  test('passwords and keys that both have', () => {
    const keyEncryptionKey = provider.randomBytes(32)
    const keyIdentifier = Uint8Array.of(1, 2, 3)
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    const recipients: CmsRecipient[] = [
      { password: 'hunter2', iterations: 1000 },
      { keyEncryptionKey, keyIdentifier },
    ]
    for (const cipher of ciphers) {
      const message = encryptCmsSync({ content, provider, recipients, cipher })
      expect(decryptCms({ message, provider, password: 'hunter2' })).toEqual(content)
      expect(decryptCms({ message, provider, keyEncryptionKey })).toEqual(content)
      openssl.write('message', message)
      const text = new TextDecoder().decode(content)
      expect(openssl.run('cms -decrypt -inform DER -in message -pwri_password hunter2')).toBe(text)
      expect(
        openssl.run(`cms -decrypt -inform DER -in message -secretkey ${hex(keyEncryptionKey)} -secretkeyid 010203`),
      ).toBe(text)
      // OpenSSL wraps a password's key with the content's cipher, which GCM cannot.
      if (cipher.endsWith('cbc')) {
        openssl.run(`cms -encrypt -binary -in content -outform DER -out theirs -${cipher} -pwri_password hunter2`)
        expect(decryptCms({ message: openssl.read('theirs'), provider, password: 'hunter2' })).toEqual(content)
      }
      openssl.run(
        `cms -encrypt -binary -in content -outform DER -out theirs -${cipher} -secretkey ${hex(keyEncryptionKey)} -secretkeyid 010203`,
      )
      expect(decryptCms({ message: openssl.read('theirs'), provider, keyEncryptionKey, keyIdentifier })).toEqual(
        content,
      )
    }
  })
})
