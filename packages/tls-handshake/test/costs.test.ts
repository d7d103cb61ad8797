import { expect, test } from 'vitest'
import { TlsConnection } from '../src/index.ts'
import { memoryOf } from './harness/heap.ts'
import { Message } from './harness/names.ts'
import { clientConfig, join, serverConfig } from './harness/pair.ts'

/** What a stranger may have us keep, beside what an honest connection takes: twice what it sent, and 64 KiB. */
const allowed = (received: number): number => 2 * received + 65536

/** Records of one byte each that hold a part of a handshake message. */
function crumbs(type: number, length: number, sent: number): Uint8Array {
  const bytes = new Uint8Array(6 * sent)
  for (let i = 0; i < sent; i++)
    bytes.set([22, 3, 1, 0, 1, [type, length >> 16, (length >> 8) & 255, length & 255][i] ?? 0], 6 * i)
  return bytes
}

const server = () => TlsConnection.server(serverConfig())
const client = () => {
  const tls = TlsConnection.client(clientConfig())
  tls.takeOutput()
  return tls
}

const parts = [
  ['half a ClientHello', server, Message.client_hello, 131000, 65000],
  ['half a ServerHello', client, Message.server_hello, 16000, 8000],
] as const

for (const [name, make, type, length, sent] of parts) {
  test(`${name} in records of one byte costs its bytes`, () => {
    const honest = memoryOf(make)
    const bytes = crumbs(type, length, sent)
    for (const size of [bytes.length, 4096, 6, 1]) {
      const each = memoryOf(() => {
        const tls = make()
        for (let at = 0; at < bytes.length; at += size) tls.receive(bytes.slice(at, at + size))
        expect(tls.error).toBeUndefined()
        return tls
      })
      // Of the message alone: its records' headers are gone.
      expect(each - honest, `${size} bytes at a time`).toBeLessThan(allowed(sent))
    }
  })
}

test('input that waits behind a question costs its bytes, in however many pieces it comes', () => {
  const config = serverConfig({ onClientHello: () => new Promise<undefined>(() => {}) })
  const hello = join(TlsConnection.client(clientConfig()).takeOutput())
  const make = () => {
    const tls = TlsConnection.server(config)
    tls.receive(hello.slice())
    expect(tls.waiting).toBe('clientHello')
    return tls
  }
  const honest = memoryOf(make)
  const sent = 20000
  const each = memoryOf(() => {
    const tls = make()
    for (let i = 0; i < sent; i++) tls.receive(Uint8Array.of(22))
    return tls
  })
  expect(each - honest).toBeLessThan(allowed(sent))
})
