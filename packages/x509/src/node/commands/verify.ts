import { nodeProvider as provider } from '@x/crypto-primitives/node'
import type { Certificate } from '../../certificate.ts'
import { printable } from '../../names/printable.ts'
import { CertificateRevocationList } from '../../revocation/crl.ts'
import { rootStore } from '../../roots.ts'
import type { Purpose, ReferenceName } from '../../verify/terms.ts'
import { createTrustStore } from '../../verify/trust-store.ts'
import { verifyChain } from '../../verify/verify-chain.ts'
import type { Arguments, Command } from '../command.ts'
import { readInput, writeOutput } from '../files.ts'
import { readCertificates } from '../inputs.ts'
import { usage } from '../problem.ts'

/** OpenSSL's words. */
const PURPOSES: Readonly<Record<string, Purpose>> = {
  sslserver: 'serverAuth',
  sslclient: 'clientAuth',
  smimesign: 'emailProtection',
  codesign: 'codeSigning',
  timestampsign: 'timeStamping',
  any: 'any',
}

export const verify: Command = {
  name: 'verify',
  summary: 'says whether certificates are to be trusted, and why not',
  operands: 'certificate…',
  options: {
    CAfile: { value: 'FILE', multiple: true, help: 'authorities that are trusted; default: those of Mozilla' },
    trusted: { value: 'FILE', multiple: true, help: 'the same' },
    untrusted: { value: 'FILE', multiple: true, help: 'certificates that may stand between' },
    CRLfile: { value: 'FILE', multiple: true, help: 'revocation lists; each certificate needs one then' },
    purpose: { value: 'NAME', help: `${Object.keys(PURPOSES).join(', ')}; default any, or sslserver for a host` },
    verify_hostname: { value: 'NAME', help: 'the host that it must be for' },
    verify_ip: { value: 'ADDRESS', help: 'the address' },
    verify_email: { value: 'ADDRESS', help: 'the e-mail address' },
    attime: { value: 'SECONDS', help: 'at another time than now, in seconds since 1970' },
    partial_chain: { help: 'an authority in the middle may be the trusted one' },
    profile: {
      value: 'node|webpki',
      help: 'as OpenSSL and Node decide, or by the rules of the public web; default node',
    },
    show_chain: { help: 'prints the chain' },
  },
  examples: [
    'verify -CAfile ca.pem cert.pem',
    'verify -untrusted chain.pem -verify_hostname a.test -profile webpki cert.pem',
  ],
  async run(given) {
    if (given.operands.length === 0) throw usage('which certificate? verify -CAfile ca.pem cert.pem')
    const roots = [...given.list('CAfile'), ...given.list('trusted')]
    const anchors = roots.length > 0 ? createTrustStore(roots.flatMap(readCertificates)) : rootStore()
    const untrusted = given.list('untrusted').flatMap(readCertificates)
    const crls = given.list('CRLfile').map((path) => CertificateRevocationList.parse(readInput(path)))
    const name = nameFrom(given)
    const purpose =
      PURPOSES[given.word('purpose', Object.keys(PURPOSES), name && name.type !== 'email' ? 'sslserver' : 'any')]!
    let failed = false
    for (const path of given.operands) {
      // A file with a chain is one: its first certificate, and those that were sent with it.
      const [leaf, ...intermediates] = readCertificates(path)
      const result = await verifyChain({
        leaf: leaf!,
        intermediates: [...intermediates, ...untrusted],
        anchors,
        provider,
        purpose,
        profile: given.word('profile', ['node', 'webpki'], 'node'),
        name: name ?? false,
        ...(crls.length > 0 && { crls }),
        ...(given.has('attime') && { time: given.number('attime', 0) * 1000 }),
        ...(given.has('partial_chain') && { allowPartialTrustChain: true }),
      })
      failed ||= !result.ok
      if (result.ok) writeOutput(`${path}: OK\n`, { path: undefined })
      else
        process.stderr.write(
          `${path}: ${result.code}: ${printable(result.message, 500)}\n  ${printable(result.reason, 1000)}\n`,
        )
      if (given.has('show_chain')) writeOutput(chainText(result.chain), { path: undefined })
    }
    return failed ? 2 : 0
  },
}

const chainText = (chain: readonly Certificate[]) =>
  chain.map(({ subject }, depth) => `  ${depth}: ${printable(subject.toString(), 500)}\n`).join('')

function nameFrom(given: Arguments): ReferenceName | undefined {
  const option = given.oneSwitch(['verify_hostname', 'verify_ip', 'verify_email'])
  if (!option) return undefined
  const type = ({ verify_hostname: 'dns', verify_ip: 'ip', verify_email: 'email' } as const)[option]
  return { type, value: given.required(option) }
}
