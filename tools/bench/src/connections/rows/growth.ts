/** Whether the cost grows with bytes, or with open connections. */
import { median } from '../../measure.ts'
import { type Bench, format } from '../bench.ts'

export async function growth(bench: Bench): Promise<void> {
  const { only, rounds } = bench.settings
  if (!only.test('growth')) return
  const found: Record<string, Record<string, number>> = {}
  for (const name of ['node', 'ours', 'ours-portable'].filter((one) => bench.agents.has(one))) {
    for (const direction of ['send', 'receive'] as const)
      for (const megabytes of [1, 10, 100, 1000]) {
        if (name === 'ours-portable' && megabytes > 100 && rounds < 3) continue
        const samples: number[] = []
        for (let round = 0; round < (megabytes > 100 ? 1 : Math.min(rounds, 7)); round++) {
          const agent = await bench.spawn(name)
          const to = await bench.target(bench.peer, 'P-256', '1.3', 'aes-128-gcm')
          // The compiler has done its work after a few megabytes.
          await agent.call(direction, { bytes: 32e6, chunk: 16384, to })
          const { cpu } = await agent.call(direction, { bytes: megabytes * 1e6, chunk: 16384, to }, 600)
          samples.push(cpu / megabytes)
          await bench.peer.call('drop')
          agent.stop()
        }
        found[`${name}, ${direction}, us/MB`] ??= {}
        found[`${name}, ${direction}, us/MB`]![`${megabytes} MB`] = median(samples)
      }
    for (const role of ['client', 'server'] as const) {
      const agent = await bench.spawn(name)
      const far = await bench.spawn('node')
      const [client, server] = role === 'client' ? [agent, far] : [far, agent]
      const to = await bench.target(server, 'P-256', '1.3', 'aes-128-gcm')
      await client.call('handshakes', { count: 300, to })
      await server.call('drop')
      const row: Record<string, number> = {}
      let open = 0
      // The cost of the connections that are made on top of those already open.
      for (const total of [10, 100, 1000, 5000]) {
        const probes = Math.min(200, total)
        if (total - probes > open) {
          await client.call('handshakes', { count: total - probes - open, keep: true, to }, 600)
          open = total - probes
        }
        const before = await agent.call('cpu')
        await client.call('handshakes', { count: total - open, keep: true, to }, 600)
        row[`${total} open`] = ((await agent.call('cpu')) - before) / (total - open)
        open = total
      }
      found[`${name}, ${role}, us/handshake`] = row
      agent.stop()
      far.stop()
    }
  }
  bench.more.growth = found
  console.log('\ngrowth: what each megabyte, and each further connection, costs (us of CPU)')
  for (const [name, row] of Object.entries(found))
    console.log(
      `  ${name.padEnd(36)}${Object.entries(row)
        .map(([at, cost]) => `${at}: ${format(cost)}`)
        .join('   ')}`,
    )
}
