import type nativeTls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type AnyTls, listen, NATIVE, OURS, trusting } from './harness.ts'

/** What both ends of a connection see, in words: native and ours, on the Node that runs. */
async function seen(tls: AnyTls, server: object, client: object, version: nativeTls.SecureVersion): Promise<string[]> {
  const told: string[] = []
  const { server: listening, port } = await listen(tls, { maxVersion: version, ...server }, (socket) => {
    told.push(`server: secure, ${socket.alpnProtocol}`)
    socket.on('error', () => {})
    socket.end('x')
  })
  listening.on('tlsClientError', (error: NodeJS.ErrnoException) => told.push(`server: ${error.code ?? error.message}`))
  await new Promise<void>((resolve) => {
    const socket = tls.connect(trusting(port, { maxVersion: version, ...client }), () =>
      told.push(`client: secure, ${socket.authorized}, ${socket.alpnProtocol}`),
    )
    socket.on('error', (error: NodeJS.ErrnoException) => told.push(`client: ${error.code}`))
    socket.on('close', () => resolve())
    socket.resume()
  })
  await new Promise<void>((resolve) => listening.close(() => resolve()))
  return told.sort()
}

const VALUES: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['false', false],
  ['0', 0],
  ["''", ''],
  ['true', true],
  ['1', 1],
  ['text', 'yes'],
  ['a BigInt', 5n],
  ['an object', {}],
  ['a list', []],
  ['a function', () => {}],
]

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('as Node, %s', (version) => {
  it.each(VALUES)('requestOCSP: %s', async (_, requestOCSP) => {
    const client = { requestOCSP }
    expect(await seen(OURS, {}, client, version)).toEqual(await seen(NATIVE, {}, client, version))
  })

  it.each(VALUES)('SNICallback that answers with %s', async (_, context) => {
    const server = {
      SNICallback: (_: string, answer: (error: null, context: never) => void) => answer(null, context as never),
    }
    expect(await seen(OURS, server, {}, version)).toEqual(await seen(NATIVE, server, {}, version))
  })

  it.each([[[]], [Buffer.alloc(0)], [['h2']]])('a server with ALPNProtocols %j', async (ALPNProtocols) => {
    const client = { ALPNProtocols: ['h2', 'x'] }
    const server = { ALPNProtocols }
    expect(await seen(OURS, server, client, version)).toEqual(await seen(NATIVE, server, client, version))
  })
})

it("writes a client's control characters out in the error of an ALPNCallback", async () => {
  const errors: string[] = []
  const { server, port } = await listen(OURS, { ALPNCallback: () => 'none' })
  server.on('tlsClientError', (error) => errors.push(error.message))
  await new Promise<void>((resolve) => {
    const socket = NATIVE.connect(trusting(port, { ALPNProtocols: ['a\r\n\u001b[31m', 'h2'] }))
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
  server.close()
  expect(errors).toEqual([expect.stringContaining('(a\\u{d}\\u{a}\\u{1b}[31m, h2)')])
})
