/** Messages of CMS: signed, encrypted, time-stamped, and their MIME. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import {
  createTimestampRequest,
  createTimestampSync,
  decryptCms,
  encryptCmsSync,
  parseEnvelopedData,
  parseSignedData,
  parseSmime,
  parseTimestampRequest,
  parseTimestampResponse,
  signCmsSync,
  toSmime,
  verifyCmsSync,
  verifyTimestampSync,
} from '../../../../packages/x509/src/cms.ts'
import { createAuthority } from '../../../../packages/x509/src/index.ts'
import { ask, Fault, type Target } from './target.ts'

const authority = createAuthority({ provider, subject: 'Messages' })
const anchors = [authority.certificate]
const content = new TextEncoder().encode('Content-Type: text/plain\r\n\r\nA message\r\n')
const same = (bytes: Uint8Array | undefined): boolean => bytes !== undefined && Buffer.compare(bytes, content) === 0

const alice = authority.issue('alice@a.test', { extKeyUsage: ['emailProtection'] })
const bob = authority.issue('bob@a.test', { extensions: [{ name: 'keyUsage', value: ['keyAgreement'] }] })
const clock = authority.issue('clock.test', {
  extensions: [{ name: 'extKeyUsage', critical: true, value: ['1.3.6.1.5.5.7.3.8'] }],
})
const signer = { certificate: alice.certificate, signer: alice.privateKey! }
const signed = [
  signCmsSync({ content, provider, signers: [signer] }),
  signCmsSync({ content, provider, signers: [signer], detached: true }),
]
const kek = new Uint8Array(32)
const encrypted = (['aes-256-gcm', 'aes-128-cbc', 'chacha20-poly1305'] as const).map((cipher) =>
  encryptCmsSync({
    content,
    provider,
    cipher,
    recipients: [
      { certificate: bob.certificate },
      { keyEncryptionKey: kek, keyIdentifier: Uint8Array.of(1) },
      { password: 'x', iterations: 2 },
    ],
  }),
)
const request = createTimestampRequest({ content, provider }) as Uint8Array
const stamp = createTimestampSync({
  request,
  provider,
  certificate: clock.certificate,
  signer: clock.privateKey!,
  policy: '1.2.3',
})

export const CMS_TARGETS: readonly Target[] = [
  {
    name: 'CMS signed',
    format: 'der',
    seeds: () => signed,
    stepsPerByte: 300,
    read(bytes) {
      const { content: held } = parseSignedData(bytes)
      const verdict = verifyCmsSync({ message: bytes, provider, anchors, ...(!held && { content }) })
      if (verdict.ok && held && !same(verdict.content)) throw new Fault('a changed message is good')
      if (!verdict.ok && verdict.content) throw new Fault('content of a message that is not good')
    },
  },
  {
    name: 'CMS encrypted',
    format: 'der',
    seeds: () => encrypted,
    stepsPerByte: 300,
    read(bytes) {
      const { type } = parseEnvelopedData(bytes)
      for (const way of [{ key: bob.privateKey!.data }, { keyEncryptionKey: kek }, { password: 'x', work: 100_000 }]) {
        const opened = ask(() => decryptCms({ message: bytes, provider, ...way }))
        // CBC authenticates nothing.
        if (opened && type === 'authEnvelopedData' && !same(opened)) throw new Fault('plaintext of a changed message')
      }
    },
  },
  {
    name: 'time stamp',
    format: 'der',
    seeds: () => [stamp],
    stepsPerByte: 300,
    read(bytes) {
      parseTimestampResponse(bytes)
      const { ok, info } = verifyTimestampSync({ response: bytes, request, content, anchors, provider })
      if (ok && info!.policy !== '1.2.3') throw new Fault('a changed stamp is good')
    },
  },
  {
    name: 'time stamp request',
    format: 'der',
    seeds: () => [request],
    read: (bytes) => void parseTimestampRequest(bytes),
  },
  {
    name: 'S/MIME',
    format: 'text',
    seeds: () => [
      toSmime({ message: signed[0]!, type: 'signed-data' }),
      toSmime({ message: signed[1]!, type: 'signed-data', content }),
    ],
    words: ['Content-Type: ', 'multipart/signed', 'boundary=', '--', '\r\n', '\n\n', ';', '"', 'base64', ':', '\\'],
    read(bytes) {
      const { message, content: beside } = parseSmime(bytes)
      const verdict = verifyCmsSync({ message, provider, anchors, ...(beside && { content: beside }) })
      if (verdict.ok && beside && !same(beside)) throw new Fault('a changed content is good')
    },
  },
]
