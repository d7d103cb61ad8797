import type { Session } from '@x/tls-handshake'
import { credentialsOf, type Identity } from '../identities.ts'
import { Liar } from '../liar.ts'
import { type Plan, usualDeeds } from '../lies.ts'
import type { Outcome } from '../stage.ts'
import type { MemoryScene } from './scenes.ts'
import type { MemoryStack, Told } from './side.ts'

/** Milliseconds that a session is used: OpenSSL takes early data of tickets whose age it agrees on. */
const SESSIONS_LAST = 60_000
const EARLY = { kind: 'data', text: 'early' } as const

/** A stack under test in memory, with what its peers keep between conversations. */
export class MemoryVictim {
  readonly name: string
  readonly #sessions = new Map<string, { readonly session: Session | undefined; readonly since: number }>()

  constructor(private readonly stack: MemoryStack) {
    this.name = stack.name
  }

  /** One conversation with a peer that follows the plan. */
  async converse(scene: MemoryScene, plan: Plan, identity: Identity): Promise<Outcome> {
    if (!scene.resumes) return this.#run(scene, plan, identity)
    let kept = this.#sessions.get(scene.name)
    if (!kept || Date.now() - kept.since > SESSIONS_LAST) {
      await this.stack.forget(scene.name)
      const honest: Plan = {
        scene: scene.name,
        lies: [],
        consistent: true,
        deeds: usualDeeds(false, ''),
      }
      this.#sessions.delete(scene.name)
      await this.#run(scene, honest, scene.identities[0])
      kept = this.#sessions.get(scene.name)
    }
    return this.#run(scene, plan, identity, kept)
  }

  async #run(scene: MemoryScene, plan: Plan, identity: Identity, kept?: { session: Session | undefined }) {
    const { stack } = this
    const isServer = scene.victim === 'server'
    const outcome: Outcome = { secure: false, data: '', authorized: false, name: '', end: 'open', messages: 0 }
    let credentials = credentialsOf(identity)
    const become = (other: string) => {
      credentials = credentialsOf(other as Identity)
    }
    const config = Object.defineProperty({ ...scene.peer(isServer ? kept?.session : undefined) }, 'credentials', {
      get: () => credentials,
      enumerable: true,
    })
    const liar = new Liar(isServer ? 'client' : 'server', config as never, plan, become)
    const carry = async (first: Promise<Told>): Promise<void> => {
      for (let told = await first; ; ) {
        take(outcome, told)
        if (told.bytes.length > 0) liar.receive(told.bytes)
        const out = liar.takeOutput()
        if (out.length === 0 || outcome.end !== 'open') return
        told = await stack.receive(out)
      }
    }
    try {
      if (isServer && scene.early && kept) liar.do(EARLY)
      await carry(stack.begin(scene.name, scene.options, kept !== undefined))
      for (const deed of plan.deeds) {
        if (outcome.end !== 'open') break
        if (deed.kind === 'ask' && isServer) {
          become(deed.as)
          await carry(stack.ask())
          continue
        }
        liar.do(deed)
        const out = liar.takeOutput()
        if (out.length > 0) await carry(stack.receive(out))
      }
    } catch (error) {
      outcome.crash = `${(error as Error).name}: ${(error as Error).message}`
    } finally {
      outcome.messages = liar.count
      await stack.close()
    }
    if (scene.resumes && !kept) {
      const issued = liar.peer.events.find(({ type }) => type === 'session') as { session: Session } | undefined
      this.#sessions.set(scene.name, { session: issued?.session, since: Date.now() })
    }
    return outcome
  }
}

function take(outcome: Outcome, { happened, end, name, authorized }: Told): void {
  for (const one of happened) {
    if ('early' in one) outcome.data += `(${one.early})`
    else if ('secure' in one) {
      outcome.secure = true
      if (one.accepted) outcome.data += '(0-RTT)'
    } else {
      const from = `[${one.from}]`
      if (outcome.data.lastIndexOf('[') !== outcome.data.lastIndexOf(from) || !outcome.data.includes('[')) {
        outcome.data += from
      }
      outcome.data += one.data
    }
  }
  outcome.end = end
  outcome.name = name
  outcome.authorized = outcome.secure && authorized
}
