/** Decoders of @x/x509: every container, and each extension. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { EXTENSION_CODECS } from '../../../../packages/x509/src/extensions/registry.ts'
import {
  Certificate,
  CertificateRequest,
  CertificateRevocationList,
  checkServerIdentity,
  createAuthority,
  createCrlSync,
  createOcspRequest,
  createOcspResponseSync,
  createRequestSync,
  createTrustStore,
  DerReader,
  type ExtensionName,
  encodeDhParameters,
  encodePem,
  encodePfx,
  encodePkcs7,
  encodePrivateKey,
  encodePublicKey,
  encodeSctList,
  Name,
  parseDhParameters,
  parseOcspRequest,
  parseOcspResponse,
  parsePem,
  parsePfx,
  parsePkcs7,
  parsePrivateKey,
  parsePublicKey,
  parseSctList,
  peerCertificateReader,
  privateKeyFromJwk,
  privateKeyToJwk,
  publicKeyFromJwk,
  publicKeyToJwk,
  toIdentityCertificate,
  toLegacyObject,
  verifyChainSync,
  verifyOcspResponseSync,
  X509CertificateLike,
} from '../../../../packages/x509/src/index.ts'
import { rootCertificates } from '../../../../packages/x509/src/roots.ts'
import { ask, Fault, sameAgain, type Target } from './target.ts'

const root = createAuthority({ provider, key: { type: 'ec', curve: 'secp256r1' }, subject: 'Root' })
const intermediate = root.createIntermediate({
  subject: 'Intermediate',
  extensions: [
    { name: 'nameConstraints', value: { permitted: [{ base: { type: 'dns', value: 'test' }, minimum: 0 }] } },
    { name: 'policyConstraints', value: { requireExplicitPolicy: 3 } },
    { name: 'certificatePolicies', value: [{ policy: '2.5.29.32.0' }] },
  ],
})
const leaf = intermediate.issue('a.test', {
  names: ['10.0.0.1', 'x@a.test', '*.a.test'],
  extensions: [
    { name: 'certificatePolicies', value: [{ policy: '2.23.140.1.2.1' }] },
    {
      name: 'authorityInfoAccess',
      value: [{ method: '1.3.6.1.5.5.7.48.1', location: { type: 'uri', value: 'http://a.test/' } }],
    },
    {
      name: 'cRLDistributionPoints',
      value: [{ name: { fullName: [{ type: 'uri', value: 'http://a.test/c' }] }, reasons: 6 }],
    },
  ],
})
const anchors = createTrustStore([root.certificate])
const crls = [root, intermediate].map((authority) =>
  createCrlSync({
    issuer: authority.certificate.subject,
    signer: authority.signer,
    keyIdentifier: authority.certificate.extension('subjectKeyIdentifier')!,
    revoked: [{ serialNumber: 5, reason: 'superseded', invalidityDate: 1.7e12 }, { serialNumber: 77777 }],
  }),
)
const ocspResponse = createOcspResponseSync({
  provider,
  signer: intermediate.signer,
  responder: intermediate.certificate,
  answers: [{ certificate: leaf.certificate, issuer: intermediate.certificate, status: 'good' }],
})

const chain = { intermediates: [intermediate.certificate], anchors, provider, crls }
const names = Object.keys(EXTENSION_CODECS) as ExtensionName[]

/** Everything that can be asked of a certificate. */
function readCertificate(bytes: Uint8Array): void {
  const certificate = Certificate.fromDer(bytes)
  // From here on nothing may throw but what says so.
  const { subject, issuer, extensions } = certificate
  for (const name of [subject, issuer]) void [name.toString(), name.toBriefString(), name.canonical, name.attributes]
  if (!Name.parse(subject.raw).equals(subject)) throw new Fault('a name is not itself')
  for (const name of names) ask(() => certificate.extension(name))
  void [...extensions, extensions.duplicate, certificate.serialNumberHex, certificate.signatureAlgorithm]
  ask(() => certificate.publicKey)
  ask(() => certificate.importKey(provider))
  toLegacyObject(certificate, provider)
  checkServerIdentity('a.test', toIdentityCertificate(certificate))
  const like = new X509CertificateLike(certificate, provider)
  for (const field of ['subject', 'issuer', 'subjectAltName', 'infoAccess', 'keyUsage', 'ca'] as const) void like[field]
  for (const field of ['validFrom', 'validTo', 'validFromDate', 'fingerprint256', 'serialNumber'] as const)
    void like[field]
  void [like.checkHost('a.test'), like.checkEmail('x@a.test'), like.checkIP('10.0.0.1')]
  // A peer's is asked for less: where the key is none, the handshake says so.
  ask(() => peerCertificateReader(provider)(bytes).publicKey)
  ask(() => peerCertificateReader(provider)(bytes).keyUsage)
  for (const profile of ['node', 'webpki'] as const)
    for (const options of [
      { ...chain, leaf: certificate },
      { ...chain, leaf: leaf.certificate, intermediates: [certificate, intermediate.certificate] },
    ]) {
      const { ok } = verifyChainSync({ ...options, profile, name: 'a.test' })
      const intact = Buffer.compare(certificate.tbs, leaf.certificate.tbs) === 0
      if (ok && options.leaf === certificate && !intact) throw new Fault('a damaged certificate is good')
    }
}

const KEYS = [
  { type: 'rsa', bits: 2048 },
  { type: 'ec', curve: 'secp256r1' },
  { type: 'ec', curve: 'secp521r1' },
  { type: 'ed25519' },
  { type: 'x25519' },
] as const

const keys = KEYS.flatMap((spec) => {
  try {
    return [provider.generateKey(spec as Parameters<typeof provider.generateKey>[0])]
  } catch {
    return []
  }
})
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const withPassphrase = { passphrase: 'x', provider } as const

function privateKeys(): Uint8Array[] {
  return keys.flatMap(({ data }) => [
    encodePrivateKey(data, { format: 'der' }),
    ...(data.type === 'rsa' || data.type === 'ec'
      ? [encodePrivateKey(data, { format: 'der', type: 'traditional' })]
      : []),
    encodePrivateKey(data, { format: 'der', ...withPassphrase, encryption: { scheme: 'pbes2', iterations: 2 } }),
    encodePrivateKey(data, { format: 'der', ...withPassphrase, encryption: { scheme: 'scrypt', cost: 2 } }),
  ])
}

/** A key file whose iterations would take its whole budget is not worth the time here. */
const FEW = { ...withPassphrase, work: 100_000 }

const extensions = names.map((name): Target => {
  const { oid } = EXTENSION_CODECS[name]
  const codec = EXTENSION_CODECS[name] as { decode(value: Uint8Array): unknown; encode(value: unknown): Uint8Array }
  const values = [...rootCertificates(), root.certificate, intermediate.certificate, leaf.certificate].flatMap(
    ({ extensions }) => [...extensions].filter((extension) => extension.oid === oid).map(({ value }) => value),
  )
  const entries = crls.flatMap((crl) => [...crl.extensions].filter((one) => one.oid === oid).map(({ value }) => value))
  return {
    name: `extension ${name}`,
    format: 'der',
    seeds: () => [...[...values, ...entries].slice(0, 12), Uint8Array.of(0x30, 0), Uint8Array.of(5, 0)],
    read: (bytes) => sameAgain(codec.decode(bytes), codec.encode, codec.decode),
  }
})

export const X509_TARGETS: readonly Target[] = [
  {
    name: 'DER',
    format: 'der',
    seeds: () => [leaf.certificate.raw, ocspResponse],
    read(bytes) {
      for (const ber of [false, true]) {
        const walk = (reader: DerReader): void => {
          while (!reader.done) {
            if (reader.tag & 0x20) walk(reader.enter(reader.tag, 'constructed'))
            else if (reader.tag === 6) ask(() => reader.oid('oid')) ?? reader.raw('oid')
            else reader.raw('primitive')
          }
        }
        ask(() => walk(DerReader.open(bytes, '', { maxLength: 1 << 20, maxDepth: 32, ber })))
      }
    },
  },
  {
    name: 'PEM',
    format: 'text',
    seeds: () => [text(leaf.certificate.toPem()), text(encodePrivateKey(keys[0].data)), text('nothing')],
    words: [
      '-----BEGIN ',
      '-----END ',
      'CERTIFICATE',
      '-----',
      '\n',
      '\r\n',
      ' ',
      '\t',
      '=',
      'Proc-Type: 4,ENCRYPTED\n',
      '#',
    ],
    read(bytes) {
      for (const { label, bytes: content } of parsePem(bytes)) {
        const again = parsePem(encodePem(label, content))
        if (again.length !== 1 || Buffer.compare(again[0].bytes, content) !== 0) throw new Fault('PEM is another')
      }
    },
  },
  {
    name: 'certificate',
    format: 'der',
    seeds: () => [
      ...[leaf, intermediate, root].map(({ certificate }) => certificate.raw),
      ...rootCertificates()
        .filter((_, index) => index % 12 === 0)
        .map(({ raw }) => raw),
    ],
    stepsPerByte: 300,
    read: readCertificate,
  },
  {
    name: 'name',
    format: 'der',
    seeds: () => [
      leaf.certificate.subject.raw,
      ...rootCertificates()
        .slice(0, 20)
        .map(({ subject }) => subject.raw),
    ],
    read(bytes) {
      const name = Name.parse(bytes)
      void [name.toString(), name.toBriefString(), name.canonical, name.rdns, name.get('CN')]
      if (!name.equals(Name.parse(bytes.slice()))) throw new Fault('a name is not itself')
    },
  },
  ...extensions,
  {
    name: 'CRL',
    format: 'der',
    seeds: () => crls.map(({ raw }) => raw),
    read(bytes) {
      const crl = CertificateRevocationList.parse(bytes)
      crl.find(leaf.certificate)
      for (const name of names) ask(() => crl.extension(name))
      void crl.signatureAlgorithm
      for (const profile of ['node', 'webpki'] as const)
        verifyChainSync({ ...chain, crls: [crls[0], crl], leaf: leaf.certificate, profile })
    },
  },
  {
    name: 'OCSP response',
    format: 'der',
    seeds: () => [ocspResponse],
    read(bytes) {
      const { basic } = parseOcspResponse(bytes)
      void basic?.signatureAlgorithm
      const issuer = intermediate.certificate
      const verdict = verifyOcspResponseSync({ response: bytes, certificate: leaf.certificate, issuer, provider })
      const intact = basic && Buffer.compare(basic.tbs, parseOcspResponse(ocspResponse).basic!.tbs) === 0
      if (verdict.status === 'good' && !intact) throw new Fault('a damaged OCSP response is good')
    },
  },
  {
    name: 'OCSP request',
    format: 'der',
    seeds: () => [createOcspRequest(leaf.certificate, root.certificate, provider, { nonce: new Uint8Array(8) })],
    read: (bytes) => void parseOcspRequest(bytes),
  },
  {
    name: 'CSR',
    format: 'der',
    seeds: () => [createRequestSync({ subject: 'a.test', signer: leaf.privateKey!, names: ['a.test'] }).raw],
    read(bytes) {
      const request = CertificateRequest.parse(bytes)
      for (const name of names) ask(() => request.extension(name))
      ask(() => request.verify(provider))
    },
  },
  {
    name: 'PKCS#7',
    format: 'der',
    seeds: () => [encodePkcs7({ certificates: [leaf.certificate], crls })],
    read(bytes) {
      // Sets: once written they stand in DER's order.
      sameAgain(parsePkcs7(encodePkcs7(parsePkcs7(bytes))), encodePkcs7, parsePkcs7)
    },
  },
  {
    name: 'PFX',
    format: 'der',
    seeds: () =>
      (['modern', 'legacy', 'pbmac1'] as const).map((protection) =>
        encodePfx({
          keys: [{ key: keys[1].data }],
          certificates: [leaf.certificate],
          passphrase: 'x',
          provider,
          protection,
          iterations: 2,
        }),
      ),
    read: (bytes) => void parsePfx(bytes, FEW),
  },
  {
    name: 'private key',
    format: 'der',
    seeds: privateKeys,
    read(bytes) {
      const key = parsePrivateKey(bytes, FEW)
      sameAgain(key, (data) => encodePrivateKey(data, { format: 'der' }), parsePrivateKey)
      const imported = ask(() => provider.importPrivateKey(key))
      const { publicKey } = imported ?? {}
      if (publicKey) ask(() => privateKeyFromJwk(privateKeyToJwk(key, publicKey)))
    },
  },
  {
    name: 'public key',
    format: 'der',
    seeds: () => keys.flatMap(({ publicKey }) => (publicKey ? [encodePublicKey(publicKey)] : [])),
    read(bytes) {
      const key = parsePublicKey(bytes)
      sameAgain(key, encodePublicKey, parsePublicKey)
      ask(() => publicKeyFromJwk(publicKeyToJwk(key)))
      ask(() => provider.importPublicKey(key))
    },
  },
  {
    name: 'DH parameters',
    format: 'der',
    seeds: () => [encodeDhParameters({ p: new Uint8Array(64).fill(0xf1), g: Uint8Array.of(2) }, { format: 'der' })],
    read(bytes) {
      const value = parseDhParameters(bytes)
      const encode = (again: typeof value) => encodeDhParameters(again, { format: 'der' })
      // What is written is PKCS#3, which has no q.
      if (!value.q) sameAgain(value, encode, parseDhParameters)
    },
  },
  {
    name: 'SCT list',
    format: 'tls',
    seeds: () => [
      // One of version 1: a log's id, the time, no extensions, and a signature by ECDSA with SHA-256.
      encodeSctList([
        { raw: Uint8Array.of(0, ...new Array(32).fill(7), ...new Array(8).fill(1), 0, 0, 4, 3, 0, 2, 9, 9) },
      ]),
    ],
    read: (bytes) => sameAgain(parseSctList(bytes), encodeSctList, parseSctList),
  },
]
