import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import { type CmsRecipient, decryptCms, encryptCmsSync, parseEnvelopedData } from '../src/cms.ts'
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

const [rsa, ec] = people as [(typeof people)[number], (typeof people)[number]]
const encrypt = (recipients: readonly CmsRecipient[], more: object = {}) =>
  encryptCmsSync({ content, provider, recipients, ...more })
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('what does not open', () => {
  const both = [{ certificate: rsa.certificate }, { certificate: ec.certificate }]

  test("another's key, a wrong password, a message for nobody here", () => {
    const message = encrypt(both)
    const other = authority.issue('o@a.test', { key: { type: 'rsa', bits: 2048 } })
    expect(codeOf(() => decryptCms({ message, provider, key: parsePrivateKey(other.key) }))).toBe('DECRYPTION_FAILED')
    const stranger = { key: rsa.key, certificate: other.certificate }
    expect(codeOf(() => decryptCms({ message, provider, ...stranger }))).toBe('DECRYPTION_FAILED')
    expect(codeOf(() => decryptCms({ message, provider, password: 'x' }))).toBe('DECRYPTION_FAILED')
    const locked = encrypt([{ password: 'right', iterations: 10 }])
    expect(codeOf(() => decryptCms({ message: locked, provider, password: 'wrong' }))).toBe('WRONG_PASSPHRASE')
    expect(decryptCms({ message, provider, key: ec.key })).toEqual(content)
  })

  test('a changed message gives nothing: no bit of ciphertext, tag, nonce or wrapped key', () => {
    for (const recipients of [
      [{ certificate: ec.certificate }],
      [{ keyEncryptionKey: new Uint8Array(32), keyIdentifier: Uint8Array.of(1) }],
    ] as CmsRecipient[][]) {
      const message = encrypt(recipients)
      const way = 'certificate' in recipients[0]! ? { key: ec.key } : { keyEncryptionKey: new Uint8Array(32) }
      for (let at = 0; at < message.length * 8; at += 3) {
        const changed = message.slice()
        changed[at >> 3]! ^= 1 << (at & 7)
        let opened: Uint8Array | undefined
        const code = codeOf(() => {
          opened = decryptCms({ message: changed, provider, ...way })
        })
        // Versions and names of recipients are not authenticated, and say nothing of the content.
        if (code === undefined) expect(opened).toEqual(content)
      }
    }
  })

  test('a wrong PKCS#1 padding and a key of a wrong length look the same', () => {
    const recipients = [{ certificate: rsa.certificate, padding: 'pkcs1' as const }]
    const message = encrypt(recipients)
    const errors = new Set<string>()
    const parsed = parseEnvelopedData(message)
    const publicKey = rsa.certificate.importKey(provider)
    for (const encryptedKey of [
      publicKey.encrypt!(new Uint8Array(31)),
      publicKey.encrypt!(new Uint8Array(0)),
      new Uint8Array(256).fill(7),
      new Uint8Array(3),
    ])
      try {
        decryptCms({
          message: { ...parsed, recipients: [{ ...parsed.recipients[0]!, encryptedKey } as never] },
          provider,
          key: rsa.key,
        })
      } catch (error) {
        errors.add((error as Error).message)
      }
    expect([...errors]).toEqual(['decryption failed: another key, or a changed message'])
  })

  test('CBC for several RSA keys by PKCS#1: who is meant must be said, for noise may have a padding', () => {
    const other = authority.issue('o@a.test', { key: { type: 'rsa', bits: 2048 } })
    const recipients = [
      { certificate: other.certificate, padding: 'pkcs1' },
      { certificate: rsa.certificate, padding: 'pkcs1' },
    ] as const
    const message = encrypt(recipients, { cipher: 'aes-128-cbc' })
    expect(() => decryptCms({ message, provider, key: rsa.key })).toThrow('`certificate` says which recipient')
    expect(decryptCms({ message, provider, key: rsa.key, certificate: rsa.certificate })).toEqual(content)
    expect(decryptCms({ message: encrypt(recipients), provider, key: rsa.key })).toEqual(content)
  })

  test('GCM in a message that has no tag, CBC in one that has', () => {
    const sealed = parseEnvelopedData(encrypt([{ certificate: ec.certificate }]))
    expect(() => decryptCms({ message: { ...sealed, type: 'envelopedData' }, provider, key: ec.key })).toThrow(
      'has a tag',
    )
    const cbc = parseEnvelopedData(encrypt([{ certificate: ec.certificate }], { cipher: 'aes-256-cbc' }))
    expect(() => decryptCms({ message: { ...cbc, type: 'authEnvelopedData' }, provider, key: ec.key })).toThrow(
      'authenticates nothing',
    )
  })

  test('iterations beyond what a file may ask for', () => {
    const message = encrypt([{ password: 'p', iterations: 2000 }])
    expect(codeOf(() => decryptCms({ message, provider, password: 'p', work: 1000 }))).toBe('LIMIT_EXCEEDED')
  })

  test('options that contradict each other, and keys that are not for this', () => {
    const message = encrypt(both)
    expect(() => decryptCms({ message, provider })).toThrow('must be given')
    expect(() => decryptCms({ message, provider, key: ec.key, password: 'p' })).toThrow('one alone')
    expect(() => decryptCms({ message, provider, password: 'p', certificate: ec.certificate })).toThrow(
      'goes with `key`',
    )
    expect(() => decryptCms({ message, provider, passphrase: 'p' } as never)).toThrow('it is given as `password`')
    expect(() => encrypt([])).toThrow('a list that is not empty')
    expect(() => encrypt([{ certificate: ec.certificate, padding: 'oaep' }])).toThrow('padding is for RSA keys')
    expect(() => encrypt([{ certificate: ec.certificate, pasword: 'p' } as never])).toThrow('pasword')
    const signing = authority.issue('s@a.test', { extensions: [{ name: 'keyUsage', value: ['digitalSignature'] }] })
    expect(() => encrypt([{ certificate: signing.certificate }])).toThrow('is not for keyAgreement')
    const ed = authority.issue('e@a.test', {
      key: { type: 'ed25519' },
      extensions: [{ name: 'keyUsage', value: ['keyAgreement'] }],
    })
    expect(codeOf(() => encrypt([{ certificate: ed.certificate }]))).toBe('UNSUPPORTED')
  })
})
