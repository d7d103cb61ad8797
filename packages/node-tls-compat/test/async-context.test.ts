import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import net from 'node:net'
import type nativeTls from 'node:tls'
import { expect, test } from 'vitest'
import https from '../src/https.ts'
import { type AnyTls, authority, leaf, listen, NATIVE, OURS, trusting } from './harness.ts'

const storage = new AsyncLocalStorage<string>()

/** The contexts in which the events of a connection are told. */
async function told(
  tls: AnyTls,
  { over, ...more }: { over?: boolean } & nativeTls.ConnectionOptions,
): Promise<unknown> {
  const seen: Record<string, unknown> = {}
  const note = (name: string) => () => {
    seen[name] ??= storage.getStore()
  }
  const { server, port } = await storage.run('listen', () =>
    listen(tls, more.maxVersion ? { maxVersion: more.maxVersion } : {}, (socket) => {
      note('secureConnection')()
      socket.on('data', note('data of the server')).on('end', note('end of the server')).on('close', note('close'))
      socket.end('answer')
    }),
  )
  const raw =
    over &&
    (await storage.run('pool', async () => {
      const socket = net.connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    }))
  const client = storage.run('connect', () => tls.connect(trusting(port, { ...more, ...(raw && { socket: raw }) })))
  for (const event of ['secureConnect', 'session', 'data', 'end', 'close']) {
    client.on(event, note(`${event} of the client`))
  }
  client.once('secureConnect', () => client.end('question'))
  await once(client, 'close')
  server.close()
  return seen
}

test.each([
  ['a connection', {}],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' as const }],
  ['over a socket of another context', { over: true }],
])('%s: events are told in the context of connect and of listen, as by node:tls', async (_name, options) => {
  const ours = await told(OURS, options)
  expect(ours).toEqual(await told(NATIVE, options))
  expect(ours).toMatchObject({ secureConnection: 'listen', 'data of the client': 'connect' })
})

test('a kept connection tells each request in its own context', async () => {
  const server = https.createServer({ cert: leaf.cert, key: leaf.key }, (_request, response) => response.end('answer'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const agent = new https.Agent({ keepAlive: true, ca: authority.cert, servername: 'localhost' })
  const seen: unknown[] = []
  for (const name of ['first', 'second']) {
    await storage.run(name, async () => {
      const request = https.get({ host: '127.0.0.1', port, agent })
      const [response] = await once(request, 'response')
      response.on('data', () => seen.push([storage.getStore(), request.reusedSocket]))
      await once(response, 'end')
      await new Promise((resolve) => setImmediate(resolve))
    })
  }
  expect(seen).toEqual([
    ['first', false],
    ['second', true],
  ])
  agent.destroy()
  server.close()
})
