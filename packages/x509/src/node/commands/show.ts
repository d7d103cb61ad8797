import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { Certificate, certificateOf, isCertificateLabel } from '../../certificate.ts'
import { parsePkcs7 } from '../../containers/pkcs7.ts'
import { parsePfx } from '../../containers/pkcs12.ts'
import { X509Error } from '../../error.ts'
import { CertificateRequest } from '../../issue/request.ts'
import { parseDhParameters } from '../../keys/dh-parameters.ts'
import { parsePrivateKey } from '../../keys/private-key.ts'
import { parsePublicKey } from '../../keys/public-key.ts'
import { encodePem, isPem, type PemBlock, parsePem } from '../../pem.ts'
import { CertificateRevocationList } from '../../revocation/crl.ts'
import type { Arguments, Command } from '../command.ts'
import { dumpCertificate } from '../dump/certificate.ts'
import { inColour } from '../dump/colour.ts'
import { dumpCrl } from '../dump/crl.ts'
import { dumpDhParameters, dumpPrivateKey, dumpPublicKey } from '../dump/keys.ts'
import { dumpRequest } from '../dump/request.ts'
import { readInput, writeOutput } from '../files.ts'
import { passphraseFrom } from '../passphrase.ts'
import { Problem } from '../problem.ts'

export const show: Command = {
  name: 'show',
  summary: 'prints what is in a file: certificates, requests, revocation lists, keys, bags of them',
  operands: '[file…]',
  options: {
    passin: { value: 'SOURCE', help: 'passphrase of keys and PFX files: pass:…, env:NAME, file:path, stdin' },
    secrets: { help: 'prints the secret numbers of private keys, too' },
    color: { value: 'auto|always|never', help: 'default: where there is a terminal' },
  },
  examples: ['show cert.pem', 'show fullchain.pem privkey.pem', 'show -passin pass:secret agent5.pfx'],
  run(given) {
    const { stdout, env } = process
    const colour = given.word('color', ['auto', 'always', 'never'], 'auto')
    const coloured = colour === 'always' || (colour === 'auto' && stdout.isTTY === true && !env.NO_COLOR)
    for (const path of given.operands.length > 0 ? given.operands : [undefined]) {
      const text = dumpFile(readInput(path), path, given)
      writeOutput(coloured ? inColour(text) : text, { path: undefined })
    }
  },
}

/** Everything that is in a file, one after the other. @throws {Problem} when it is nothing that is known */
function dumpFile(bytes: Uint8Array, path: string | undefined, given: Arguments): string {
  if (!isPem(bytes)) return dumpDer(bytes, path, given)
  const blocks = parsePem(bytes)
  if (blocks.length === 0) throw new Problem(`${path ?? 'standard input'} has nothing in it`)
  return blocks.map((block) => dumpBlock(block, given)).join('\n')
}

function dumpBlock(block: PemBlock, given: Arguments): string {
  const { label, bytes } = block
  if (isCertificateLabel(label)) return dumpCertificate(certificateOf(block))
  if (label.endsWith('PRIVATE KEY')) return dumpKey(encodePem(label, bytes, block.headers), given)
  if (label.endsWith('CERTIFICATE REQUEST')) return dumpRequest(CertificateRequest.parse(bytes))
  if (label === 'X509 CRL') return dumpCrl(CertificateRevocationList.parse(bytes))
  if (label.endsWith('PUBLIC KEY')) return dumpPublicKey(parsePublicKey(encodePem(label, bytes)))
  if (label.endsWith('DH PARAMETERS')) return dumpDhParameters(parseDhParameters(bytes))
  if (label === 'PKCS7' || label === 'CMS') return dumpBag(parsePkcs7(bytes))
  return `${label}: ${bytes.length} bytes, which are not read here\n`
}

const dumpBag = ({ certificates, crls }: ReturnType<typeof parsePkcs7>) =>
  [...certificates.map(dumpCertificate), ...crls.map(dumpCrl)].join('\n')

/** What DER is, it does not say: whoever can read it knows. */
function dumpDer(bytes: Uint8Array, path: string | undefined, given: Arguments): string {
  const readers: readonly (() => string)[] = [
    () => dumpCertificate(Certificate.parse(bytes)),
    () => dumpRequest(CertificateRequest.parse(bytes)),
    () => dumpCrl(CertificateRevocationList.parse(bytes)),
    () => dumpBag(parsePkcs7(bytes)),
    () => dumpPfx(bytes, given),
    () => dumpPublicKey(parsePublicKey(bytes)),
    () => dumpKey(bytes, given),
    () => dumpDhParameters(parseDhParameters(bytes)),
  ]
  let told: X509Error | undefined
  for (const read of readers)
    try {
      return read()
    } catch (error) {
      if (!(error instanceof X509Error)) throw error
      if (['PASSPHRASE_REQUIRED', 'WRONG_PASSPHRASE', 'LIMIT_EXCEEDED'].includes(error.code)) throw error
      told ??= error
    }
  throw new Problem(`${path ?? 'standard input'} is nothing that is known here (as a certificate: ${told!.message})`)
}

function dumpPfx(bytes: Uint8Array, given: Arguments): string {
  const { certificates, keys, crls } = parsePfx(bytes, { provider, ...passphrase(given) })
  return [
    ...keys.map(({ key }) => dumpPrivateKey(provider.importPrivateKey(key), provider, given.has('secrets'))),
    ...certificates.map(({ certificate }) => dumpCertificate(certificate)),
    ...crls.map(dumpCrl),
  ].join('\n')
}

function dumpKey(input: string | Uint8Array, given: Arguments): string {
  const key = provider.importPrivateKey(parsePrivateKey(input, { provider, ...passphrase(given) }))
  return dumpPrivateKey(key, provider, given.has('secrets'))
}

const passphrase = (given: Arguments) =>
  given.has('passin') ? { passphrase: passphraseFrom(given.required('passin')) } : {}
