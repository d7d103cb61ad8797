import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import {
  canonicalMime,
  decryptCms,
  encryptCmsSync,
  parseSmime,
  signCmsSync,
  toSmime,
  verifyCmsSync,
} from '../src/cms.ts'
import { createAuthority, parsePrivateKey } from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()
const authority = createAuthority({ provider, subject: 'Mail CA' })
const alice = authority.issue('alice@a.test', { key: { type: 'rsa', bits: 2048 }, extKeyUsage: ['emailProtection'] })
openssl.write('ca.pem', authority.cert)
openssl.write('alice.pem', alice.cert + alice.key)
const entity = canonicalMime('Content-Type: text/plain\n\nTo whom it may concern,\n--\nAlice\n')
openssl.write('entity', entity)
const signers = [{ certificate: alice.certificate, signer: alice.privateKey! }]
const anchors = [authority.certificate]

describe('S/MIME', () => {
  test('clear-signed, ours read by openssl, and read again', () => {
    const message = signCmsSync({ content: entity, provider, signers, detached: true })
    const mail = toSmime({ message, type: 'signed-data', content: entity })
    openssl.write('mail', mail)
    expect(openssl.run('cms -verify -in mail -CAfile ca.pem')).toBe(new TextDecoder().decode(entity))
    const read = parseSmime(mail)
    expect(read).toEqual({ message, content: entity, type: 'signed-data' })
    expect(verifyCmsSync({ message: read.message, content: read.content, provider, anchors })).toMatchObject({
      ok: true,
    })
  })

  test.each(['', ' -nodetach', ' -crlfeol', ' -stream'])("openssl's signed%s", (more) => {
    openssl.run(`cms -sign -in entity -signer alice.pem -out mail${more}`)
    const { message, content } = parseSmime(openssl.read('mail'))
    expect(verifyCmsSync({ message, content, provider, anchors })).toMatchObject({ ok: true, reason: '' })
  })

  test('encrypted, both ways', () => {
    const message = encryptCmsSync({ content: entity, provider, recipients: [{ certificate: alice.certificate }] })
    openssl.write('mail', toSmime({ message, type: 'authEnveloped-data' }))
    expect(openssl.run('cms -decrypt -in mail -recip alice.pem')).toBe(new TextDecoder().decode(entity))
    openssl.run('cms -encrypt -in entity -out mail -aes128 alice.pem')
    const key = parsePrivateKey(alice.key)
    const read = parseSmime(openssl.text('mail'))
    expect(read.type).toBe('enveloped-data')
    expect(decryptCms({ message: read.message, provider, key })).toEqual(entity)
  })

  test('a content that holds what looks like a boundary', () => {
    const content = canonicalMime('Content-Type: text/plain\n\n------signed-0000\n------signed-0000--\n')
    const message = signCmsSync({ content, provider, signers, detached: true })
    expect(parseSmime(toSmime({ message, type: 'signed-data', content })).content).toEqual(content)
  })

  test.each([
    ['', 'headers without an empty line'],
    ['no header\n\n', 'a line among the headers that is none'],
    ['Content-Type: text/html\n\n', 'expected application/pkcs7-mime'],
    ['Content-Type: multipart/signed\n\n', 'without a boundary'],
    ['Content-Type: multipart/signed; boundary=b\n\n--b\n', 'without its last delimiter'],
    ['Content-Type: multipart/signed; boundary=b\n\n--b\n\na\n--b--\n', 'with 1 parts'],
    ['Content-Type: multipart/signed; boundary=b; boundary=c\n\n--b--\n', 'boundary of Content-Type twice'],
    ['Content-Type: application/pkcs7-mime\nContent-Type: text/plain\n\n', 'two headers content-type'],
    ['Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n!', 'not base64'],
    [
      'Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: quoted-printable\n\n',
      'Content-Transfer-Encoding',
    ],
  ])('%j is refused', (text, words) => {
    expect(() => parseSmime(text)).toThrow(words)
  })

  test('hostile text is read in one pass', () => {
    const many = `Content-Type: multipart/signed; boundary=b\n\n${'--b\n\n'.repeat(20_000)}--b--\n`
    expect(() => parseSmime(many)).toThrow('with 20000 parts')
    expect(() => parseSmime(`Content-Type: ${';a=b'.repeat(1000)}${' '.repeat(50_000)}\n\n`)).toThrow('twice')
  })
})
