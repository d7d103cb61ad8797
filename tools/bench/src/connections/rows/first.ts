/** The first hundred handshakes of a process, with chains that it has never seen: what a command and a function see. */
import { type Bench, freshIdentities } from '../bench.ts'
import { Samples } from '../rounds.ts'

const PARTS = [
  ['handshake 1 of a process', 1],
  ['handshakes 2 to 10', 9],
  ['handshakes 11 to 100', 90],
] as const

export async function firstHandshakes(bench: Bench): Promise<void> {
  const title = (part: string) => `${part}, client, new chains, TLS 1.3, P-256`
  const { only, rounds } = bench.settings
  if (!PARTS.some(([part]) => only.test(title(part)))) return
  const samples = PARTS.map(() => new Samples())
  for (let round = 0; round < rounds; round++)
    for (const name of bench.able('client', '1.3', 'aes-128-gcm')) {
      const to = await bench.target(bench.peer, 'P-256', '1.3', 'aes-128-gcm', freshIdentities('P-256'))
      const agent = await bench.spawn(name)
      try {
        for (const [i, [, count]] of PARTS.entries()) {
          const spent = await agent.call('handshakes', { count, concurrency: 1, to })
          samples[i]!.add(round, name, { ...spent, units: count })
        }
      } catch (error) {
        for (const one of samples) one.fail(name, error as Error)
      }
      await bench.peer.call('drop')
      agent.stop()
    }
  for (const [i, [part]] of PARTS.entries()) bench.table(title(part), 'us', samples[i]!.rows(bench.stacks))
}
