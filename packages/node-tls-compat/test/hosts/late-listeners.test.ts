import { describe, expect, it } from 'vitest'
import { authority, leaf, OURS } from '../harness.ts'
import { duplexPair, until } from './pairs.ts'

/** Over a socket that is there already, the handshake has begun when `connect` returns. */
describe.each(['TLSv1.2', 'TLSv1.3'] as const)("'keylog' listeners that come later, %s", (maxVersion) => {
  it.each(['in the same turn', 'in the next'])('%s hear every line, on both sides', async (when) => {
    const [a, b] = duplexPair()
    const server = OURS.createServer({ cert: leaf.cert, key: leaf.key, maxVersion })
    const heard = { client: [] as string[], server: [] as string[] }
    server.on('keylog', (line) => heard.server.push(String(line)))
    server.emit('connection', a)
    const client = OURS.connect({ socket: b, ca: authority.cert, servername: 'localhost' })
    if (when === 'in the next') {
      await Promise.resolve()
    }
    client.on('keylog', (line) => heard.client.push(String(line)))
    await until(client, 'secureConnect')
    expect(heard.client.length).toBe(maxVersion === 'TLSv1.2' ? 1 : 5)
    expect(heard.client.sort()).toEqual(heard.server.sort())
    client.destroy()
  })
})
