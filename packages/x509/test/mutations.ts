import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { equalBytes } from '../src/bytes.ts'
import { EXTENSION_CODECS } from '../src/extensions/registry.ts'
import {
  Certificate,
  CertificateRequest,
  CertificateRevocationList,
  createAuthority,
  createCrlSync,
  createOcspRequest,
  createOcspResponseSync,
  createRequestSync,
  createTrustStore,
  type ExtensionName,
  encodePfx,
  encodePkcs7,
  encodePrivateKey,
  encodePublicKey,
  parseDhParameters,
  parseOcspRequest,
  parseOcspResponse,
  parsePem,
  parsePfx,
  parsePkcs7,
  parsePrivateKey,
  parsePublicKey,
  toLegacyObject,
  verifyChainSync,
  verifyOcspResponseSync,
  X509CertificateLike,
} from '../src/index.ts'
import { certificatePems, crlPems } from './corpus.ts'

/** Real files, damaged at random, and what reading them must never do. */

/** A small generator with a seed (mulberry32), so that a failure can be run again. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One to four changes: bits, bytes, lengths, pieces cut out, doubled, swapped or cut off. */
export function mutate(original: Uint8Array, next: () => number): Uint8Array {
  let bytes = original.slice()
  const below = (n: number) => Math.floor(next() * n)
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = below(bytes.length)
    switch (below(8)) {
      case 0:
        bytes[at]! ^= 1 << below(8)
        break
      case 1:
        bytes[at] = below(256)
        break
      case 2:
        bytes[at] = [0x00, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x30, 0x31, 0xa0, 0x02, 0x06][below(12)]!
        break
      case 3:
        bytes = bytes.slice(0, Math.max(1, at))
        break
      case 4: {
        const end = Math.min(bytes.length, at + 1 + below(16))
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(end)])
        break
      }
      case 5: {
        const piece = bytes.subarray(at, at + 1 + below(32))
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at)])
        break
      }
      case 6: {
        const from = below(bytes.length)
        bytes.copyWithin(at, from, from + 1 + below(32))
        break
      }
      default:
        bytes[at] = (bytes[at]! + (below(2) ? 1 : 255)) & 0xff
    }
    if (bytes.length === 0) bytes = Uint8Array.of(0x30)
  }
  return bytes
}

/** A file to damage, and everything that is done with it. */
export interface Subject {
  readonly name: string
  readonly bytes: Uint8Array
  /** Reads what is damaged, to the last field; says what verdict should not have been given. */
  readonly read: (bytes: Uint8Array) => string | undefined
}

function readCertificate(bytes: Uint8Array): Certificate {
  const certificate = Certificate.parse(bytes)
  certificate.subject.toString()
  toLegacyObject(certificate, provider)
  const like = new X509CertificateLike(certificate, provider)
  for (const field of ['subject', 'subjectAltName', 'infoAccess', 'validFrom', 'ca', 'keyUsage'] as const)
    void like[field]
  like.checkHost('a.test')
  for (const name of Object.keys(EXTENSION_CODECS) as ExtensionName[])
    try {
      certificate.extension(name)
    } catch (error) {
      if ((error as Error).name !== 'X509Error') throw error
    }
  return certificate
}

export function subjects(): Subject[] {
  const root = createAuthority({ provider, key: { type: 'rsa', bits: 2048 }, subject: 'Root' })
  const intermediate = root.createIntermediate({ subject: 'Intermediate' })
  const leaf = intermediate.issue('a.test', { names: ['10.0.0.1', 'x@a.test'] })
  const anchors = createTrustStore([root.certificate])
  const crls = [root, intermediate].map((authority) =>
    createCrlSync({
      issuer: authority.certificate.subject,
      signer: authority.signer,
      keyIdentifier: authority.certificate.extension('subjectKeyIdentifier'),
      revoked: [{ serialNumber: 5, reason: 'superseded' }],
    }),
  )
  const chain = { intermediates: [intermediate.certificate], anchors, provider, crls }
  const list: Subject[] = []
  const add = (name: string, bytes: Uint8Array, read: Subject['read']) => list.push({ name, bytes, read })
  const quietly = (name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => unknown) =>
    add(name, bytes, (damaged) => void read(damaged))

  for (const profile of ['node', 'webpki'] as const) {
    add(`leaf, ${profile}`, leaf.certificate.raw, (bytes) => {
      const certificate = readCertificate(bytes)
      const { ok } = verifyChainSync({ ...chain, leaf: certificate, profile })
      return ok && !equalBytes(certificate.tbs, leaf.certificate.tbs) ? 'a damaged leaf was accepted' : undefined
    })
    add(`intermediate, ${profile}`, intermediate.certificate.raw, (bytes) => {
      const certificate = readCertificate(bytes)
      const { ok } = verifyChainSync({ ...chain, intermediates: [certificate], leaf: leaf.certificate, profile })
      return ok && !equalBytes(certificate.tbs, intermediate.certificate.tbs)
        ? 'a damaged intermediate was accepted'
        : undefined
    })
    add(`CRL, ${profile}`, crls[1]!.raw, (bytes) => {
      const crl = CertificateRevocationList.parse(bytes)
      const { ok } = verifyChainSync({ ...chain, crls: [crls[0]!, crl], leaf: leaf.certificate, profile })
      return ok && !equalBytes(crl.tbs, crls[1]!.tbs) ? 'a damaged CRL was accepted' : undefined
    })
  }
  const pems = certificatePems()
  for (let i = 0; i < 40; i++)
    quietly(
      'certificate of the corpus',
      Certificate.parse(pems[Math.floor((i * pems.length) / 40)]!).raw,
      readCertificate,
    )
  for (const pem of crlPems().slice(0, 20))
    quietly('CRL of the corpus', parsePem(pem)[0]!.bytes, (bytes) =>
      CertificateRevocationList.parse(bytes).find(leaf.certificate),
    )

  const { certificate, privateKey } = leaf
  const response = createOcspResponseSync({
    provider,
    signer: intermediate.signer,
    responder: intermediate.certificate,
    answers: [{ certificate, issuer: intermediate.certificate, status: 'good' }],
  })
  const signedPart = (bytes: Uint8Array) => parseOcspResponse(bytes).basic?.tbs ?? new Uint8Array(0)
  add('OCSP response', response, (bytes) => {
    const { status } = verifyOcspResponseSync({
      response: bytes,
      certificate,
      issuer: intermediate.certificate,
      provider,
    })
    return status === 'good' && !equalBytes(signedPart(bytes), signedPart(response))
      ? 'a damaged OCSP response was accepted'
      : undefined
  })
  quietly(
    'OCSP request',
    createOcspRequest(certificate, root.certificate, provider, { nonce: new Uint8Array(8) }),
    parseOcspRequest,
  )
  const request = createRequestSync({ subject: 'a.test', signer: privateKey!, names: ['a.test'] })
  add('CSR', request.raw, (bytes) => {
    const damaged = CertificateRequest.parse(bytes)
    return damaged.verify(provider) === true && !equalBytes(damaged.info, request.info)
      ? 'a damaged request was accepted'
      : undefined
  })
  quietly('PKCS#7', encodePkcs7({ certificates: [certificate], crls }), parsePkcs7)
  for (const protection of ['modern', 'legacy', 'pbmac1'] as const)
    quietly(
      `PFX, ${protection}`,
      encodePfx({
        keys: [{ key: privateKey!.data }],
        certificates: [certificate],
        passphrase: 'x',
        provider,
        protection,
        iterations: 2,
      }),
      (bytes) => parsePfx(bytes, { passphrase: 'x', provider }),
    )
  for (const spec of [{ type: 'rsa', bits: 2048 }, { type: 'ec', curve: 'secp384r1' }, { type: 'ed25519' }] as const) {
    const key = provider.generateKey(spec)
    const options = { passphrase: 'x', provider }
    const read = (bytes: Uint8Array) => parsePrivateKey(bytes, options)
    quietly(`PKCS#8, ${spec.type}`, encodePrivateKey(key.data, { format: 'der' }), read)
    quietly(`SPKI, ${spec.type}`, encodePublicKey(key.publicKey), parsePublicKey)
    quietly(
      `encrypted PKCS#8, ${spec.type}`,
      encodePrivateKey(key.data, {
        format: 'der',
        passphrase: 'x',
        provider,
        encryption: { scheme: 'pbes2', iterations: 2 },
      }),
      read,
    )
    quietly(
      `scrypt, ${spec.type}`,
      encodePrivateKey(key.data, {
        format: 'der',
        passphrase: 'x',
        provider,
        encryption: { scheme: 'scrypt', cost: 2 },
      }),
      read,
    )
    quietly(`PEM, ${spec.type}`, new TextEncoder().encode(encodePrivateKey(key.data)), read)
    if (spec.type === 'ed25519') continue
    quietly(`traditional, ${spec.type}`, encodePrivateKey(key.data, { format: 'der', type: 'traditional' }), read)
    quietly(
      `encrypted PEM, ${spec.type}`,
      new TextEncoder().encode(encodePrivateKey(key.data, { type: 'traditional', passphrase: 'x', provider })),
      read,
    )
  }
  quietly('DH parameters', Uint8Array.of(0x30, 8, 2, 2, 1, 5, 2, 2, 0, 0x80), parseDhParameters)
  return list
}

export interface Damage {
  readonly problem: string
  readonly subject: string
  readonly bytes: string
}

/** Damages and reads `count` times; what went wrong, and the longest time that one took, in milliseconds. */
export function bombard(count: number, seed: number): { damages: Damage[]; slowest: number; refused: number } {
  const next = random(seed)
  const all = subjects()
  const damages: Damage[] = []
  let slowest = 0
  let refused = 0
  for (let i = 0; i < count; i++) {
    const subject = all[i % all.length]!
    const bytes = mutate(subject.bytes, next)
    const before = performance.now()
    let problem: string | undefined
    try {
      problem = subject.read(bytes)
    } catch (error) {
      refused++
      if ((error as Error).name !== 'X509Error') problem = `threw ${(error as Error).stack}`
    }
    const took = performance.now() - before
    slowest = Math.max(slowest, took)
    if (took > 1000) problem ??= `took ${Math.round(took)} ms`
    if (problem) damages.push({ problem, subject: subject.name, bytes: Buffer.from(bytes).toString('base64') })
  }
  return { damages, slowest, refused }
}
