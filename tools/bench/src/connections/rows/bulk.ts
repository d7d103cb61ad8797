/** Data through a connection. */
import type { Cipher, Version } from '../../stacks/stack.ts'
import type { Bench } from '../bench.ts'
import type { Agent } from '../pool.ts'
import { Pace, type Turn } from '../rounds.ts'

export async function bulk(bench: Bench): Promise<void> {
  const { only, profile } = bench.settings

  /**
   * Data flows in processes of its own, new ones for each table: what other tables left on a heap is not its cost, and
   * would be counted against whoever comes later.
   */
  async function row(title: string, direction: 'send' | 'receive', version: Version, cipher: Cipher, chunk: number) {
    if (!only.test(title)) return
    const contenders = new Map<string, Turn>()
    const carriers: Agent[] = []
    const kind = version === '1.1' ? 'RSA-2048' : 'P-256'
    for (const name of bench.able('client', version, cipher)) {
      const agent = profile === name ? bench.agents.get(name)! : await bench.spawn(name)
      if (agent !== bench.agents.get(name)) carriers.push(agent)
      const pace = new Pace(1, 0.25, 256)
      contenders.set(name, async (time) => {
        // Every turn is a connection of its own: long enough that its beginning counts for little.
        const megabytes = pace.units(2 * time)
        const bytes = Math.round(megabytes * 64) * 16384
        const to = await bench.target(bench.peer, kind, version, cipher)
        const spent = await agent.call(direction, { bytes, chunk, to })
        await bench.peer.call('drop')
        pace.learn(spent.wall, megabytes)
        return { ...spent, units: bytes / 1e6 }
      })
    }
    await bench.group(title, 'us/MB', contenders)
    for (const agent of carriers) agent.stop()
  }

  for (const direction of ['send', 'receive'] as const) {
    await row(`${direction}, 16 KiB writes, AES-128-GCM`, direction, '1.3', 'aes-128-gcm', 16384)
    await row(`${direction}, 16 KiB writes, ChaCha20-Poly1305`, direction, '1.3', 'chacha20-poly1305', 16384)
    await row(`${direction}, 1 KiB writes, AES-128-GCM`, direction, '1.3', 'aes-128-gcm', 1024)
    await row(`${direction}, 16 KiB writes, AES-128-CBC, TLS 1.1`, direction, '1.1', 'aes-128-cbc', 16384)
  }
  await row('send, 256 KiB writes, AES-128-GCM', 'send', '1.3', 'aes-128-gcm', 262144)
}
