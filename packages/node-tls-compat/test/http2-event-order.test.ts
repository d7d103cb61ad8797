import nativeHttp2 from 'node:http2'
import type net from 'node:net'
import { describe, expect, it } from 'vitest'
import { untilHeaders } from '../src/connection/socket/header-frames.ts'
import ownHttp2 from '../src/http2.ts'
import { authority, leaf } from './harness.ts'

type Http2 = typeof nativeHttp2

/** What requests are told, in order, of answers whose frames come in one record. */
async function told(http2: Http2, requests: number, answer: (stream: nativeHttp2.ServerHttp2Stream) => void) {
  const server = http2.createSecureServer({ cert: leaf.cert, key: leaf.key })
  server.on('stream', (stream) => answer(stream))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as net.AddressInfo
  const session = http2.connect(`https://localhost:${port}`, { ca: authority.cert })
  await new Promise((resolve) => session.once('connect', resolve))
  const lists = await Promise.all(
    Array.from({ length: requests }, () => {
      const seen: string[] = []
      const request = session.request({ ':path': '/' })
      for (const event of ['headers', 'push', 'response', 'data', 'trailers', 'end', 'close'] as const) {
        request.on(event, () => seen.push(event))
      }
      return new Promise<string[]>((resolve) => request.once('close', () => resolve(seen)))
    }),
  )
  session.close()
  server.close()
  return lists
}

describe('events of http2', () => {
  const answers: Record<string, [requests: number, (stream: nativeHttp2.ServerHttp2Stream) => void]> = {
    'an answer in one write': [
      1,
      (stream) => {
        stream.respond({ ':status': 200 })
        stream.end('body')
      },
    ],
    'headers alone': [1, (stream) => stream.respond({ ':status': 204 }, { endStream: true })],
    'many at once': [
      5,
      (stream) => {
        stream.respond({ ':status': 200 })
        stream.end('body')
      },
    ],
    'informational headers, and trailers': [
      1,
      (stream) => {
        stream.additionalHeaders({ ':status': 103 })
        stream.respond({ ':status': 200 }, { waitForTrailers: true })
        stream.once('wantTrailers', () => stream.sendTrailers({ sum: '1' }))
        stream.end('body')
      },
    ],
  }
  it.each(Object.entries(answers))('%s: in the order of node:http2', async (_name, [requests, answer]) => {
    const native = await told(nativeHttp2, requests, answer)
    expect(await told(ownHttp2 as unknown as Http2, requests, answer)).toEqual(native)
  })
})

describe('the beginning of some frames', () => {
  const frame = (type: number, flags: number, length: number) =>
    Buffer.concat([Buffer.of(0, 0, length, type, flags, 0, 0, 0, 1), Buffer.alloc(length)])
  const [data, settings, unfinished, headers, continued] = [
    frame(0, 1, 5),
    frame(4, 0, 6),
    frame(1, 0, 3),
    frame(1, 4, 3),
    frame(9, 4, 3),
  ]
  it.each([
    ['data', [data, data], 2],
    ['headers and data', [headers, data], 1],
    ['settings, headers and data', [settings, headers, data], 2],
    ['headers that are continued', [unfinished, continued, data], 2],
    ['behind a preface', [Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings, headers, headers], 3],
    ['half a frame', [data, headers.subarray(0, 8)], 2],
    ['less than it says', [headers.subarray(0, 10)], 1],
    ['nothing', [], 0],
  ] as const)('%s', (_name, frames, expected) => {
    const bytes = Buffer.concat(frames)
    expect(untilHeaders(bytes).length).toBe(Buffer.concat(frames.slice(0, expected)).length)
  })
})
