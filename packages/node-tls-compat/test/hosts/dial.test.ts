import { Duplex } from 'node:stream'
import { ReadableStream, TransformStream, WritableStream } from 'node:stream/web'
import { afterEach, describe, expect, it } from 'vitest'
import { authority, leaf, OURS } from '../harness.ts'
import { asBytes, duplexPair, until } from './pairs.ts'

type Socket = ReturnType<typeof OURS.connect>
type Dial = (target: { host: string; port: number; signal: AbortSignal }) => unknown

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) {
    socket.destroy()
  }
})

function connect(dial: Dial | undefined, options: object = {}): Socket {
  const socket = OURS.connect({ ca: authority.cert, host: 'localhost', port: 443, dial, ...options } as object)
  open.push(socket)
  return socket
}

/** A server without a network: each stream brought to it is a connection. */
function echoServer() {
  const server = OURS.createServer({ cert: leaf.cert, key: leaf.key }, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.on('tlsClientError', () => {})
  return () => {
    const [ours, theirs] = duplexPair()
    server.emit('connection', ours)
    return theirs
  }
}

/** Every error that a socket tells, until it is closed. */
function errorsOf(socket: Socket): Promise<(Error & { code?: string })[]> {
  const errors: Error[] = []
  socket.on('error', (error) => errors.push(error))
  return new Promise((resolve) => socket.on('close', () => setTimeout(() => resolve(errors), 5)))
}

async function echo(socket: Socket): Promise<string> {
  await until(socket, 'secureConnect')
  expect(socket.authorized).toBe(true)
  socket.end('hello')
  let text = ''
  for await (const chunk of socket) {
    text += chunk
  }
  return text
}

describe('options.dial connects', () => {
  const dialIn = echoServer()

  it('with a Duplex, at once', async () => {
    const asked: object[] = []
    const socket = connect(({ host, port }) => {
      asked.push({ host, port })
      return dialIn()
    })
    expect(socket.connecting).toBe(true)
    expect(await echo(socket)).toBe('hello')
    expect(asked).toEqual([{ host: 'localhost', port: 443 }])
  })

  it('with a Duplex, later', async () => {
    expect(await echo(connect(async () => dialIn()))).toBe('hello')
  })

  it('with a pair of Web Streams', async () => {
    expect(await echo(connect(() => Duplex.toWeb(dialIn())))).toBe('hello')
  })

  it('with Web Streams that give views and ArrayBuffers, in pieces of any size, and empty ones', async () => {
    const { readable, writable } = Duplex.toWeb(dialIn()) as { readable: ReadableStream; writable: WritableStream }
    const cut = new TransformStream({
      transform(chunk: Uint8Array, out) {
        const copy = chunk.slice()
        out.enqueue(new Uint8Array(0))
        out.enqueue(copy.buffer.slice(0, 1))
        out.enqueue(new DataView(copy.buffer, 1))
      },
    })
    expect(await echo(connect(() => ({ readable: readable.pipeThrough(cut), writable })))).toBe('hello')
  })

  it('verifies as ever: another name is refused', async () => {
    const errors = await errorsOf(connect(() => dialIn(), { host: 'other.example' }))
    expect(errors.map(({ code }) => code)).toEqual(['ERR_TLS_CERT_ALTNAME_INVALID'])
  })

  it('pushes back both ways: nothing is read that nobody wants, nothing written that nobody takes', async () => {
    const { readable, writable } = Duplex.toWeb(dialIn()) as { readable: ReadableStream; writable: WritableStream }
    const reader = readable.getReader()
    const writer = writable.getWriter()
    let pulled = 0
    let overlapping = 0
    let writing = false
    const counted = {
      readable: new ReadableStream(
        {
          async pull(out) {
            const { done, value } = await reader.read()
            pulled += value?.length ?? 0
            done ? out.close() : out.enqueue(value)
          },
        },
        { highWaterMark: 0 },
      ),
      writable: new WritableStream({
        async write(chunk: Uint8Array) {
          overlapping += Number(writing)
          writing = true
          await writer.write(chunk)
          writing = false
        },
      }),
    }
    const socket = connect(() => counted)
    await until(socket, 'secureConnect')
    const whole = asBytes(3_000_000)
    let drains = 0
    const wrote = (async () => {
      for (let at = 0; at < whole.length; at += 100_000) {
        if (!socket.write(whole.subarray(at, at + 100_000))) {
          drains++
          await until(socket, 'drain')
        }
      }
    })()
    // Nobody reads here: what comes back fills buffers, and then nothing more is pulled.
    await new Promise((done) => setTimeout(done, 100))
    expect(pulled).toBeLessThan(1_000_000)
    let at = 0
    for await (const chunk of socket) {
      expect(Buffer.compare(chunk, whole.subarray(at, at + chunk.length))).toBe(0)
      at += chunk.length
      if (at === whole.length) {
        break
      }
    }
    await wrote
    expect(at).toBe(whole.length)
    expect(drains).toBeGreaterThan(5)
    expect(overlapping).toBe(0)
  })
})

describe('a dialer that fails is one error, and nothing else', () => {
  it.each<[string, Dial, string | RegExp]>([
    [
      'throws',
      () => {
        throw Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' })
      },
      'EHOSTUNREACH',
    ],
    ['rejects', () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })), 'ECONNREFUSED'],
    ['rejects with no Error', () => Promise.reject('busy'), 'ECONNREFUSED'],
    ['gives nothing', () => undefined, 'ERR_INVALID_RETURN_VALUE'],
    ['gives half a pair', () => ({ readable: new ReadableStream() }), 'ERR_INVALID_RETURN_VALUE'],
    [
      'gives a locked stream',
      () => {
        const pair = new TransformStream()
        pair.readable.getReader()
        return pair
      },
      'ERR_INVALID_STATE',
    ],
    [
      'gives a stream locked for writing',
      () => {
        const pair = new TransformStream()
        pair.writable.getWriter()
        return pair
      },
      'ERR_INVALID_STATE',
    ],
    [
      'gives a stream of strings',
      () => ({
        readable: new ReadableStream({ start: (out) => out.enqueue('text') }),
        writable: new WritableStream(),
      }),
      'ERR_INVALID_ARG_TYPE',
    ],
    [
      'gives a relay that dies before it says anything',
      () => ({ readable: new ReadableStream({ start: (out) => out.close() }), writable: new WritableStream() }),
      'ECONNRESET',
    ],
    [
      'gives a relay that breaks',
      () => ({
        readable: new ReadableStream({ start: (out) => out.error(Object.assign(new Error('gone'), { code: 'GONE' })) }),
        writable: new WritableStream(),
      }),
      'GONE',
    ],
    [
      'gives a relay that breaks without a reason',
      () => ({ readable: new ReadableStream({ start: (out) => out.error() }), writable: new WritableStream() }),
      'ECONNRESET',
    ],
    [
      'gives a relay that takes nothing',
      () => ({
        readable: new ReadableStream(),
        writable: new WritableStream({
          write: () => Promise.reject(Object.assign(new Error('full'), { code: 'FULL' })),
        }),
      }),
      'FULL',
    ],
    ['never answers', () => new Promise(() => {}), 'ETIMEDOUT'],
  ])('%s', async (_name, dial, code) => {
    let secure = false
    const socket = connect(dial, { timeout: 60 })
    socket.on('secureConnect', () => {
      secure = true
    })
    socket.write('never to be sent')
    const errors = await errorsOf(socket)
    expect(errors.map((error) => error.code)).toEqual([code])
    expect(errors[0]).toBeInstanceOf(Error)
    expect(secure).toBe(false)
  })

  it('a relay that dies in the middle of a conversation is one error', async () => {
    const theirs = echoServer()()
    const socket = connect(() => theirs)
    const errors = errorsOf(socket)
    await until(socket, 'secureConnect')
    theirs.destroy(Object.assign(new Error('relay gone'), { code: 'ERELAY' }))
    expect((await errors).map(({ code }) => code)).toEqual(['ERELAY'])
  })

  it('what comes too late is closed, and the dialer is told that nobody waits', async () => {
    let answer: (stream: Duplex) => void = () => {}
    let signal: AbortSignal | undefined
    const socket = connect((target) => {
      signal = target.signal
      return new Promise((resolve) => (answer = resolve))
    })
    await new Promise((done) => setTimeout(done, 5))
    const errors = errorsOf(socket)
    socket.destroy()
    expect(await errors).toEqual([])
    expect(signal?.aborted).toBe(true)
    const [, late] = duplexPair()
    answer(late)
    await until(late, 'close')
    expect(late.destroyed).toBe(true)
  })
})

describe('wrong options throw at the call', () => {
  it.each([null, 5, 'tcp', {}])('dial: %s', (dial) => {
    expect(() => connect(dial as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })

  it('dial beside socket', () => {
    const [, socket] = duplexPair()
    expect(() => connect(() => socket, { socket })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
  })

  it.each([-1, 65536, Number.NaN, '', 'https', undefined])('port %s', (port) => {
    expect(() => connect(() => duplexPair()[0], { port })).toThrow(
      expect.objectContaining({ code: 'ERR_SOCKET_BAD_PORT' }),
    )
  })

  it('dial on a prototype between', () => {
    const options = Object.create({ dial: () => duplexPair()[0] })
    expect(() => OURS.connect(Object.assign(options, { port: 443 }))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    )
  })

  it('a pair of Web Streams as `socket` that somebody else reads', () => {
    const pair = new TransformStream()
    pair.readable.getReader()
    expect(() => OURS.connect({ socket: pair } as object)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_STATE' }),
    )
  })
})
