/**
 * Parsing and verifying a chain of three certificates: @x/x509 against PKI.js, @peculiar/x509, node-forge and Node's own
 * X509Certificate, in one run.
 *
 *   tsx src/x509.ts
 *
 * Each library gets the same DER and does the same work: it reads all three certificates anew and, to verify, builds the
 * path to the root and checks both signatures. Names and dates are read too, since some libraries only read them then.
 * Exits with 1 when a JavaScript library was faster.
 */
import 'reflect-metadata'
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto'
import * as peculiar from '@peculiar/x509'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { Certificate, createAuthority, createTrustStore, toLegacyObject, verifyChainSync } from '@x/x509'
import forge from 'node-forge'
import * as pkijs from 'pkijs'
import { median } from './measure.ts'

peculiar.cryptoProvider.set(webcrypto as never)
pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as never }))

type Work = () => unknown | Promise<unknown>
const ROUNDS = 9
const SLICE = 60

/** Microseconds of CPU per call, threads of the pool included, over about `SLICE` milliseconds. */
async function slice(work: Work): Promise<number> {
  const until = performance.now() + SLICE
  const before = process.cpuUsage()
  let count = 0
  for (; performance.now() < until; count++) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

/** A table of medians over rounds in turn; true when no other JavaScript library was faster than the first row. */
async function compare(title: string, contenders: Readonly<Record<string, Work>>): Promise<boolean> {
  const names = Object.keys(contenders)
  const times: number[][] = names.map(() => [])
  for (const name of names) await slice(contenders[name]!)
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, name] of names.entries()) times[i]!.push(await slice(contenders[name]!))
  console.log(`\n${title}`)
  let fastest = true
  names.forEach((name, i) => {
    const ratio = median(times[i]!.map((time, round) => time / times[0]![round]!))
    console.log(`  ${name.padEnd(34)}${median(times[i]!).toFixed(1).padStart(10)} us   x${ratio.toFixed(2)}`)
    if (ratio < 1 && !name.startsWith('Node') && !name.startsWith('@x/x509')) fastest = false
  })
  return fastest
}

const binary = (der: Uint8Array) => forge.util.createBuffer(Buffer.from(der).toString('binary'))
const readForge = (der: Uint8Array) => forge.pki.certificateFromAsn1(forge.asn1.fromDer(binary(der)))
const readPkijs = (der: Uint8Array) => pkijs.Certificate.fromBER(Uint8Array.from(der).buffer)
const readPeculiar = (der: Uint8Array) => new peculiar.X509Certificate(Uint8Array.from(der).buffer)

async function bench(kind: 'P-256' | 'RSA-2048'): Promise<boolean> {
  const key = kind === 'P-256' ? ({ type: 'ec', curve: 'secp256r1' } as const) : ({ type: 'rsa', bits: 2048 } as const)
  const root = createAuthority({ provider: nodeProvider, key, subject: { C: 'DE', O: 'Bench', CN: 'Root' } })
  const intermediate = root.createIntermediate({ key, subject: { C: 'DE', O: 'Bench', CN: 'Intermediate' } })
  const { certificate } = intermediate.issue('a.test', { key, names: ['b.test', '10.0.0.1'] })
  const ders = [certificate, intermediate.certificate, root.certificate].map(({ raw }) => raw)
  const time = new Date()
  const rsa = kind === 'RSA-2048'

  const ours = (provider: typeof nodeProvider) => () => {
    const [leaf, middle, top] = ders.map((der) => Certificate.parse(der))
    const result = verifyChainSync({
      leaf: leaf!,
      intermediates: [middle!],
      anchors: [top!],
      provider,
      profile: 'node',
      time,
    })
    if (!result.ok) throw new Error(result.reason)
  }
  const store = createTrustStore([root.certificate])
  const kept = () => {
    const [leaf, middle] = ders.slice(0, 2).map((der) => Certificate.parse(der))
    const result = verifyChainSync({
      leaf: leaf!,
      intermediates: [middle!],
      anchors: store,
      provider: nodeProvider,
      profile: 'node',
      time,
    })
    if (!result.ok) throw new Error(result.reason)
  }
  const pki = async () => {
    const [leaf, middle, top] = ders.map(readPkijs)
    const engine = new pkijs.CertificateChainValidationEngine({
      trustedCerts: [top!],
      certs: [middle!, leaf!],
      checkDate: time,
    })
    const { result, resultMessage } = await engine.verify()
    if (!result) throw new Error(resultMessage)
  }
  const peculiarChain = async () => {
    const [leaf, middle, top] = ders.map(readPeculiar)
    const chain = await new peculiar.X509ChainBuilder({ certificates: [middle!, top!] }).build(leaf!)
    if (chain.length !== 3) throw new Error('no chain')
    for (let i = 0; i < 2; i++)
      if (!(await chain[i]!.verify({ publicKey: chain[i + 1]!.publicKey, date: time }))) throw new Error('not verified')
  }
  const forgeChain = () => {
    const [leaf, middle, top] = ders.map(readForge)
    forge.pki.verifyCertificateChain(forge.pki.createCaStore([top!]), [leaf!, middle!])
  }
  const native = () => {
    const chain = ders.map((der) => new NodeCertificate(der))
    for (let i = 0; i < 2; i++)
      if (!chain[i]!.checkIssued(chain[i + 1]!) || !chain[i]!.verify(chain[i + 1]!.publicKey))
        throw new Error('not verified')
  }

  const parsed = await compare(`${kind}: parse three certificates, read names, dates and alternative names`, {
    '@x/x509': () =>
      ders.map((der) => {
        const c = Certificate.parse(der)
        return [c.subject.attributes, c.issuer.attributes, c.notAfter, c.extension('subjectAltName'), c.publicKey]
      }),
    'PKI.js': () =>
      ders.map((der) => {
        const c = readPkijs(der)
        return [
          c.subject.typesAndValues,
          c.issuer.typesAndValues,
          c.notAfter.value,
          c.extensions?.find(({ extnID }) => extnID === '2.5.29.17')?.parsedValue,
        ]
      }),
    '@peculiar/x509': () =>
      ders.map((der) => {
        const c = readPeculiar(der)
        return [
          c.subjectName.toJSON(),
          c.issuerName.toJSON(),
          c.notAfter,
          c.getExtension(peculiar.SubjectAlternativeNameExtension)?.names.toJSON(),
        ]
      }),
    ...(rsa && {
      'node-forge': () =>
        ders.map((der) => {
          const c = readForge(der)
          return [c.subject.attributes, c.issuer.attributes, c.validity.notAfter, c.getExtension('subjectAltName')]
        }),
    }),
    'Node X509Certificate': () =>
      ders.map((der) => {
        const c = new NodeCertificate(der)
        return [c.subject, c.issuer, c.validTo, c.subjectAltName, c.publicKey]
      }),
    '@x/x509, legacy objects': () => ders.map((der) => toLegacyObject(Certificate.parse(der), nodeProvider)),
    'Node, legacy objects': () => ders.map((der) => new NodeCertificate(der).toLegacyObject()),
  })
  const verified = await compare(`${kind}: parse three certificates and verify the chain`, {
    '@x/x509, node provider': ours(nodeProvider),
    'PKI.js': pki,
    '@peculiar/x509': peculiarChain,
    ...(rsa && { 'node-forge': forgeChain }),
    'Node X509Certificate': native,
    '@x/x509, trust store kept': kept,
    '@x/x509, portable provider': ours(portableProvider),
  })
  return parsed && verified
}

const results = [await bench('P-256'), await bench('RSA-2048')]
if (!results.every(Boolean)) {
  console.log('\nFAIL a JavaScript library was faster')
  process.exitCode = 1
}
