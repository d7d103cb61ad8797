import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { decryptCms } from '../../cms/decrypt.ts'
import { encryptCmsSync } from '../../cms/encrypt.ts'
import { signCmsSync } from '../../cms/sign.ts'
import { verifyCms } from '../../cms/verify.ts'
import { printable } from '../../names/printable.ts'
import { encodePem } from '../../pem.ts'
import { rootStore } from '../../roots.ts'
import { createTrustStore } from '../../verify/trust-store.ts'
import type { Arguments, Command } from '../command.ts'
import { readInput, writeOutput } from '../files.ts'
import { readCertificate, readCertificates, readKey, readKeyData } from '../inputs.ts'
import { usage } from '../problem.ts'

export const cms: Command = {
  name: 'cms',
  summary: 'signs, verifies, encrypts and decrypts messages (CMS, PKCS#7)',
  operands: '[certificate of a recipient…]',
  options: {
    sign: { help: 'signs' },
    verify: { help: 'verifies, and gives out the content' },
    encrypt: { help: 'encrypts, for the certificates that stand behind the options' },
    decrypt: { help: 'decrypts' },
    in: { value: 'FILE', help: 'what comes in; standard input otherwise' },
    out: { value: 'FILE', help: 'where it goes; standard output otherwise' },
    outform: { value: 'PEM|DER', help: 'form of messages; default PEM' },
    inform: { value: 'PEM|DER', help: 'is seen by itself' },
    signer: { value: 'FILE', help: 'certificate of who signs' },
    recip: { value: 'FILE', help: 'certificate of who decrypts' },
    inkey: { value: 'FILE', help: 'private key; default: in the same file as the certificate' },
    passin: { value: 'SOURCE', help: 'its passphrase: pass:…, env:NAME, file:path, stdin' },
    certfile: { value: 'FILE', multiple: true, help: 'certificates to send along, or to verify with' },
    nodetach: { help: 'the message holds its content; otherwise it is sent beside it' },
    binary: { help: 'is the case anyway: nothing changes the ends of lines' },
    content: { value: 'FILE', help: 'the content that a message does not hold' },
    CAfile: { value: 'FILE', multiple: true, help: 'authorities that are trusted; default: those of Mozilla' },
    purpose: { value: 'NAME', help: 'what the certificate must be for; default emailProtection, or any' },
    force: { help: 'writes over keys' },
  },
  examples: [
    'cms -sign -in file.txt -signer cert.pem -inkey key.pem -out file.p7s',
    'cms -verify -in file.p7s -content file.txt -CAfile ca.pem',
    'cms -encrypt -in file.txt -out file.p7m bob.pem',
    'cms -decrypt -in file.p7m -recip bob.pem -inkey bob-key.pem',
  ],
  async run(given) {
    switch (given.oneSwitch(['sign', 'verify', 'encrypt', 'decrypt'])) {
      case 'sign':
        return sign(given)
      case 'verify':
        return verifyMessage(given)
      case 'encrypt':
        return encrypt(given)
      case 'decrypt':
        return decrypt(given)
      default:
        throw usage('what is to be done? -sign, -verify, -encrypt, -decrypt')
    }
  },
}

const outputOf = (given: Arguments) => ({ path: given.text('out'), force: given.has('force') })

function writeMessage(message: Uint8Array, given: Arguments): void {
  const pem = given.word('outform', ['PEM', 'DER'], 'PEM') === 'PEM'
  writeOutput(pem ? encodePem('CMS', message) : message, outputOf(given))
}

async function sign(given: Arguments): Promise<void> {
  const path = given.required('signer')
  const message = signCmsSync({
    content: readInput(given.text('in')),
    provider,
    signers: [{ certificate: readCertificate(path), signer: await readKey(given.text('inkey') ?? path, given) }],
    certificates: given.list('certfile').flatMap(readCertificates),
    detached: !given.has('nodetach'),
  })
  writeMessage(message, given)
}

async function verifyMessage(given: Arguments): Promise<number> {
  const roots = given.list('CAfile')
  const verdict = await verifyCms({
    message: readInput(given.text('in')),
    provider,
    anchors: roots.length > 0 ? createTrustStore(roots.flatMap(readCertificates)) : rootStore(),
    certificates: given.list('certfile').flatMap(readCertificates),
    purpose: given.word('purpose', ['any', 'emailProtection', 'codeSigning', 'timeStamping'], 'emailProtection'),
    ...(given.has('content') && { content: readInput(given.text('content')) }),
    name: false,
  })
  for (const { certificate, ok, reason } of verdict.signers)
    process.stderr.write(
      `signed by ${printable(certificate?.subject.toString() ?? 'somebody')}${ok ? '' : `: ${printable(reason, 1000)}`}\n`,
    )
  process.stderr.write(
    verdict.ok ? 'verified\n' : `NOT verified: ${verdict.code}: ${printable(verdict.reason, 1000)}\n`,
  )
  if (!verdict.ok) return 2
  if (verdict.content && !given.has('content')) writeOutput(verdict.content, outputOf(given))
  return 0
}

function encrypt(given: Arguments): void {
  if (given.operands.length === 0) throw usage('for whom? Certificates stand behind the options')
  const recipients = given.operands.map((path) => ({ certificate: readCertificate(path) }))
  writeMessage(encryptCmsSync({ content: readInput(given.text('in')), provider, recipients }), given)
}

async function decrypt(given: Arguments): Promise<void> {
  const path = given.text('recip')
  const keyPath = given.text('inkey') ?? path
  if (keyPath === undefined) throw usage('-recip is missing, or -inkey')
  const content = decryptCms({
    message: readInput(given.text('in')),
    provider,
    key: await readKeyData(keyPath, given),
    ...(path !== undefined && { certificate: readCertificate(path) }),
  })
  writeOutput(content, outputOf(given))
}
