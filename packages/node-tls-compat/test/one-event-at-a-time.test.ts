import { once } from 'node:events'
import net from 'node:net'
import type nativeTls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type AnyTls, listen, NATIVE, OURS, trusting } from './harness.ts'

/** Passes on what a server says; from `hold` on, all of it in one piece when the server has ended. */
async function relay(port: number) {
  let holding = false
  const server = net.createServer((near) => {
    const held: Buffer[] = []
    const far = net.connect(port, '127.0.0.1')
    near.pipe(far)
    far.on('data', (chunk) => (holding ? held.push(chunk) : near.write(chunk)))
    far.on('end', () => near.end(Buffer.concat(held)))
    for (const socket of [near, far]) {
      socket.on('error', () => {})
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as net.AddressInfo).port,
    hold() {
      holding = true
    },
    close: () => server.close(),
  }
}

const record = (text: string) => text.repeat(16384)

/** Three full records and close_notify in one read, to a client that listens as `read` says. */
async function threeRecords<T>(
  tls: AnyTls,
  maxVersion: nativeTls.SecureVersion,
  read: (client: nativeTls.TLSSocket) => Promise<T>,
): Promise<T> {
  const { server, port } = await listen(NATIVE, { maxVersion }, (socket) => {
    socket.once('data', () => {
      for (const text of ['a', 'b', 'c']) {
        socket.write(record(text))
      }
      socket.end()
    })
  })
  const between = await relay(port)
  const client = tls.connect(trusting(between.port, { maxVersion }))
  await once(client, 'secureConnect')
  between.hold()
  client.write('go')
  const value = await read(client)
  client.destroy()
  server.close()
  between.close()
  return value
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('records of one read, %s', (version) => {
  for (const [who, tls] of [
    ['node:tls', NATIVE],
    ['ours', OURS],
  ] as const) {
    it(`${who}: who awaits one 'data' after the other misses none`, async () => {
      const seen = await threeRecords(tls, version, async (client) => {
        let text = ''
        while (text.length < 3 * 16384) {
          text += (await once(client, 'data'))[0]
        }
        return text
      })
      expect(seen).toBe(record('a') + record('b') + record('c'))
    })

    it(`${who}: nor the end behind them`, async () => {
      const seen = await threeRecords(tls, version, async (client) => {
        for (let length = 0; length < 3 * 16384; ) {
          length += (await once(client, 'data'))[0].length
        }
        await once(client, 'end')
        return 'end'
      })
      expect(seen).toBe('end')
    })

    it(`${who}: ticks and promises of one record come before the next`, async () => {
      const seen = await threeRecords(tls, version, async (client) => {
        const order: string[] = []
        const hear = (chunk: Buffer) => {
          order.push(`${chunk.toString('latin1', 0, 1)}`)
          process.nextTick(() => order.push('tick'))
          void Promise.resolve().then(() => {
            order.push('promise')
            if (order.length < 9) {
              client.once('data', hear)
            }
          })
        }
        client.once('data', hear)
        await once(client, 'end')
        return order
      })
      expect(seen).toEqual(['a', 'tick', 'promise', 'b', 'tick', 'promise', 'c', 'tick', 'promise'])
    })
  }
})

describe('a handshake and what follows it in one read', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s: who awaits the connection hears its first data', async (maxVersion) => {
    for (const tls of [NATIVE, OURS]) {
      const { server, port } = await listen(tls, { maxVersion })
      const client = NATIVE.connect(trusting(port, { maxVersion }))
      client.write('early')
      const [socket] = (await once(server, 'secureConnection')) as [nativeTls.TLSSocket]
      expect(String((await once(socket, 'data'))[0])).toBe('early')
      client.destroy()
      server.close()
    }
  })
})
