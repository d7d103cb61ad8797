/**
 * The same lies told to our stack and to node:tls: whatever ours accepts that node:tls refuses is a fault, or stands in
 * `accepted.ts` with its reason.
 */

import nodeTls from 'node:tls'
import { parseArgs } from 'node:util'
import { portableProvider } from '@x/crypto-primitives/portable'
import ourTls from '@x/node-tls-compat'
import { reasonFor } from './accepted.ts'
import { chains } from './chains.ts'
import type { Identity } from './identities.ts'
import { makePlan, type Plan } from './lies.ts'
import { Random } from './random.ts'
import { crls, ocsp } from './revocation.ts'
import { SCENES, type Scene } from './scenes.ts'
import { type Outcome, type Tls, Victim } from './stage.ts'
import type { Run, Tally } from './tally.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    start: { type: 'string', default: '0' },
    minutes: { type: 'string' },
    only: { type: 'string', default: 'conversations,chains,crls,ocsp' },
    scene: { type: 'string' },
  },
})

const native = new Victim('node:tls', nodeTls)
const ours = new Victim('ours', ourTls as unknown as Tls)
const portable = new Victim('ours, portable', ourTls as unknown as Tls, { provider: portableProvider })
const HONEST = {
  lies: [],
  consistent: true,
  deeds: [
    { kind: 'data', text: 'hello' },
    { kind: 'data', text: 'bye' },
  ],
} as const

/** node:tls shows no certificate where a client has resumed a session that came as bytes. */
const withoutNames = (data: string): string => data.replace(/\[[^\]]*\]/g, '')
/** In ours a renegotiation changes what is known of the peer, its being refused too; in node:tls it stays authorized. */
const withoutDoubts = (data: string): string => data.replaceAll('?]', ']')

/** What ours accepts that node:tls does not. */
function acceptances({ resumes }: Scene, our: Outcome, theirs: Outcome): string[] {
  const found: string[] = []
  if (our.crash) found.push(`crash (${our.crash})`)
  if (our.secure && !theirs.secure) found.push('secure')
  const plain = resumes && theirs.data.startsWith('[nobody]') ? withoutNames : withoutDoubts
  const believed = our.data.match(/\[[^\]?]*\]/g) ?? []
  const doubted = believed.some((who) => theirs.data.includes(`${who.slice(0, -1)}?]`))
  // What ours gave out before it ended the connection, node:tls gave out too.
  const less = theirs.data.startsWith(our.data)
  if (!less && (doubted || !plain(theirs.data).startsWith(plain(our.data)))) found.push('data')
  // Nobody asks a connection that is gone.
  if (our.authorized && !theirs.authorized && our.end === 'open') found.push('authorized')
  if (our.end === 'open' && theirs.end !== 'open') found.push('open')
  return found
}

interface Case {
  readonly scene: Scene
  readonly plan: Plan
  readonly identity: Identity
}

async function compare({ scene, plan, identity }: Case, us: Victim) {
  const theirs = await native.converse(scene, plan, identity)
  const our = await us.converse(scene, plan, identity)
  return { theirs, our, found: acceptances(scene, our, theirs) }
}

/** The same plan with as little in it as still shows the difference; undefined when it does not show every time. */
async function reduce(one: Case, us: Victim): Promise<Case | undefined> {
  const shows = async (plan: Plan) => {
    for (let i = 0; i < 2; i++) if ((await compare({ ...one, plan }, us)).found.length === 0) return false
    return true
  }
  let { plan } = one
  if (!(await shows(plan))) return undefined
  for (const key of ['lies', 'deeds'] as const) {
    for (let i = plan[key].length - 1; i >= 0; i--) {
      const less = { ...plan, [key]: plan[key].filter((_, at) => at !== i) }
      if (await shows(less)) plan = less
    }
  }
  return { ...one, plan }
}

const describe = (steps: readonly object[]): string =>
  steps.map((step) => Object.values(step).join(' ')).join('; ') || '-'

async function conversations({ count, seed, start, until }: Run): Promise<Tally> {
  const scenes = SCENES.filter(({ name }) => !values.scene || new RegExp(values.scene).test(name))
  const tally = { passed: 0, failed: 0, argued: 0, stricter: 0 }
  const lengths = new Map<string, number>()
  for (const scene of scenes) {
    const plan = { ...HONEST, scene: scene.name }
    const { theirs, our } = await compare({ scene, plan, identity: scene.identities[0] }, ours)
    lengths.set(scene.name, Math.max(2, theirs.messages))
    // Nothing that follows says anything where an honest peer is not understood.
    const understood = [theirs, our].every(({ end, data }) => end === 'open' && data.endsWith('hellobye'))
    if (understood) continue
    tally.failed++
    console.log(
      `FAILED ${scene.name}: an honest peer\n  node:tls ${JSON.stringify(theirs)}\n  ours     ${JSON.stringify(our)}`,
    )
  }
  // So many for each role: both are in turn.
  for (let i = start; i < 2 * count && Date.now() < until; i++) {
    const random = new Random(seed * 1_000_003 + i)
    const scene = scenes[i % scenes.length]
    const identity = random.once(2) ? scene.identities[0] : random.pick(scene.identities)
    const plan = makePlan(random, scene.name, lengths.get(scene.name)!, scene.identities)
    const us = random.once(8) ? portable : ours
    const { theirs, our, found } = await compare({ scene, plan, identity }, us)
    if (our.end !== 'open' && theirs.end === 'open') tally.stricter++
    const small = found.length > 0 ? await reduce({ scene, plan, identity }, us) : undefined
    if (!small) {
      tally.passed++
      continue
    }
    const last = await compare(small, us)
    const text = `${scene.name} | ${identity} | ${describe(small.plan.lies)} | ${describe(small.plan.deeds)}`
    if (reasonFor(`${text} | ${last.theirs.end}`, last.found)) {
      tally.argued++
      tally.passed++
      continue
    }
    tally.failed++
    console.log(
      `FAILED ${i} ${us.name} ${last.found.join(', ')}: ${text} | consistent ${small.plan.consistent}\n` +
        `  node:tls ${JSON.stringify(last.theirs)}\n  ours     ${JSON.stringify(last.our)}`,
    )
  }
  return tally
}

const KINDS: Record<string, (run: Run) => Tally | Promise<Tally>> = {
  conversations,
  chains: (run) => chains(run, { native, ours, portable }),
  crls: (run) => crls(run, { native, ours, portable }),
  ocsp,
}

const total = { passed: 0, failed: 0, argued: 0, stricter: 0 }
for (const kind of values.only.split(',')) {
  const until = values.minutes ? Date.now() + Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY
  const tally = await KINDS[kind]({
    count: Number(values.cases),
    seed: Number(values.seed),
    start: Number(values.start),
    until,
  })
  console.log(`${kind}: ${JSON.stringify(tally)}`)
  for (const key of ['passed', 'failed', 'argued', 'stricter'] as const) total[key] += tally[key]
}
console.log(
  `Node ${process.version}, OpenSSL ${process.versions.openssl}; ${total.argued} accepted with a reason, ${total.stricter} refused by ours alone`,
)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed ? 1 : 0)
