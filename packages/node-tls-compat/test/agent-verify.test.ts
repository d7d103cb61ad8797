import { once } from 'node:events'
import type http from 'node:http'
import type net from 'node:net'
import { afterEach, expect, test } from 'vitest'
import * as https from '../src/https.ts'
import { authority, leaf } from './harness.ts'

const open: { close(): void; closeAllConnections?(): void; destroy?(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) {
    one.closeAllConnections?.()
    one.close()
  }
})

async function serve() {
  const server = https.createServer({ cert: leaf.cert, key: leaf.key }, (_request, response) => response.end('answer'))
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as net.AddressInfo).port
}

async function get(port: number, agent: https.Agent, more: object = {}): Promise<string> {
  const request = (https.get as (options: object) => http.ClientRequest)({
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    ca: authority.cert,
    agent,
    ...more,
  })
  try {
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    const { reusedSocket } = request
    await once(response.resume(), 'end')
    // The socket is free again in the next turn.
    await new Promise((resolve) => setTimeout(resolve, 10))
    return reusedSocket ? 'kept connection' : 'new connection'
  } catch (error) {
    return (error as { code: string }).code
  }
}

const refusal = () => Object.assign(new Error('pin does not fit'), { code: 'PIN' })

test.each([
  ['verify', { verify: refusal }],
  ['an asynchronous verify', { verify: async () => refusal() }],
  ['verify with rejectUnauthorized: false', { verify: refusal, rejectUnauthorized: false }],
  ['checkServerIdentity', { checkServerIdentity: refusal }],
])('a connection or session made without %s is not for requests with it', async (_name, more) => {
  const port = await serve()
  for (const keepAlive of [true, false]) {
    const agent = new https.Agent({ keepAlive })
    expect(await get(port, agent)).toBe('new connection')
    expect(await get(port, agent, more)).toBe('PIN')
    agent.destroy()
  }
})

test("requests with an agent's functions share a connection", async () => {
  const port = await serve()
  const verify = () => undefined
  const agent = new https.Agent({ keepAlive: true, verify, checkServerIdentity: () => undefined } as object)
  expect(await get(port, agent)).toBe('new connection')
  expect(await get(port, agent)).toBe('kept connection')
  expect(await get(port, agent, { verify })).toBe('kept connection')
  agent.destroy()
})

test.each([
  ['verify', () => ({ verify: () => undefined })],
  ['checkServerIdentity', () => ({ checkServerIdentity: () => undefined })],
])('nothing is kept for a request with a %s of its own: nobody else can have it', async (_name, more) => {
  const port = await serve()
  const agent = new https.Agent({ keepAlive: true })
  for (let i = 0; i < 3; i++) {
    expect(await get(port, agent, more())).toBe('new connection')
  }
  const { list } = (agent as unknown as { _sessionCache: { list: string[] } })._sessionCache
  expect([Object.keys(agent.freeSockets), list]).toEqual([[], []])
  expect(await get(port, agent)).toBe('new connection')
  expect(await get(port, agent)).toBe('kept connection')
  agent.destroy()
})

test('setSecureContext of a server that Node built', async () => {
  const server = https.createServer({ cert: leaf.cert, key: leaf.key })
  expect(() => server.setSecureContext({ cert: leaf.cert, key: leaf.key })).not.toThrow()
})
