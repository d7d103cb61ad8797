import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { PrivateKey } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import {
  type Certificate,
  createCertificateSync,
  createName,
  type ExtensionInput,
  type GeneralName,
  keyIdentifier,
  parsePrivateKey,
} from '@x/x509'
import { mutateSigned } from './der-tree.ts'
import type { Random } from './random.ts'

const DAY = 86_400_000

/** A key, in the forms that the makers here want it in. */
export interface Key {
  readonly signer: PrivateKey
  sign(content: Uint8Array): Uint8Array
}

function keyOf({ privateKey }: { privateKey: KeyObject }): Key {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const digest = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return {
    signer: nodeProvider.importPrivateKey(parsePrivateKey(pem)),
    sign: (content) => sign(digest, content, privateKey),
  }
}

/** Made once: what is tried here is chains, not keys. */
export const KEYS: readonly Key[] = [
  ...Array.from({ length: 8 }, () => keyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))),
  keyOf(generateKeyPairSync('rsa', { modulusLength: 2048 })),
  keyOf(generateKeyPairSync('ed25519')),
]

/** A certificate's bytes, with the key that goes with it. */
export interface Made {
  readonly der: Uint8Array
  readonly subject: string
  readonly key: Key
  readonly certificate: Certificate
}

const dns = (value: string): GeneralName => ({ type: 'dns', value })
const ip = (...bytes: number[]): GeneralName => ({ type: 'ip', value: Uint8Array.from(bytes) })
const SUBTREES: readonly GeneralName[] = [
  dns('localhost'),
  dns('test'),
  dns('.localhost'),
  dns(''),
  ip(127, 0, 0, 0, 255, 0, 0, 0),
  { type: 'email', value: 'localhost' },
  { type: 'uri', value: '.test' },
  { type: 'directoryName', value: createName([]) },
]
const NAMES: readonly GeneralName[] = [
  dns('localhost'),
  dns('a.localhost'),
  dns('*.localhost'),
  dns('LOCALHOST'),
  dns('localhost.'),
  ip(127, 0, 0, 1),
  { type: 'email', value: 'a@localhost' },
  { type: 'uri', value: 'https://localhost/' },
]
const POLICIES = ['1.2.3.4', '1.2.3.5', '2.5.29.32.0']
const USAGES = ['serverAuth', 'clientAuth', '2.5.29.37.0', 'OCSPSigning', 'codeSigning']

const some = <T>(random: Random, list: readonly T[], most: number): T[] =>
  Array.from({ length: 1 + random.below(most) }, () => random.pick(list))

function usualOr<T>(random: Random, usual: T, others: readonly T[]): T {
  return random.below(6) > 0 ? usual : random.pick(others)
}

function authorityExtensions(random: Random): ExtensionInput[] {
  const out: ExtensionInput[] = []
  const kind = random.below(12)
  const pathLength = random.once(4) ? random.below(3) : undefined
  if (kind > 0) out.push({ name: 'basicConstraints', critical: kind > 2, value: { ca: kind !== 1, pathLength } })
  const usage = usualOr<readonly string[] | undefined>(
    random,
    ['keyCertSign', 'cRLSign'],
    [undefined, ['digitalSignature'], ['cRLSign']],
  )
  if (usage) out.push({ name: 'keyUsage', critical: true, value: usage as never })
  if (random.once(6)) out.push({ name: 'extKeyUsage', value: some(random, USAGES, 2) as never })
  if (random.once(5)) {
    const trees = () => some(random, SUBTREES, 2).map((base) => ({ base, minimum: 0 }))
    out.push({
      name: 'nameConstraints',
      critical: !random.once(4),
      value: random.once(2) ? { permitted: trees() } : { excluded: trees() },
    })
  }
  if (random.once(6)) {
    out.push({
      name: 'certificatePolicies',
      value: some(random, POLICIES, 2).map((policy) => ({ policy })),
      critical: random.once(4),
    })
  }
  if (random.once(12))
    out.push({ name: 'policyConstraints', critical: true, value: { requireExplicitPolicy: random.below(3) } })
  return out
}

function leafExtensions(random: Random): ExtensionInput[] {
  const out: ExtensionInput[] = []
  const names = usualOr<GeneralName[] | undefined>(random, [dns('localhost')], [undefined, some(random, NAMES, 3)])
  if (names) out.push({ name: 'subjectAltName', value: names, critical: random.once(8) })
  const usage = usualOr<string[] | undefined>(random, undefined, [
    ['digitalSignature'],
    ['keyCertSign'],
    ['keyAgreement'],
  ])
  if (usage) out.push({ name: 'keyUsage', critical: true, value: usage as never })
  const extended = usualOr<string[] | undefined>(random, undefined, [
    ['serverAuth'],
    ['clientAuth'],
    some(random, USAGES, 3),
  ])
  if (extended) out.push({ name: 'extKeyUsage', value: extended as never, critical: random.once(4) })
  if (random.once(10)) out.push({ name: 'basicConstraints', value: { ca: random.once(2) }, critical: true })
  if (random.once(12)) out.push({ name: 'certificatePolicies', value: [{ policy: random.pick(POLICIES) }] })
  return out
}

let serial = 1

/** A certificate for `subject`, as strange as the random numbers have it, but well formed. */
export function make(
  random: Random,
  subject: string,
  issuer: Made | undefined,
  leaf: boolean,
  key = random.pick(KEYS),
): Made {
  const [signer, from] = [issuer?.key ?? key, Date.now()]
  const dates = usualOr(
    random,
    [-DAY, 90 * DAY],
    [
      [-9 * DAY, -DAY],
      [DAY, 9 * DAY],
    ],
  )
  const extensions = leaf ? leafExtensions(random) : authorityExtensions(random)
  const publicKey = key.signer.publicKey!
  if (random.once(2)) {
    extensions.push({
      name: 'subjectKeyIdentifier',
      value: random.once(10) ? random.bytes(20) : keyIdentifier(publicKey, nodeProvider),
    })
  }
  if (issuer && random.once(2)) {
    const keyId = random.once(10) ? random.bytes(20) : keyIdentifier(issuer.key.signer.publicKey!, nodeProvider)
    extensions.push({ name: 'authorityKeyIdentifier', value: { keyIdentifier: keyId } })
  }
  if (random.once(25)) extensions.push({ oid: '1.2.3.4.5.6', critical: random.once(2), value: Uint8Array.of(5, 0) })
  const certificate = createCertificateSync({
    subject,
    issuer: issuer?.subject ?? subject,
    publicKey,
    signer: signer.signer,
    serialNumber: ++serial,
    notBefore: from + dates[0],
    notAfter: from + dates[1],
    extensions,
    allow: ['unreadable-extensions'],
  })
  return { der: certificate.raw, subject, key, certificate }
}

/** Its bytes changed, and signed again by whom it was signed. */
export function damaged(random: Random, der: Uint8Array, signer: Key): Uint8Array {
  return mutateSigned(der, random, (content) => signer.sign(content))
}
