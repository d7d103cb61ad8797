/** A server of HTTPS under 64 clients: what a request costs it, and how late its event loop gets. */
import type { Bench } from '../bench.ts'
import { Pace, Samples } from '../rounds.ts'

const CONCURRENCY = 64
/** Rounds that do not count. */
const WARM_UP = 3

export async function https(bench: Bench): Promise<void> {
  const { only, rounds, milliseconds } = bench.settings
  for (const kept of [true, false]) {
    const title = `https, server, ${kept ? 'kept' : 'new'} connections, ${CONCURRENCY} at once`
    if (!only.test(title)) continue
    const cost = new Samples()
    const delay = new Samples()
    const contenders = bench.stacks.filter((name) => bench.abilities.get(name)!.https)
    const ports = new Map<string, number>()
    const paces = new Map(contenders.map((name) => [name, new Pace(200, 64, 50_000)]))
    for (let round = -WARM_UP; round < rounds; round++)
      for (const name of contenders) {
        const agent = bench.agents.get(name)!
        const port = ports.get(name) ?? (await agent.call('serveHttps', bench.identitiesOf('P-256')[0]!))
        ports.set(name, port)
        const count = paces.get(name)!.units(milliseconds)
        const to = { port, ca: bench.authorityOf('P-256') }
        await agent.call('delayFrom')
        const before = await agent.call('cpu')
        const { wall } = await bench.peer.call('requests', { count, concurrency: CONCURRENCY, kept, to })
        const cpu = (await agent.call('cpu')) - before
        const late = await agent.call('delayUntil')
        paces.get(name)!.learn(wall, count)
        if (round < 0) continue
        cost.add(round, name, { cpu, wall, units: count })
        delay.add(round, name, { cpu: late, wall: late, units: 1 })
      }
    bench.table(title, 'us a request', cost.rows(contenders))
    bench.table(`${title}: event loop late, 99th percentile`, 'us on the clock', delay.rows(contenders))
  }
}
