import { nodeProvider as provider } from '@x/crypto-primitives/node'
import type { Certificate } from '../../certificate.ts'
import { belongTogether, parsePfx } from '../../containers/pkcs12.ts'
import { encodePfx } from '../../containers/write-pkcs12.ts'
import { X509Error } from '../../error.ts'
import { encodePrivateKey } from '../../keys/encode-private-key.ts'
import type { Arguments, Command } from '../command.ts'
import { oneLine } from '../dump/names.ts'
import { readInput, writeOutput } from '../files.ts'
import { readCertificates, readKeyData } from '../inputs.ts'
import { askPassphrase, passphraseFrom } from '../passphrase.ts'
import { Problem, usage } from '../problem.ts'

export const pkcs12: Command = {
  name: 'pkcs12',
  summary: 'makes PFX files (PKCS#12), and opens them',
  options: {
    export: { help: 'makes one' },
    in: { value: 'FILE', help: 'the certificate, or the PFX; standard input otherwise' },
    inkey: { value: 'FILE', help: 'the private key; default: in the same file as the certificate' },
    certfile: { value: 'FILE', multiple: true, help: 'further certificates: those of the issuers' },
    name: { value: 'TEXT', help: 'what the key and its certificate are called' },
    passin: { value: 'SOURCE', help: 'passphrase of what is read: pass:…, env:NAME, file:path, stdin' },
    passout: { value: 'SOURCE', help: 'passphrase of what is written' },
    password: { value: 'SOURCE', help: 'both' },
    legacy: { help: 'triple DES and RC2, for readers of the last century' },
    out: { value: 'FILE', help: 'where it goes, with mode 0600; standard output otherwise' },
    nokeys: { help: 'writes no keys' },
    nocerts: { help: 'writes no certificates' },
    clcerts: { help: 'writes only certificates that have a key in it' },
    cacerts: { help: 'writes only the others' },
    noenc: { help: 'the keys are not encrypted' },
    nodes: { help: 'the same' },
    info: { help: 'says what is in it' },
    noout: { help: 'writes nothing' },
    force: { help: 'writes over a file that is there' },
  },
  examples: [
    'pkcs12 -export -in agent5-cert.pem -inkey agent5-key.pem -certfile ca-cert.pem -out agent5.pfx',
    'pkcs12 -in agent5.pfx -passin pass:secret -noenc -out agent5.pem',
  ],
  run: (given) => (given.has('export') ? makePfx(given) : openPfx(given)),
}

async function makePfx(given: Arguments): Promise<void> {
  const path = given.text('in')
  if (path === undefined && given.text('inkey') === undefined) throw usage('-in is missing: the certificate')
  const key = await readKeyData(given.text('inkey') ?? path, given)
  const found = readCertificates(path)
  // The key's own comes first, wherever it stands.
  const own = found.find((certificate) => belongTogether(key, certificate, provider))
  if (!own) throw new Problem(`no certificate of ${path} is that of the key`)
  const others = [...found, ...given.list('certfile').flatMap(readCertificates)].filter((one) => one !== own)
  const source = given.text('passout') ?? given.text('password')
  const passphrase =
    source === undefined ? await askPassphrase(given.text('out') ?? 'the PFX', true) : passphraseFrom(source)
  const friendlyName = given.text('name')
  const pfx = encodePfx({
    keys: [{ key, friendlyName }],
    certificates: [{ certificate: own, friendlyName }, ...others],
    passphrase,
    provider,
    protection: given.has('legacy') ? 'legacy' : 'modern',
  })
  writeOutput(pfx, { path: given.text('out'), secret: true, force: given.has('force') })
}

async function openPfx(given: Arguments): Promise<void> {
  const pfx = await parse(readInput(given.text('in')), given)
  const owned = (certificate: Certificate) => pfx.keys.some(({ key }) => belongTogether(key, certificate, provider))
  if (given.has('info'))
    process.stderr.write(
      `${pfx.keys.length} keys, ${pfx.certificates.length} certificates, ${pfx.crls.length} revocation lists\n`,
    )
  if (given.has('noout')) return
  const keys = given.has('nokeys') ? [] : pfx.keys
  const certificates = pfx.certificates.filter(({ certificate }) => {
    if (given.has('nocerts')) return false
    return owned(certificate) ? !given.has('cacerts') : !given.has('clcerts')
  })
  const plain = given.has('noenc') || given.has('nodes')
  const source = given.text('passout') ?? given.text('password')
  const protection =
    plain || keys.length === 0
      ? {}
      : { provider, passphrase: source ? passphraseFrom(source) : await askPassphrase('the key that is written', true) }
  const text = [
    ...certificates.map(
      ({ certificate }) =>
        `subject=${oneLine(certificate.subject)}\nissuer=${oneLine(certificate.issuer)}\n${certificate.toPem()}`,
    ),
    ...keys.map(({ key }) => encodePrivateKey(key, protection)),
  ].join('')
  writeOutput(text, { path: given.text('out'), secret: keys.length > 0, force: given.has('force') })
}

async function parse(bytes: Uint8Array, given: Arguments) {
  const source = given.text('passin') ?? given.text('password')
  if (source !== undefined) return parsePfx(bytes, { provider, passphrase: passphraseFrom(source) })
  try {
    return parsePfx(bytes, { provider })
  } catch (error) {
    if (!(error instanceof X509Error) || error.code !== 'WRONG_PASSPHRASE') throw error
    return parsePfx(bytes, { provider, passphrase: await askPassphrase(given.text('in') ?? 'the PFX') })
  }
}
