import { once } from 'node:events'
import net from 'node:net'
import { duplexPair } from 'node:stream'
import type nativeTls from 'node:tls'
import { describe, expect, it } from 'vitest'
import http2 from '../src/http2.ts'
import { type AnyTls, authority, leaf, listen, NATIVE, OURS, trusting } from './harness.ts'

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

describe('nothing waits for a turn that nobody needs', () => {
  // As Node's own test-tls-generic-stream, whose client writes in the turn that ends the handshake.
  it('what came behind the handshake, and nobody asked for yet, is there for read()', async () => {
    for (const tls of [NATIVE, OURS]) {
      const [near, far] = duplexPair()
      const client = tls.connect({ socket: near, ca: authority.cert, servername: 'localhost' })
      const server = new tls.TLSSocket(far, { isServer: true, cert: leaf.cert, key: leaf.key })
      const seen = await new Promise((resolve) => {
        client.once('secureConnect', () => client.write('foobar', () => resolve(String(server.read()))))
      })
      expect(seen).toBe('foobar')
      client.destroy()
    }
  })

  // As Node's own test-http2-close-while-writing: HTTP/2 reads through the handle, and no 'data' is ever listened for.
  it('a stream of HTTP/2 that is destroyed while its peer writes ends, and its connection with it', async () => {
    const server = http2.createSecureServer({ cert: leaf.cert, key: leaf.key, maxSessionMemory: 1000 })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const client = http2.connect(`https://localhost:${port}`, {
      ca: authority.cert,
      host: '127.0.0.1',
      maxSessionMemory: 1000,
    })
    const request = client.request({ ':method': 'POST' })
    server.on('stream', (stream) => {
      stream.on('error', () => {})
      stream.on('data', () => {
        stream.write(Buffer.alloc(1))
        process.nextTick(() => request.destroy())
      })
    })
    request.resume()
    request.write(Buffer.alloc(64 * 1024))
    await once(request, 'close')
    client.close()
    await Promise.all([once(client, 'close'), new Promise((resolve) => server.close(resolve))])
    expect([client.destroyed, server.listening]).toEqual([true, false])
  })
})
