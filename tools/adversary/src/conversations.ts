/** The same lies told to two stacks: whatever ours accepts that the other refuses is a fault, or stands in `accepted.ts`. */
import { reasonFor } from './accepted.ts'
import type { Identity } from './identities.ts'
import { makePlan, type Plan, usualDeeds } from './lies.ts'
import { Random } from './random.ts'
import type { Outcome } from './stage.ts'
import type { Run, Tally } from './tally.ts'

/** What a comparison has to know of a scene. */
interface Told {
  readonly name: string
  readonly identities: readonly Identity[]
  readonly resumes?: boolean
  readonly asks?: boolean
}

/** A stack that can be talked to in scenes of a kind. */
interface Stack<S> {
  readonly name: string
  converse(scene: S, plan: Plan, identity: Identity): Promise<Outcome>
}

export interface Sides<S> {
  /** Who is right. */
  readonly reference: Stack<S>
  readonly ours: Stack<S>
  readonly portable: Stack<S>
}

interface Case<S> {
  readonly scene: S
  readonly plan: Plan
  readonly identity: Identity
}

/** node:tls shows no certificate where a client has resumed a session that came as bytes. */
const withoutNames = (data: string): string => data.replace(/\[[^\]]*\]/g, '')
/** In ours a renegotiation changes what is known of the peer, its being refused too; in node:tls it stays authorized. */
const withoutDoubts = (data: string): string => data.replaceAll('?]', ']')

/** What ours accepts that the other does not. */
function acceptances({ resumes }: Told, our: Outcome, theirs: Outcome): string[] {
  const found: string[] = []
  if (our.crash) found.push(`crash (${our.crash})`)
  if (our.secure && !theirs.secure) found.push('secure')
  const plain = resumes && theirs.data.startsWith('[nobody]') ? withoutNames : withoutDoubts
  const believed = our.data.match(/\[[^\]?]*\]/g) ?? []
  const doubted = believed.some((who) => theirs.data.includes(`${who.slice(0, -1)}?]`))
  // What ours gave out before it ended the connection, the other gave out too.
  const less = theirs.data.startsWith(our.data)
  if (!less && (doubted || !plain(theirs.data).startsWith(plain(our.data)))) found.push('data')
  // Nobody asks a connection that is gone.
  if (our.authorized && !theirs.authorized && our.end === 'open') found.push('authorized')
  if (our.end === 'open' && theirs.end !== 'open') found.push('open')
  return found
}

const describe = (steps: readonly object[]): string =>
  steps.map((step) => Object.values(step).join(' ')).join('; ') || '-'

/** Tells lies in these scenes, so many for each role: both are in turn. */
export async function conversations<S extends Told>(
  { count, seed, start, until }: Run,
  scenes: readonly S[],
  { reference, ours, portable }: Sides<S>,
): Promise<Tally> {
  async function compare({ scene, plan, identity }: Case<S>, us: Stack<S>) {
    const theirs = await reference.converse(scene, plan, identity)
    const our = await us.converse(scene, plan, identity)
    return { theirs, our, found: acceptances(scene, our, theirs) }
  }

  /** The same plan with as little in it as still shows the difference; undefined when it does not show every time. */
  async function reduce(one: Case<S>, us: Stack<S>): Promise<Case<S> | undefined> {
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

  const tally = { passed: 0, failed: 0, argued: 0, stricter: 0 }
  const lengths = new Map<string, number>()
  for (const scene of scenes) {
    const [identity] = scene.identities
    const plan: Plan = {
      scene: scene.name,
      lies: [],
      consistent: true,
      deeds: usualDeeds(scene.asks ?? false, identity),
    }
    const { theirs, our } = await compare({ scene, plan, identity }, ours)
    lengths.set(scene.name, Math.max(2, theirs.messages))
    // Nothing that follows says anything where an honest peer is not understood.
    const understood = [theirs, our].every(({ end, data }) => end === 'open' && /hello(\[[^\]]*\])?bye$/.test(data))
    if (understood) continue
    tally.failed++
    console.log(
      `FAILED ${scene.name}: an honest peer\n  ${reference.name} ${JSON.stringify(theirs)}\n  ours ${JSON.stringify(our)}`,
    )
  }
  for (let i = start; i < 2 * count && Date.now() < until; i++) {
    const random = new Random(seed * 1_000_003 + i)
    const scene = scenes[i % scenes.length]
    const identity = random.once(2) ? scene.identities[0] : random.pick(scene.identities)
    const plan = makePlan(random, scene.name, lengths.get(scene.name)!, scene.identities, scene.asks)
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
        `  ${reference.name} ${JSON.stringify(last.theirs)}\n  ours ${JSON.stringify(last.our)}`,
    )
  }
  return tally
}
