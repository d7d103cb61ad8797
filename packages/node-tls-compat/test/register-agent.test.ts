import { once } from 'node:events'
import type http from 'node:http'
import https from 'node:https'
import type net from 'node:net'
import builtin from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authority, leaf } from './harness.ts'
import '../src/register.ts'

/** Node's own agents, on this stack: what `./register` makes of them. */

const server = https.createServer({ cert: leaf.cert, key: leaf.key }, (_request, response) => response.end('answer'))
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function get(agent: https.Agent, more: object = {}): Promise<string> {
  const request = https.get({
    host: '127.0.0.1',
    servername: 'localhost',
    port: (server.address() as net.AddressInfo).port,
    ca: authority.cert,
    agent,
    ...more,
  })
  try {
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    const { reusedSocket } = request
    const free = once(agent, 'free')
    await once(response.resume(), 'end')
    await free
    return reusedSocket ? 'kept connection' : 'new connection'
  } catch (error) {
    return (error as { code: string }).code
  }
}

const refusal = () => Object.assign(new Error('pin does not fit'), { code: 'PIN' })

test('the first connection of the process is kept for those who ask no more than it was asked', async () => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
  const verify = () => undefined
  expect(await get(agent, { verify })).toBe('new connection')
  expect(await get(agent)).toBe('kept connection')
  expect(await get(agent, { verify: refusal })).toBe('PIN')
  expect(Object.keys(agent.requests)).toEqual([])
  agent.destroy()
})

test.each([
  ['verify', { verify: refusal }],
  ['an asynchronous verify', { verify: async () => refusal() }],
  ['verify with rejectUnauthorized: false', { verify: refusal, rejectUnauthorized: false }],
  ['checkServerIdentity', { checkServerIdentity: refusal }],
])('a connection or session made without %s is not for requests with it', async (_name, more) => {
  const agent = new https.Agent({ keepAlive: true })
  expect(await get(agent)).toBe('new connection')
  expect(await get(agent, more)).toBe('PIN')
  expect(await get(agent)).toBe('kept connection')
  agent.destroy()
})

test('requests with the same functions share a connection, and what is closed is counted', async () => {
  const agent = new https.Agent({ keepAlive: true })
  const verify = () => undefined
  expect(await get(agent, { verify })).toBe('new connection')
  expect(await get(agent, { verify })).toBe('kept connection')
  expect(await get(agent, { verify: () => undefined })).toBe('new connection')
  const sockets = Object.values(agent.freeSockets).flat()
  expect(sockets).toHaveLength(2)
  await Promise.all(sockets.map((socket) => once(socket!.destroy(), 'close')))
  expect(Object.keys(agent.sockets)).toEqual([])
  expect(Object.keys(agent.freeSockets)).toEqual([])
})

test('createSecurePair is there for whoever asks by name, in every Node', () => {
  const { value, get, enumerable } = Object.getOwnPropertyDescriptor(builtin, 'createSecurePair')!
  expect(value ?? get!()).toBeTypeOf('function')
  // Node 24 has it no more, and a look at all exports shows none.
  expect(enumerable).toBe(Number.parseInt(process.versions.node, 10) < 24)
})
