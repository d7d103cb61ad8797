/** A fresh process: import, first connection, and a warm one on the clock. */
import { median } from '../../measure.ts'
import type { Bench } from '../bench.ts'

export async function start(bench: Bench): Promise<void> {
  const { only, rounds } = bench.settings
  if (!only.test('start')) return
  const started: Record<string, { import: number[]; first: number[]; warm: number[] }> = {}
  for (let round = 0; round < rounds; round++)
    for (const name of bench.stacks) {
      const to = await bench.target(bench.peer, ...bench.usual(name))
      const agent = await bench.spawn(name)
      started[name] ??= { import: [], first: [], warm: [] }
      try {
        started[name].import.push((await agent.call('started')).cpu)
        started[name].first.push((await agent.call('handshakes', { count: 1, concurrency: 1, to })).cpu)
        await agent.call('handshakes', { count: 50, concurrency: 1, to })
        started[name].warm.push((await agent.call('handshakes', { count: 100, concurrency: 1, to })).latency)
      } catch (error) {
        console.log(`  ${name}: ${(error as Error).message}`)
      }
      await bench.peer.call('drop')
      agent.stop()
    }
  const table = Object.fromEntries(
    Object.entries(started).map(([name, { import: load, first, warm }]) => [
      name,
      {
        import: median(load) / 1000,
        first: median(first) / 1000,
        warm: median(warm) / 1000,
        warmRatio: median(warm.map((one, round) => one / started.node!.warm[round]!)),
      },
    ]),
  )
  bench.more.start = table
  console.log('\nstart: import and first connection (ms of CPU), warm connection to first byte (ms on the clock)')
  for (const [name, { import: load, first, warm, warmRatio }] of Object.entries(table))
    console.log(
      `  ${name.padEnd(20)}${load.toFixed(1).padStart(8)} +${first.toFixed(1).padStart(7)}${warm.toFixed(2).padStart(9)}   x${warmRatio.toFixed(2)}`,
    )
}
