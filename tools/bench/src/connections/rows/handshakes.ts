/** Handshakes of a long-lived process. */
import type { CertificateKind, Cipher, ServerOptions, Version } from '../../stacks/stack.ts'
import { type Bench, freshIdentities } from '../bench.ts'
import { Pace, type Turn } from '../rounds.ts'

/** Handshakes of a sort that a stack makes in a role before they are counted, and the milliseconds of it at most. */
const WARM_UP = 3000
const WARM_UP_TIME = 10_000

interface Handshakes {
  readonly role: 'client' | 'server'
  readonly version: Version
  readonly kind: CertificateKind
  readonly cipher?: Cipher
  readonly resume?: boolean
  /** Identities of the far end, one for each connection. */
  readonly fresh?: ServerOptions['identities']
  readonly of?: readonly string[]
}

export async function handshakes(bench: Bench): Promise<void> {
  const warm = new Set<string>()

  /**
   * A long-lived process is measured: the first thousands of handshakes pay for the compiler. Resumed ones and
   * those with a key of another kind take paths of their own through a stack, as cold after any number of the others.
   */
  async function warmUp(label: string, make: (count: number) => Promise<unknown>) {
    if (warm.has(label)) return
    warm.add(label)
    const begun = performance.now()
    for (let made = 0; made < WARM_UP && performance.now() - begun < WARM_UP_TIME; made += 100) await make(100)
  }

  async function row(title: string, o: Handshakes): Promise<void> {
    const { role, version, kind, cipher = 'aes-128-gcm', resume = false } = o
    const contenders = new Map<string, Turn>()
    for (const name of bench.able(role, version, cipher)) {
      if ((resume && !bench.abilities.get(name)!.resumption) || (o.of && !o.of.includes(name))) continue
      const agent = bench.agents.get(name)!
      const [client, server] = role === 'client' ? [agent, bench.peer] : [bench.peer, agent]
      const pace = new Pace(20, 8, 3000)
      contenders.set(name, async (time) => {
        const count = pace.units(time)
        const to = await bench.target(server, kind, version, cipher, o.fresh)
        await warmUp(`${name}, ${role}, ${resume ? 'resumed' : kind}`, async (some) => {
          await client.call('handshakes', { count: some, resume, to })
          await server.call('drop')
        })
        const before = await agent.call('cpu')
        const { cpu, wall, resumed } = await client.call('handshakes', { count, resume, to })
        const all = (await agent.call('cpu')) - before
        await server.call('drop')
        if (resume && resumed < count) throw new Error(`${count - resumed} of ${count} were not resumed`)
        pace.learn(wall, count)
        return { cpu: role === 'client' ? cpu : all, wall, units: count }
      })
    }
    await bench.group(title, 'us', contenders)
  }

  for (const role of ['client', 'server'] as const) {
    for (const kind of ['P-256', 'RSA-2048'] as const)
      await row(`full handshake, ${role}, TLS 1.3, ${kind}`, { role, version: '1.3', kind })
    await row(`full handshake, ${role}, TLS 1.2, P-256`, { role, version: '1.2', kind: 'P-256' })
    await row(`full handshake, ${role}, TLS 1.1, RSA-2048`, {
      role,
      version: '1.1',
      kind: 'RSA-2048',
      cipher: 'aes-128-cbc',
    })
    await row(`resumed handshake, ${role}, TLS 1.3`, { role, version: '1.3', kind: 'P-256', resume: true })
    await row(`resumed handshake, ${role}, TLS 1.2`, { role, version: '1.2', kind: 'P-256', resume: true })
  }
  for (const kind of ['P-256', 'RSA-2048'] as const) {
    const title = `full handshake, client, new chains, TLS 1.3, ${kind}`
    if (!bench.settings.only.test(title)) continue
    const of = ['node', 'ours', 'ours-portable', 'ours-page']
    await row(title, { role: 'client', version: '1.3', kind, fresh: freshIdentities(kind), of })
  }
}
