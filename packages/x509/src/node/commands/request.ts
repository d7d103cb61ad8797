import type { PrivateKey } from '@x/crypto-primitives'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { alternativeNameFrom } from '../../issue/careful.ts'
import { createCertificateSync, keyIdentifier, randomSerialNumber } from '../../issue/certificate-writer.ts'
import { type ExtensionInput, makeExtension } from '../../issue/extension-input.ts'
import { type CertificateRequest, createRequestSync } from '../../issue/request.ts'
import { encodePublicKey } from '../../keys/public-key.ts'
import type { Name } from '../../names/name.ts'
import type { Arguments, Command } from '../command.ts'
import { dumpCertificate } from '../dump/certificate.ts'
import { oneLine } from '../dump/names.ts'
import { dumpRequest } from '../dump/request.ts'
import { extensionFrom, extensionsOf, parseSections } from '../extension-text.ts'
import { readInput, writeOutput } from '../files.ts'
import { readKey, readRequest } from '../inputs.ts'
import { DIGEST, signatureAlgorithmOf, writeKey } from '../keys.ts'
import { usage } from '../problem.ts'
import { askSubject, subjectFrom } from '../subject.ts'
import { newKeySpecFrom, splitAt } from './generate.ts'

const DAY = 86_400_000

export const request: Command = {
  name: 'req',
  summary: 'makes a signing request, or with -x509 a certificate that its own key signs; reads requests',
  options: {
    new: { help: 'makes one' },
    x509: { help: 'makes a certificate instead, signed with the key itself' },
    key: { value: 'FILE', help: 'the private key' },
    passin: { value: 'SOURCE', help: 'its passphrase: pass:…, env:NAME, file:path, stdin' },
    newkey: { value: 'KIND', help: 'makes the key as well: rsa:2048, ec, ed25519' },
    pkeyopt: { value: 'NAME:VALUE', multiple: true, help: 'more of it: ec_paramgen_curve:P-384' },
    keyout: { value: 'FILE', help: 'where the new key goes; default privkey.pem' },
    noenc: { help: 'the new key is not encrypted' },
    nodes: { help: 'the same' },
    passout: { value: 'SOURCE', help: 'passphrase of the new key' },
    subj: { value: '/C=…/CN=…', help: 'whom it is for; otherwise the terminal is asked' },
    names: { value: 'LIST', help: 'host names, addresses, e-mail addresses, with commas: the subjectAltName' },
    addext: { value: 'NAME=VALUE', multiple: true, help: 'an extension, as OpenSSL writes it' },
    config: { value: 'FILE', help: 'sections that -extensions and @section name' },
    extensions: { value: 'SECTION', help: 'a section with extensions' },
    days: { value: 'N', help: 'how long the certificate is valid; default 30' },
    in: { value: 'FILE', help: 'reads a request instead of making one' },
    inform: { value: 'PEM|DER', help: 'is seen by itself' },
    out: { value: 'FILE', help: 'where it goes; standard output otherwise' },
    outform: { value: 'PEM|DER', help: 'how; default PEM' },
    text: { help: 'prints what is in it' },
    subject: { help: 'prints whom it is for' },
    pubkey: { help: 'prints its public key' },
    verify: { help: 'says that its signature fits, which is looked at in any case' },
    noout: { help: 'does not write it' },
    force: { help: 'writes over keys' },
    ...DIGEST,
  },
  examples: [
    'req -new -sha256 -key ryans-key.pem -out ryans-csr.pem',
    'req -new -newkey ec -noenc -keyout key.pem -subj /CN=a.test -names a.test,127.0.0.1 -out csr.pem',
    'req -x509 -key key.pem -subj /CN=a.test -names a.test -days 365 -out cert.pem',
    'req -in csr.pem -noout -text',
  ],
  async run(given) {
    const output = { path: given.text('out'), force: given.has('force') }
    const format = given.word('outform', ['PEM', 'DER'], 'PEM')
    if (given.has('x509')) {
      const certificate = await selfSigned(given)
      if (given.has('text')) writeOutput(dumpCertificate(certificate), { path: undefined })
      if (!given.has('noout')) writeOutput(format === 'DER' ? certificate.raw : certificate.toPem(), output)
      return
    }
    const makes = given.has('new') || given.has('newkey')
    if (makes && given.has('in')) throw usage('either -new, to make one, or -in, to read one')
    const made = makes ? await newRequest(given) : await readRequest(given.text('in'))
    if (given.has('verify')) process.stderr.write('Certificate request self-signature verify OK\n')
    let text = ''
    if (given.has('text')) text += dumpRequest(made)
    if (given.has('pubkey')) text += encodePublicKey(made.publicKey, { format: 'pem' })
    if (given.has('subject')) text += `subject=${oneLine(made.subject)}\n`
    if (text) writeOutput(text, { path: undefined })
    if (!given.has('noout')) writeOutput(format === 'DER' ? made.raw : made.toPem(), output)
  },
}

async function newRequest(given: Arguments): Promise<CertificateRequest> {
  const key = await keyFor(given)
  return createRequestSync({
    subject: await subjectOf(given),
    signer: key,
    signatureAlgorithm: signatureAlgorithmOf(key.type, given),
    extensions: extensionsAskedFor(given, key),
  })
}

/** A certificate of one's own, with what OpenSSL's default configuration puts into it. */
async function selfSigned(given: Arguments) {
  const asked = given.has('in') ? await readRequest(given.text('in')) : undefined
  const key = await keyFor(given)
  const subject = asked && !given.has('subj') ? asked.subject : await subjectOf(given)
  const own = extensionsAskedFor(given, key)
  const present = new Set(own.map((extension) => makeExtension(extension).oid))
  const identifier = keyIdentifier(key.publicKey, provider)
  const usual: ExtensionInput[] = [
    { name: 'subjectKeyIdentifier', value: identifier },
    { name: 'authorityKeyIdentifier', value: { keyIdentifier: identifier } },
    { name: 'basicConstraints', critical: true, value: { ca: true } },
  ]
  const now = Math.floor(Date.now() / 1000) * 1000
  return createCertificateSync({
    subject,
    issuer: subject,
    publicKey: key.publicKey,
    signer: key,
    signatureAlgorithm: signatureAlgorithmOf(key.type, given),
    serialNumber: randomSerialNumber(provider),
    notBefore: now,
    notAfter: now + given.number('days', 30, 1) * DAY,
    extensions: [...usual.filter((extension) => !present.has(makeExtension(extension).oid)), ...own],
  })
}

async function keyFor(given: Arguments): Promise<PrivateKey> {
  if (given.has('key') && given.has('newkey')) throw usage('either -key, that is there, or -newkey, to make one')
  if (given.has('key')) return readKey(given.text('key'), given)
  const key = provider.generateKey(newKeySpecFrom(given.text('newkey') ?? 'rsa:2048', given.list('pkeyopt')))
  const plain = given.has('noenc') || given.has('nodes')
  if (plain && given.has('passout')) throw usage('either -noenc or -passout')
  await writeKey(key.data, plain ? given.only() : given.only({ aes256: true, passout: given.text('passout') }), {
    path: given.text('keyout') ?? 'privkey.pem',
    force: given.has('force'),
  })
  return key
}

const subjectOf = async (given: Arguments): Promise<Name> =>
  given.has('subj') ? subjectFrom(given.required('subj')) : askSubject()

function extensionsAskedFor(given: Arguments, key: PrivateKey): ExtensionInput[] {
  const sections = given.has('config')
    ? parseSections(new TextDecoder().decode(readInput(given.text('config'))))
    : undefined
  const context = { provider, publicKey: key.publicKey, sections }
  const names = given
    .text('names')
    ?.split(',')
    .map((name) => alternativeNameFrom(name.trim()))
  return [
    ...(names ? [{ name: 'subjectAltName', value: names } as const] : []),
    ...(given.has('extensions') ? extensionsOf(given.required('extensions'), context) : []),
    ...given.list('addext').map((one) => extensionFrom(...trimmed(splitAt(one, '=')), context)),
  ]
}

const trimmed = ([name, value]: [string, string]): [string, string] => [name.trim(), value.trim()]
