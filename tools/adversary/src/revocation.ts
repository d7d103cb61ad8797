/** CRLs against node:tls, OCSP responses against `openssl ocsp`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProvider } from '@x/crypto-primitives/node'
import {
  type Certificate,
  createAuthority,
  createCrlSync,
  createOcspResponseSync,
  encodePem,
  keyIdentifier,
  verifyOcspResponseSync,
} from '@x/x509'
import { reasonFor } from './accepted.ts'
import { taken } from './chains.ts'
import { encode, mutate, parseAll } from './der-tree.ts'
import { damaged, KEYS, type Key } from './forgery.ts'
import { credentialOf } from './identities.ts'
import { Random } from './random.ts'
import { clientScene } from './scenes.ts'
import type { Outcome, Victim } from './stage.ts'
import type { Run, Stacks, Tally } from './tally.ts'

const DAY = 86_400_000
const [rootKey, middleKey, leafKey, responderKey] = KEYS
const root = createAuthority({ provider: nodeProvider, subject: 'Root', signer: rootKey.signer })
const middle = root.createIntermediate({ subject: 'Middle', signer: middleKey.signer })
const leafData = { publicKey: leafKey.signer.publicKey! }
const [leaf, other] = [middle.issue('localhost', leafData), middle.issue('localhost', leafData)]
const pemOf = (der: Uint8Array, label: string): string => encodePem(label, der)

// --- CRLs

interface Crl {
  readonly what: string
  readonly der: Uint8Array
}

function makeCrl(
  random: Random,
  issuer: { readonly name: string; readonly key: Key; readonly certificate: Certificate },
  subject: Certificate,
): Crl {
  const revokes = random.once(4)
  const [from, until] =
    random.below(5) > 0
      ? [-DAY, DAY]
      : random.pick([
          [-9 * DAY, -DAY],
          [DAY, 9 * DAY],
        ])
  const now = Date.now()
  const crl = createCrlSync({
    issuer: issuer.certificate.subject,
    signer: issuer.key.signer,
    revoked: [
      { serialNumber: 77 },
      ...(revokes
        ? [
            {
              serialNumber: subject.serialNumber,
              reason: random.pick(['keyCompromise', 'removeFromCRL', 'certificateHold', undefined] as const),
            },
          ]
        : []),
    ],
    thisUpdate: now + from,
    nextUpdate: now + until,
    ...(random.once(2) && { keyIdentifier: keyIdentifier(issuer.key.signer.publicKey!, nodeProvider) }),
    ...(random.once(10) && { baseNumber: 1, number: 2 }),
    ...(random.once(8) && {
      issuingDistributionPoint: {
        ...{
          onlyContainsUserCerts: false,
          onlyContainsCACerts: false,
          indirectCRL: false,
          onlyContainsAttributeCerts: false,
        },
        [random.pick(['onlyContainsUserCerts', 'onlyContainsCACerts', 'indirectCRL'])]: true,
      },
    }),
  }).raw
  const spoilt = random.below(3) > 0
  return {
    what: `${issuer.name}${revokes ? ', revokes' : ''}${spoilt ? ', damaged' : ''}`,
    der: spoilt ? damaged(random, crl, issuer.key) : crl,
  }
}

export async function crls({ count, seed, start, until }: Run, { native, ours, portable }: Stacks): Promise<Tally> {
  const tally = { passed: 0, failed: 0, argued: 0, stricter: 0 }
  const credentials = [
    credentialOf(
      leaf.chain.map(({ raw }) => raw),
      leafKey.signer,
    ),
  ]
  const makers = [
    { issuer: { name: 'root', key: rootKey, certificate: root.certificate }, subject: middle.certificate },
    { issuer: { name: 'middle', key: middleKey, certificate: middle.certificate }, subject: leaf.certificate },
  ]
  const good = makers.map(
    ({ issuer }) => createCrlSync({ issuer: issuer.certificate.subject, signer: issuer.key.signer }).raw,
  )
  for (let i = start; i < count && Date.now() < until; i++) {
    const random = new Random(seed * 1_000_003 + i)
    const which = random.below(2)
    const made = makeCrl(random, makers[which].issuer, makers[which].subject)
    const list = [
      made.der,
      good[1 - which],
      ...(random.once(6) ? [makeCrl(random, makers[which].issuer, makers[which].subject).der] : []),
    ]
    const scene = clientScene([root.cert], { crl: list.map((der) => pemOf(der, 'X509 CRL')) })
    const plan = { scene: scene.name, lies: [], consistent: true, deeds: [] }
    const see = async (victim: Victim): Promise<Outcome> => {
      try {
        return await victim.converse(scene, plan, credentials)
      } catch (error) {
        const { code = String(error) } = error as { code?: string }
        return { secure: false, data: '', authorized: false, name: '', end: `thrown ${code}`, messages: 0 }
      }
    }
    const theirs = await see(native)
    const our = await see(random.once(16) ? portable : ours)
    if (theirs.authorized && !our.authorized) tally.stricter++
    // A list that cannot be read is refused when it is given; ours may also pass it over, if then nobody is authorized.
    const found = taken(our, theirs).filter((what) => what !== 'read')
    const text = `CRL | ${made.what} | ${theirs.verdict} ${theirs.end}`
    const reason = found.length > 0 ? reasonFor(text, found) : undefined
    if (reason) tally.argued++
    if (found.length === 0 || reason) {
      tally.passed++
      continue
    }
    tally.failed++
    console.log(
      `FAILED CRL ${i} ${found.join(', ')}: ${text}\n  node:tls ${JSON.stringify(theirs)}\n  ours     ${JSON.stringify(our)}`,
    )
    if (process.env.DUMP) for (const der of list) console.log(pemOf(der, 'X509 CRL'))
  }
  return tally
}

// --- OCSP

export function ocsp({ count, seed, start, until }: Run): Tally {
  const tally = { passed: 0, failed: 0, argued: 0, stricter: 0 }
  const folder = mkdtempSync(join(tmpdir(), 'adversary-ocsp-'))
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const publicKey = responderKey.signer.publicKey!
  const responder = middle.issue('responder', { publicKey, extKeyUsage: ['OCSPSigning'] }).certificate
  const impostor = middle.issue('impostor', { publicKey, extKeyUsage: ['serverAuth'] }).certificate
  const signers = [
    { name: 'issuer', key: middleKey, certificate: middle.certificate },
    { name: 'delegate', key: responderKey, certificate: responder },
    { name: 'impostor', key: responderKey, certificate: impostor },
    { name: 'root', key: rootKey, certificate: root.certificate },
  ]
  const issuerFile = file('issuer.pem', middle.cert)
  const args = [
    'ocsp',
    '-issuer',
    issuerFile,
    '-cert',
    file('leaf.pem', leaf.cert),
    '-CAfile',
    file('ca.pem', root.cert + middle.cert),
    '-no_nonce',
  ]
  try {
    for (let i = start; i < count && Date.now() < until; i++) {
      const random = new Random(seed * 1_000_003 + i)
      const signer = random.once(2) ? signers[0] : random.pick(signers)
      const about = random.once(8) ? other : leaf
      const status = random.pick(['good', 'good', 'good', 'revoked', 'unknown'] as const)
      const [from, to] =
        random.below(6) > 0
          ? [-3_600_000, DAY]
          : random.pick([
              [-9 * DAY, -DAY],
              [DAY, 9 * DAY],
            ])
      const made = createOcspResponseSync({
        provider: nodeProvider,
        answers: [{ certificate: about.certificate, issuer: middle.certificate, status } as never],
        signer: signer.key.signer,
        responder: signer.certificate,
        thisUpdate: Date.now() + from,
        nextUpdate: Date.now() + to,
      })
      const spoilt = random.below(3) > 0
      const response = spoilt ? damagedResponse(random, made, signer.key) : made
      const said = spawnSync('openssl', [...args, '-respin', file('response.der', response)], { encoding: 'utf8' })
      const theirs = /leaf\.pem: (\w+)/.exec(said.stdout)?.[1]
      const theirsGood =
        /Response verify OK/.test(said.stderr) &&
        theirs === 'good' &&
        !/WARNING|Status times invalid/.test(said.stdout + said.stderr)
      const verdict = verifyOcspResponseSync({
        response,
        certificate: leaf.certificate,
        issuer: middle.certificate,
        provider: nodeProvider,
      })
      if (theirsGood && verdict.status !== 'good') tally.stricter++
      const text = `OCSP | ${signer.name} ${status}${about === other ? ' of another' : ''}${spoilt ? ', damaged' : ''} | ${said.stderr.trim().split('\n').at(-1)}`
      const found = verdict.status === 'good' && !theirsGood ? ['good'] : []
      const reason = found.length > 0 ? reasonFor(text, found) : undefined
      if (reason) tally.argued++
      if (found.length === 0 || reason) {
        tally.passed++
        continue
      }
      tally.failed++
      console.log(
        `FAILED OCSP ${i}: ${text}\n  openssl ${theirs} ${said.stdout.replace(/\s+/g, ' ')}\n  ours    ${JSON.stringify(verdict.reason)}`,
      )
      if (process.env.DUMP) console.log(Buffer.from(response).toString('base64'))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return tally
}

/** The response inside the response, changed and signed again; or something around it. */
function damagedResponse(random: Random, response: Uint8Array, key: Key): Uint8Array {
  const [outer] = parseAll(response)!
  const bytes = outer.children![1].children![0].children![1]
  const basic = bytes.children![0]
  const extra = basic.children!.slice(3)
  const [spoilt] = parseAll(damaged(random, encode({ ...basic, children: basic.children!.slice(0, 3) }), key)) ?? []
  if (spoilt) bytes.children = [{ ...spoilt, children: [...spoilt.children!, ...extra] }]
  if (random.once(12)) mutate(outer, random)
  return encode(outer)
}
