/** What an idle connection holds. */
import type { Memory } from '../bars.ts'
import type { Bench } from '../bench.ts'

const COUNT = 300

export async function memory(bench: Bench): Promise<void> {
  if (!bench.settings.only.test('memory')) return
  const idle: Record<string, Memory> = {}
  for (const name of bench.stacks)
    for (const role of ['client', 'server'] as const) {
      if (!bench.abilities.get(name)![role].length) continue
      // The heap of a process that has done other things says little.
      const agent = await bench.spawn(name, ['--expose-gc'])
      const far = await bench.spawn('node')
      const [client, server] = role === 'client' ? [agent, far] : [far, agent]
      const to = await bench.target(server, ...bench.usual(name))
      try {
        if (role === 'client') idle[`${name}, client`] = await client.call('idle', { count: COUNT, to })
        else {
          await client.call('handshakes', { count: 20, to })
          await server.call('drop')
          const before = await server.call('memory')
          await client.call('handshakes', { count: COUNT, keep: true, to })
          const after = await server.call('memory')
          const each = (kind: keyof Memory) => (after[kind] - before[kind]) / COUNT
          idle[`${name}, server`] = { rss: each('rss'), heap: each('heap'), external: each('external') }
        }
      } catch (error) {
        console.log(`  ${name}, ${role}: ${(error as Error).message}`)
      }
      agent.stop()
      far.stop()
    }
  bench.more.memory = idle
  console.log('\nmemory of an idle connection, KB')
  for (const [name, { rss, heap, external }] of Object.entries(idle))
    console.log(
      `  ${name.padEnd(28)}${[rss, heap, external].map((b) => (b / 1000).toFixed(1).padStart(8)).join('')}   (rss, heap, external)`,
    )
}
