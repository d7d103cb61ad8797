/**
 * Signing and verifying one megabyte of content in CMS with an RSA key: @x/x509/cms against PKI.js, node-forge (which cannot
 * verify) and the bare operations of node:crypto, in one run.
 *
 *   tsx src/cms.ts
 *
 * Exits with 1 when another library is not three times slower, unless ours is within 1.2 of the bare operations.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign as nodeSign,
  verify as nodeVerify,
  webcrypto,
} from 'node:crypto'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { type Certificate, createAuthority, createTrustStore, encodePrivateKey } from '@x/x509'
import { signCmsSync, verifyCmsSync } from '@x/x509/cms'
import * as asn1 from 'asn1js'
import forge from 'node-forge'
import * as pkijs from 'pkijs'
import { median } from './measure.ts'

pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as never }))

type Work = () => unknown | Promise<unknown>
const ROUNDS = 7
const SLICE = 150

const content = provider.randomBytes(1 << 20)
const ca = createAuthority({ provider, key: { type: 'rsa', bits: 2048 }, subject: 'CA' })
const issued = ca.issue('signer@a.test', { key: { type: 'rsa', bits: 2048 }, extKeyUsage: ['emailProtection'] })
const { certificate } = issued
const signer = issued.privateKey!
const anchors = createTrustStore([ca.certificate])
const message = signCmsSync({ content, provider, signers: [{ certificate, signer }] })

const ours = () => signCmsSync({ content, provider, signers: [{ certificate, signer }] })
const oursVerified = () => must(verifyCmsSync({ message, provider, anchors, name: false }).ok)

/** What cannot be done with less: the digest of the content, and one signature or two checks. */
const nodeKey = createPrivateKey(encodePrivateKey(signer.data))
const nodePublic = createPublicKey(nodeKey)
const attributes = new Uint8Array(100)
const nodeSignature = nodeSign('sha256', attributes, nodeKey)
const bare = () => [createHash('sha256').update(content).digest(), nodeSign('sha256', attributes, nodeKey)]
const bareVerified = () => [
  createHash('sha256').update(content).digest(),
  must(nodeVerify('sha256', attributes, nodePublic, nodeSignature)),
  must(nodeVerify('sha256', attributes, nodePublic, nodeSignature)),
]

const pkcs8 = encodePrivateKey(signer.data, { format: 'der' })
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const webKey = await webcrypto.subtle.importKey('pkcs8', Uint8Array.from(pkcs8), algorithm, false, ['sign'])
const buffer = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer
const readPkijs = ({ raw }: Certificate) => pkijs.Certificate.fromBER(buffer(raw))
const pkijsCertificate = readPkijs(certificate)
const pkijsRoot = readPkijs(ca.certificate)

async function pkijsSigned(): Promise<ArrayBuffer> {
  const signed = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({
      eContentType: pkijs.ContentInfo.DATA,
      eContent: new asn1.OctetString({ valueHex: buffer(content) }),
    }),
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({
          issuer: pkijsCertificate.issuer,
          serialNumber: pkijsCertificate.serialNumber,
        }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            new pkijs.Attribute({
              type: '1.2.840.113549.1.9.3',
              values: [new asn1.ObjectIdentifier({ value: pkijs.ContentInfo.DATA })],
            }),
            new pkijs.Attribute({
              type: '1.2.840.113549.1.9.5',
              values: [new asn1.UTCTime({ valueDate: new Date() })],
            }),
            new pkijs.Attribute({
              type: '1.2.840.113549.1.9.4',
              values: [new asn1.OctetString({ valueHex: await webcrypto.subtle.digest('SHA-256', content as never) })],
            }),
          ],
        }),
      }),
    ],
    certificates: [pkijsCertificate],
  })
  await signed.sign(webKey as never, 0, 'SHA-256')
  return new pkijs.ContentInfo({ contentType: pkijs.ContentInfo.SIGNED_DATA, content: signed.toSchema(true) })
    .toSchema()
    .toBER(false)
}

async function pkijsVerified(): Promise<void> {
  const info = pkijs.ContentInfo.fromBER(buffer(message))
  const signed = new pkijs.SignedData({ schema: info.content })
  must(await signed.verify({ signer: 0, trustedCerts: [pkijsRoot], checkChain: true }))
}

const forgeKey = forge.pki.privateKeyFromPem(issued.key)
const forgeCertificate = forge.pki.certificateFromPem(issued.cert)
const forgeContent = Buffer.from(content).toString('binary')

function forgeSigned(): string {
  const p7 = forge.pkcs7.createSignedData()
  p7.content = forge.util.createBuffer(forgeContent)
  p7.addCertificate(forgeCertificate)
  const { oids } = forge.pki
  p7.addSigner({
    key: forgeKey,
    certificate: forgeCertificate,
    digestAlgorithm: oids.sha256!,
    authenticatedAttributes: [
      { type: oids.contentType!, value: oids.data! },
      { type: oids.messageDigest! },
      { type: oids.signingTime!, value: new Date() as never },
    ],
  })
  p7.sign()
  return forge.asn1.toDer(p7.toAsn1()).getBytes()
}

function must(ok: boolean): true {
  if (!ok) throw new Error('not verified')
  return true
}

/** Microseconds of CPU per call, threads of the pool included. */
async function slice(work: Work): Promise<number> {
  const until = performance.now() + SLICE
  const before = process.cpuUsage()
  let count = 0
  for (; count === 0 || performance.now() < until; count++) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

/** A table of medians over rounds in turn. @returns how many times slower than the first each is */
async function compare(title: string, contenders: Readonly<Record<string, Work>>): Promise<Record<string, number>> {
  const names = Object.keys(contenders)
  const times: number[][] = names.map(() => [])
  for (const name of names) await slice(contenders[name]!)
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, name] of names.entries()) times[i]!.push(await slice(contenders[name]!))
  console.log(`\n${title}`)
  const ratios = names.map((name, i) => {
    const ratio = median(times[i]!.map((time, round) => time / times[0]![round]!))
    console.log(`  ${name.padEnd(24)}${(median(times[i]!) / 1000).toFixed(2).padStart(9)} ms   x${ratio.toFixed(2)}`)
    return [name, ratio] as const
  })
  return Object.fromEntries(ratios)
}

const signing = await compare('RSA-2048, 1 MB: sign', {
  '@x/x509/cms': ours,
  'PKI.js': pkijsSigned,
  'node-forge': forgeSigned,
  'bare node:crypto': bare,
})
const verifying = await compare('RSA-2048, 1 MB: verify, the chain too', {
  '@x/x509/cms': oursVerified,
  'PKI.js': pkijsVerified,
  'bare node:crypto': bareVerified,
})
for (const [title, { 'bare node:crypto': least, ...others }] of Object.entries({ signing, verifying })) {
  const slowest = Object.entries(others).filter(([name, ratio]) => name !== '@x/x509/cms' && ratio < 3)
  if (slowest.length === 0 || 1 / least! <= 1.2) continue
  console.log(`\nFAIL ${title}: less than three times as fast as ${slowest.map(([name]) => name).join(', ')}`)
  process.exitCode = 1
}
