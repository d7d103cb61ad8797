import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { Certificate } from '../../certificate.ts'
import { type Authority, authorityFrom, createAuthority } from '../../issue/authority.ts'
import { alternativeNameFrom } from '../../issue/careful.ts'
import { encodePrivateKey } from '../../keys/encode-private-key.ts'
import { parsePrivateKey } from '../../keys/private-key.ts'
import type { GeneralName } from '../../names/general-name.ts'
import { verifyChain } from '../../verify/verify-chain.ts'
import type { Arguments, Command } from '../command.ts'
import { readInput, writeOutput } from '../files.ts'
import { Problem } from '../problem.ts'

const DAY = 86_400_000

export const localhost: Command = {
  name: 'cert',
  summary: 'a certificate for development, with an authority of your own, and how to trust it',
  operands: 'localhost [name…]',
  options: {
    days: { value: 'N', help: 'how long it is valid; default 397' },
    dir: { value: 'FOLDER', help: 'where certificate and key go; default: here' },
    'ca-dir': { value: 'FOLDER', help: 'where the authority is kept; default: ~/.x509-development-ca' },
    'any-name': { help: 'makes an authority for every name, not only for those of development' },
    force: { help: 'writes over a key that is there' },
  },
  examples: ['cert localhost', 'cert localhost shop.test 192.168.1.5 -dir certs'],
  async run(given) {
    const names = given.operands.length > 0 ? [...given.operands] : ['localhost']
    if (names.includes('localhost')) names.push(...['127.0.0.1', '::1'].filter((one) => !names.includes(one)))
    names.forEach(alternativeNameFrom)
    const folder = given.text('ca-dir') ?? join(homedir(), '.x509-development-ca')
    const authority = authorityIn(folder, given)
    const [first, ...others] = names
    const issued = authority.issue(first!, {
      names: others,
      notAfter: Math.min(Date.now() + given.number('days', 397, 1) * DAY, authority.certificate.notAfter),
    })
    await check(issued.certificate, authority, names, folder)
    const place = given.text('dir') ?? '.'
    mkdirSync(place, { recursive: true })
    const base = join(place, first!.replace(/^\*\./, '').replaceAll(/[^\w.-]/g, '_'))
    const paths = { cert: `${base}.pem`, key: `${base}-key.pem`, ca: join(folder, 'ca.pem') }
    // The key first: where it must not be written, the certificate of the one that is there stays.
    writeOutput(issued.key, { path: paths.key, secret: true, force: given.has('force') })
    writeOutput(issued.cert, { path: paths.cert })
    writeOutput(explanation(names, paths), { path: undefined })
  },
}

/** The authority that is kept in a folder; made where there is none. */
function authorityIn(folder: string, given: Arguments): Authority {
  const certificatePath = join(folder, 'ca.pem')
  const keyPath = join(folder, 'ca-key.pem')
  if (existsSync(keyPath)) {
    const key = provider.importPrivateKey(parsePrivateKey(readInput(keyPath), { provider }))
    const authority = authorityFrom(Certificate.parse(readInput(certificatePath)), key, provider)
    if (authority.certificate.notAfter < Date.now())
      throw new Problem(`the authority in ${folder} has run out; move the folder away, and another is made`)
    return authority
  }
  const signer = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
  const authority = createAuthority({
    provider,
    subject: {
      O: 'Development',
      CN: `Development authority of ${process.env.USER ?? process.env.USERNAME ?? 'this machine'}`,
    },
    signer,
    pathLength: 0,
    extensions: given.has('any-name')
      ? []
      : [{ name: 'nameConstraints', critical: true, value: { permitted: PRIVATE } }],
  })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (process.platform !== 'win32') chmodSync(folder, 0o700)
  writeOutput(encodePrivateKey(signer.data), { path: keyPath, secret: true })
  writeOutput(authority.cert, { path: certificatePath })
  return authority
}

/**
 * Names that are nobody's on the public net (RFC 6761, RFC 8375, RFC 1918, RFC 4193): whoever steals the key of an authority
 * that may certify no others reads nobody's traffic with their bank.
 */
const PRIVATE = [
  ...['localhost', 'test', 'local', 'internal', 'home.arpa', 'lan'].map(
    (value): GeneralName => ({ type: 'dns', value }),
  ),
  ...[
    [127, 0, 0, 0, 255, 0, 0, 0],
    [10, 0, 0, 0, 255, 0, 0, 0],
    [172, 16, 0, 0, 255, 240, 0, 0],
    [192, 168, 0, 0, 255, 255, 0, 0],
    [169, 254, 0, 0, 255, 255, 0, 0],
    [...new Array(15).fill(0), 1, ...new Array(16).fill(255)],
    [0xfc, ...new Array(15).fill(0), 0xfe, ...new Array(15).fill(0)],
    [0xfe, 0x80, ...new Array(14).fill(0), 0xff, 0xc0, ...new Array(14).fill(0)],
  ].map((bytes): GeneralName => ({ type: 'ip', value: Uint8Array.from(bytes) })),
].map((base) => ({ base, minimum: 0 }))

/** A certificate that no client would take helps nobody. @throws {Problem} */
async function check(leaf: Certificate, authority: Authority, names: readonly string[], folder: string): Promise<void> {
  const anchors = [authority.certificate]
  const { ok, code, reason } = await verifyChain({
    leaf,
    intermediates: [],
    anchors,
    provider,
    profile: 'node',
    name: false,
  })
  if (ok) return
  if (code === 'PERMITTED_VIOLATION')
    throw new Problem(
      `the authority in ${folder} is for names of development alone (localhost, *.test, *.local, *.internal, private addresses), ` +
        `not for all of ${names.join(', ')}; -any-name with another -ca-dir makes one for every name`,
    )
  throw new Problem(`the certificate would not be taken: ${reason}`)
}

function explanation(names: readonly string[], { cert, key, ca }: Record<'cert' | 'key' | 'ca', string>): string {
  const authority = resolve(ca)
  return `A certificate for ${names.join(', ')}:
  ${cert}
  ${key}

  https.createServer({ cert: readFileSync('${cert}'), key: readFileSync('${key}') })

Its authority is yours alone, and is kept in ${authority}. To trust it:
  Node        NODE_EXTRA_CA_CERTS="${authority}" node client.js
  curl        curl --cacert "${authority}" https://${names[0]}/
  macOS       sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain "${authority}"
  Windows     certutil -addstore -user Root "${authority}"
  Debian      sudo cp "${authority}" /usr/local/share/ca-certificates/development.crt && sudo update-ca-certificates
  Fedora      sudo trust anchor "${authority}"
  Firefox     Settings, Privacy & Security, View Certificates, Authorities, Import
`
}
