import type { PrivateKey, PublicKeyData } from '@x/crypto-primitives'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import type { Certificate } from '../../certificate.ts'
import type { Extension } from '../../extensions/list.ts'
import { checkEncodedExtensions } from '../../issue/careful.ts'
import { createCertificateSync, randomSerialNumber } from '../../issue/certificate-writer.ts'
import { type ExtensionInput, makeExtension } from '../../issue/extension-input.ts'
import { encodePublicKey } from '../../keys/public-key.ts'
import { sameKey } from '../../keys/same-key.ts'
import { fingerprint } from '../../node-shapes/legacy-object.ts'
import { dateText } from '../../node-shapes/text.ts'
import { checkName } from '../../verify/host-name.ts'
import type { Arguments, Command } from '../command.ts'
import { dumpCertificate } from '../dump/certificate.ts'
import { oneLine } from '../dump/names.ts'
import { extensionFrom, extensionsOf, parseSections } from '../extension-text.ts'
import { readInput, writeOutput } from '../files.ts'
import { readCertificate, readKey, readRequest } from '../inputs.ts'
import { DIGEST, signatureAlgorithmOf } from '../keys.ts'
import { Problem, usage } from '../problem.ts'

const DAY = 86_400_000

export const certificate: Command = {
  name: 'x509',
  summary: 'shows and converts certificates; makes them out of requests',
  options: {
    in: { value: 'FILE', help: 'a certificate, or with -req a request; standard input otherwise' },
    inform: { value: 'PEM|DER', help: 'is seen by itself' },
    req: { help: 'a request comes in, and a certificate goes out' },
    signkey: { value: 'FILE', help: 'signs with the key of the request itself' },
    key: { value: 'FILE', help: 'the same' },
    CA: { value: 'FILE', help: 'the certificate of the authority that signs' },
    CAkey: { value: 'FILE', help: 'its key; default: in the same file' },
    passin: { value: 'SOURCE', help: 'passphrase of the key: pass:…, env:NAME, file:path, stdin' },
    CAcreateserial: { help: 'is the case anyway: serial numbers are random' },
    set_serial: { value: 'N', help: 'the serial number, decimal or 0x…' },
    days: { value: 'N', help: 'how long it is valid; default 30' },
    extfile: { value: 'FILE', help: 'a file with extensions, as OpenSSL writes them' },
    extensions: { value: 'SECTION', help: 'the section of it' },
    copy_extensions: {
      value: 'copy|none',
      help: 'takes over what the request asks for, but no authority; default none',
    },
    out: { value: 'FILE', help: 'where it goes; standard output otherwise' },
    outform: { value: 'PEM|DER', help: 'how; default PEM' },
    noout: { help: 'does not write it' },
    text: { help: 'prints what is in it' },
    subject: { help: 'prints whose it is' },
    issuer: { help: 'prints who issued it' },
    serial: { help: 'prints its serial number' },
    dates: { help: 'prints from when to when it is valid' },
    startdate: { help: 'prints from when' },
    enddate: { help: 'prints to when' },
    pubkey: { help: 'prints its public key' },
    fingerprint: { help: 'prints its hash: SHA-1, or with -sha256 that' },
    checkend: { value: 'SECONDS', help: 'ends with 1 if it will have run out by then' },
    checkhost: { value: 'NAME', help: 'says whether it is for this host' },
    checkip: { value: 'ADDRESS', help: 'says whether it is for this address' },
    force: { help: 'writes over keys' },
    ...DIGEST,
  },
  examples: [
    'x509 -in cert.pem -noout -text',
    'x509 -req -in ryans-csr.pem -signkey ryans-key.pem -out ryans-cert.pem',
    'x509 -req -in csr.pem -CA ca.pem -CAkey ca-key.pem -days 397 -copy_extensions copy -out cert.pem',
    'x509 -in cert.pem -outform DER -out cert.der',
  ],
  async run(given) {
    const made = given.has('req') ? await issue(given) : readCertificate(given.text('in'))
    const { text, exitCode } = told(made, given)
    if (text) writeOutput(text, { path: undefined })
    const encoded = given.word('outform', ['PEM', 'DER'], 'PEM') === 'DER' ? made.raw : made.toPem()
    if (!given.has('noout') && !given.has('checkend'))
      writeOutput(encoded, { path: given.text('out'), force: given.has('force') })
    return exitCode
  },
}

/** What the options ask of a certificate. */
function told(certificate: Certificate, given: Arguments): { text: string; exitCode: number } {
  let text = given.has('text') ? dumpCertificate(certificate) : ''
  const line = (option: string, words: () => string) => {
    if (given.has(option)) text += `${words()}\n`
  }
  line('subject', () => `subject=${oneLine(certificate.subject)}`)
  line('issuer', () => `issuer=${oneLine(certificate.issuer)}`)
  line('serial', () => `serial=${certificate.serialNumberHex.replace(/^-?(?=.(..)*$)/, '$&0')}`)
  if (given.has('dates') || given.has('startdate')) text += `notBefore=${dateText(certificate.notBefore)}\n`
  if (given.has('dates') || given.has('enddate')) text += `notAfter=${dateText(certificate.notAfter)}\n`
  line('fingerprint', () => {
    const hash = given.has('req') ? 'sha1' : (given.oneSwitch(['sha224', 'sha256', 'sha384', 'sha512']) ?? 'sha1')
    if (hash === 'sha224' || hash === 'sha384') throw usage('-fingerprint with -sha256, -sha512 or neither')
    return `${hash.toUpperCase()} Fingerprint=${fingerprint(certificate, provider, hash)}`
  })
  if (given.has('pubkey')) text += encodePublicKey(certificate.publicKey, { format: 'pem' })
  for (const option of ['checkhost', 'checkip'] as const)
    line(option, () => {
      const name = given.required(option)
      const wrong = checkName(certificate, { type: option === 'checkip' ? 'ip' : 'dns', value: name })
      return `${option === 'checkip' ? 'IP' : 'Hostname'} ${name} does ${wrong ? 'NOT ' : ''}match certificate`
    })
  if (!given.has('checkend')) return { text, exitCode: 0 }
  const expires = certificate.notAfter < Date.now() + given.number('checkend', 0) * 1000
  return { text: `${text}Certificate will ${expires ? '' : 'not '}expire\n`, exitCode: expires ? 1 : 0 }
}

/** A certificate for a request, by an authority or by the request's own key. */
async function issue(given: Arguments): Promise<Certificate> {
  const request = await readRequest(given.text('in'))
  const own = given.text('signkey') ?? given.text('key')
  if ((own === undefined) === !given.has('CA')) throw usage('who signs? -CA with -CAkey, or -signkey')
  const issuer = given.has('CA') ? readCertificate(given.text('CA')) : undefined
  const signer = await readKey(own ?? given.text('CAkey') ?? given.text('CA'), given)
  checkSigner(signer, issuer?.publicKey ?? request.publicKey, issuer ? '-CAkey' : '-signkey')
  if (issuer && issuer.extension('basicConstraints')?.ca !== true && issuer.version >= 3)
    throw new Problem(
      '-CA is no authority: its basicConstraints do not say CA:TRUE, and nobody would trust what it issues',
    )
  const now = Math.floor(Date.now() / 1000) * 1000
  const extensions = extensionsFor(given, request.publicKey, issuer)
  if (given.word('copy_extensions', ['copy', 'none'], 'none') === 'copy')
    extensions.push(...copied(request.extensions.all, extensions))
  return createCertificateSync({
    subject: request.subject,
    issuer: issuer ? issuer.subject : request.subject,
    publicKey: request.publicKey,
    signer,
    signatureAlgorithm: signatureAlgorithmOf(signer.type, given),
    serialNumber: given.has('set_serial') ? serialFrom(given.required('set_serial')) : randomSerialNumber(provider),
    notBefore: now,
    notAfter: now + given.number('days', 30, 1) * DAY,
    extensions,
  })
}

function checkSigner(signer: PrivateKey, wanted: PublicKeyData, option: string): void {
  if (!sameKey(signer.publicKey, wanted))
    throw new Problem(`${option} is another key than that of ${option === '-CAkey' ? 'the authority' : 'the request'}`)
}

/** @throws {Problem} for what makes an authority: a request says what somebody else wants */
function copied(asked: readonly Extension[], own: readonly ExtensionInput[]): readonly Extension[] {
  const present = new Set(own.map((extension) => makeExtension(extension).oid))
  const missing = asked.filter(({ oid }) => !present.has(oid))
  try {
    checkEncodedExtensions(missing, ['encoded-names'])
  } catch {
    throw new Problem('the request asks to become an authority; who means that says it with -extfile')
  }
  return missing
}

function extensionsFor(given: Arguments, publicKey: PublicKeyData, issuer: Certificate | undefined): ExtensionInput[] {
  const context = { provider, publicKey, issuer }
  if (!given.has('extfile')) {
    if (given.has('extensions')) throw usage('-extensions names a section of -extfile')
    // As OpenSSL does since 3.2: by these a verifier finds whose certificate is whose.
    return [
      extensionFrom('subjectKeyIdentifier', 'hash', context),
      extensionFrom('authorityKeyIdentifier', 'keyid', context),
    ]
  }
  const sections = parseSections(new TextDecoder().decode(readInput(given.text('extfile'))))
  const named = sections.get('default')!.find(([name]) => name === 'extensions')?.[1]
  return extensionsOf(given.text('extensions') ?? named ?? 'default', { ...context, sections })
}

function serialFrom(text: string): bigint {
  if (!/^(0x[0-9a-f]{1,40}|\d{1,48})$/i.test(text))
    throw usage(`-set_serial is a number, decimal or 0x…, not "${text}"`)
  return BigInt(text)
}
