/**
 * The same lies told to our stack and to node:tls: whatever ours accepts that node:tls refuses is a fault, or stands in
 * `accepted.ts` with its reason.
 */
import { parseArgs } from 'node:util'
import nodeTls from 'node:tls'
import { portableProvider } from '@x/crypto-primitives/portable'
import ourTls from '@x/node-tls-compat'
import { reasonFor } from './accepted.ts'
import type { Identity } from './identities.ts'
import { makePlan, type Plan } from './lies.ts'
import { Random } from './random.ts'
import { SCENES, type Scene } from './scenes.ts'
import { type Outcome, type Tls, Victim } from './stage.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    scene: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})

const native = new Victim('node:tls', nodeTls)
const ours = new Victim('ours', ourTls as unknown as Tls)
const portable = new Victim('ours, portable', ourTls as unknown as Tls, { provider: portableProvider })
const HONEST = { lies: [], consistent: true, deeds: [{ kind: 'data', text: 'hello' }, { kind: 'data', text: 'bye' }] } as const

/** node:tls shows no certificate where a client has resumed a session that came as bytes. */
const withoutNames = (data: string): string => data.replace(/\[[^\]]*\]/g, '')

/** What ours accepts that node:tls does not. */
function acceptances({ resumes }: Scene, our: Outcome, theirs: Outcome): string[] {
  const found: string[] = []
  if (our.crash) found.push(`crash (${our.crash})`)
  if (our.secure && !theirs.secure) found.push('secure')
  const nameless = resumes && theirs.data.startsWith('[nobody]')
  const [ourData, theirData] = nameless ? [our.data, theirs.data].map(withoutNames) : [our.data, theirs.data]
  if (!theirData.startsWith(ourData)) found.push('data')
  if (our.authorized && !theirs.authorized) found.push('authorized')
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

async function main(): Promise<void> {
  const scenes = SCENES.filter(({ name }) => !values.scene || new RegExp(values.scene).test(name))
  const until = values.minutes ? Date.now() + Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY
  let passed = 0
  let failed = 0
  let argued = 0
  let stricter = 0
  const lengths = new Map<string, number>()
  for (const scene of scenes) {
    const plan = { ...HONEST, scene: scene.name }
    const { theirs, our } = await compare({ scene, plan, identity: scene.identities[0] }, ours)
    lengths.set(scene.name, Math.max(2, theirs.messages))
    // Nothing that follows says anything where an honest peer is not understood.
    const understood = [theirs, our].every(({ end, data }) => end === 'open' && data.endsWith('hellobye'))
    if (understood) passed++
    else {
      failed++
      console.log(`FAILED ${scene.name}: an honest peer\n  node:tls ${JSON.stringify(theirs)}\n  ours     ${JSON.stringify(our)}`)
    }
  }
  const count = Number(values.cases)
  for (let i = 0; i < count && Date.now() < until; i++) {
    const random = new Random(Number(values.seed) * 1_000_003 + i)
    const scene = scenes[i % scenes.length]
    const identity = random.once(2) ? scene.identities[0] : random.pick(scene.identities)
    const plan = makePlan(random, scene.name, lengths.get(scene.name)!, scene.identities)
    const us = random.once(8) ? portable : ours
    const { theirs, our, found } = await compare({ scene, plan, identity }, us)
    if (our.end !== 'open' && theirs.end === 'open') stricter++
    if (values.verbose) console.log(i, scene.name, identity, describe(plan.lies), JSON.stringify([theirs, our]))
    if (found.length === 0) {
      passed++
      continue
    }
    const small = await reduce({ scene, plan, identity }, us)
    if (!small) {
      passed++
      continue
    }
    const last = await compare(small, us)
    const text = `${scene.name} | ${identity} | ${describe(small.plan.lies)} | ${describe(small.plan.deeds)}`
    const reason = reasonFor(text, last.found)
    if (reason) {
      argued++
      passed++
      continue
    }
    failed++
    console.log(
      `FAILED ${i} ${us.name} ${last.found.join(', ')}: ${text} | consistent ${small.plan.consistent}\n` +
        `  node:tls ${JSON.stringify(last.theirs)}\n  ours     ${JSON.stringify(last.our)}`,
    )
  }
  console.log(`${argued} accepted with a reason, ${stricter} refused by ours alone; Node ${process.version}, OpenSSL ${process.versions.openssl}`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed ? 1 : 0)
}

await main()
