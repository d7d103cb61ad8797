import { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { cloudflareDial } from '../../src/dialers/cloudflare.ts'
import { directSocketDial } from '../../src/dialers/direct-sockets.ts'
import { webSocketDial, wispDial } from '../../src/dialers/websocket.ts'
import { authority, leaf, OURS } from '../harness.ts'
import { asBytes, duplexPair, until } from './pairs.ts'

type Socket = ReturnType<typeof OURS.connect>
type Coded = Error & { code?: string }

/** The other end of a fake WebSocket: what a relay does. */
interface Relay {
  opened(socket: FakeWebSocket): void
  message(bytes: Uint8Array): void
  closed?(): void
}

class FakeWebSocket extends EventTarget {
  binaryType = 'blob'
  readyState = 0
  bufferedAmount = 0
  readonly sent: Uint8Array[] = []
  constructor(
    readonly url: string,
    readonly relay: Relay,
  ) {
    super()
    setTimeout(() => relay.opened(this), 0)
  }
  open() {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }
  send(bytes: Uint8Array) {
    const copy = bytes.slice()
    this.sent.push(copy)
    setTimeout(() => this.relay.message(copy), 0)
  }
  deliver(data: unknown) {
    if (this.readyState === 1) {
      this.dispatchEvent(Object.assign(new Event('message'), { data }))
    }
  }
  close() {
    this.finish(1000, true)
    this.relay.closed?.()
  }
  finish(code: number, wasClean: boolean) {
    if (this.readyState !== 3) {
      this.readyState = 3
      setTimeout(() => this.dispatchEvent(Object.assign(new Event('close'), { code, wasClean })), 0)
    }
  }
}

const asArrayBuffer = (bytes: Uint8Array) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)

const server = OURS.createServer({ cert: leaf.cert, key: leaf.key }, (socket) => {
  socket.on('error', () => {})
  socket.pipe(socket)
})
server.on('tlsClientError', () => {})
function toServer(): Duplex {
  const [ours, theirs] = duplexPair()
  server.emit('connection', ours)
  return theirs
}

/** A relay that carries the messages of one WebSocket to the server. */
function plainRelay(change: Partial<Relay> = {}) {
  const made: FakeWebSocket[] = []
  return {
    made,
    WebSocket: function (this: unknown, url: string) {
      const stream = toServer()
      const socket: FakeWebSocket = new FakeWebSocket(url, {
        opened(own) {
          stream.on('data', (bytes: Buffer) => own.deliver(asArrayBuffer(bytes)))
          stream.on('end', () => own.finish(1000, true))
          own.open()
        },
        message: (bytes) => void stream.write(bytes),
        closed: () => stream.destroy(),
        ...change,
      })
      made.push(socket)
      return socket
    } as never,
  }
}

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) {
    socket.destroy()
  }
})
function connect(dial: unknown, options: object = {}): Socket {
  const socket = OURS.connect({
    ca: authority.cert,
    host: 'localhost',
    port: 443,
    dial,
    timeout: 500,
    ...options,
  } as object)
  open.push(socket)
  return socket
}
function errorsOf(socket: Socket): Promise<string[]> {
  const errors: Coded[] = []
  socket.on('error', (error) => errors.push(error))
  return new Promise((resolve) =>
    socket.on('close', () => setTimeout(() => resolve(errors.map((error) => error.code ?? error.message)), 5)),
  )
}
async function echo(socket: Socket, bytes = asBytes(100_000)): Promise<void> {
  await until(socket, 'secureConnect')
  socket.write(bytes)
  let at = 0
  for await (const chunk of socket) {
    expect(Buffer.compare(chunk, bytes.subarray(at, at + chunk.length))).toBe(0)
    at += chunk.length
    if (at === bytes.length) {
      break
    }
  }
  expect(at).toBe(bytes.length)
}

describe('a WebSocket for each connection', () => {
  it('carries its bytes; the address may be made for each target', async () => {
    const { WebSocket, made } = plainRelay()
    const dial = webSocketDial({ url: ({ host, port }) => `wss://relay.example/${host}:${port}`, WebSocket })
    await Promise.all([echo(connect(dial)), echo(connect(dial))])
    expect(made.map(({ url, binaryType }) => [url, binaryType])).toEqual([
      ['wss://relay.example/localhost:443', 'arraybuffer'],
      ['wss://relay.example/localhost:443', 'arraybuffer'],
    ])
    expect(made.every(({ readyState }) => readyState === 3)).toBe(true)
  })

  it('an orderly end ends', async () => {
    const { WebSocket } = plainRelay()
    const socket = connect(webSocketDial({ url: 'wss://relay.example', WebSocket }))
    const errors = errorsOf(socket)
    await until(socket, 'secureConnect')
    socket.end('bye')
    socket.resume()
    expect(await errors).toEqual([])
  })

  it('waits where the WebSocket has much to send', async () => {
    const { WebSocket, made } = plainRelay()
    const socket = connect(webSocketDial({ url: 'wss://relay.example', WebSocket }))
    await until(socket, 'secureConnect')
    const [own] = made as [FakeWebSocket]
    own.bufferedAmount = 5_000_000
    const before = own.sent.length
    let done = false
    socket.write(asBytes(200_000), () => {
      done = true
    })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect([done, own.sent.length - before]).toEqual([false, 1])
    own.bufferedAmount = 0
    await new Promise<void>((resolve) => socket.write('x', () => resolve()))
    expect(done).toBe(true)
  })

  it.each<[string, Partial<Relay>, string, object?]>([
    ['does not open', { opened: (own) => own.finish(1006, false) }, 'ECONNREFUSED'],
    ['opens and closes', { opened: (own) => [own.open(), own.finish(1000, true)] }, 'ECONNRESET|EPIPE'],
    ['opens and breaks', { opened: (own) => [own.open(), own.finish(1006, false)] }, 'ECONNRESET|EPIPE'],
    ['sends text', { opened: (own) => [own.open(), own.deliver('hello')] }, 'ERR_INVALID_ARG_TYPE'],
    [
      'sends without end',
      { opened: (own) => [own.open(), own.deliver(new ArrayBuffer(5000))] },
      'ENOBUFS',
      { unreadLimit: 1000 },
    ],
    ['never opens', { opened() {} }, 'ETIMEDOUT'],
  ])('a relay that %s: one error', async (_name, change, code, options = {}) => {
    const { WebSocket } = plainRelay(change)
    const dial = webSocketDial({ url: 'wss://relay.example', WebSocket, ...options })
    expect(await errorsOf(connect(dial, { timeout: 60 }))).toEqual([expect.stringMatching(`^(${code})$`)])
  })

  it('dies in the middle: one error', async () => {
    const { WebSocket, made } = plainRelay()
    const socket = connect(webSocketDial({ url: 'wss://relay.example', WebSocket }))
    const errors = errorsOf(socket)
    await until(socket, 'secureConnect')
    made[0]!.finish(1006, false)
    expect(await errors).toEqual(['ECONNRESET'])
  })

  it.each<[string, unknown]>([
    ['no options', undefined],
    ['no address', {}],
    ['an empty address', { url: '' }],
    ['an address that is none', { url: 5 }],
    ['a misspelt option', { url: 'wss://x', unreadlimit: 5 }],
    ['no number', { url: 'wss://x', unreadLimit: Number.NaN }],
    ['no class', { url: 'wss://x', WebSocket: {} }],
    ['an inherited address', Object.create({ url: 'wss://x' })],
    ['whom to reach', { url: 'wss://x', host: 'a' }],
  ])('%s throws at the call', (_name, options) => {
    for (const make of [webSocketDial, wispDial]) {
      expect(() => make(options as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
    }
  })

  it('nothing is read off Object.prototype', async () => {
    Object.assign(Object.prototype, { WebSocket: () => expect.unreachable(), unreadLimit: 1 })
    try {
      const { WebSocket } = plainRelay()
      await echo(connect(webSocketDial({ url: 'wss://relay.example', WebSocket })))
      expect(() => webSocketDial({} as never)).toThrow()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'WebSocket')
      Reflect.deleteProperty(Object.prototype, 'unreadLimit')
    }
  })
})

/** Wisp's other side: streams by their numbers. */
function wispRelay({ room = 8, refuse = 0, silent = false } = {}) {
  const made: FakeWebSocket[] = []
  const targets: string[] = []
  const say = (own: FakeWebSocket, type: number, id: number, payload: Uint8Array) => {
    const bytes = new Uint8Array(5 + payload.length)
    bytes[0] = type
    new DataView(bytes.buffer).setUint32(1, id, true)
    bytes.set(payload, 5)
    own.deliver(bytes.buffer)
  }
  const number = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
  const stats = { most: 0 }
  return {
    made,
    targets,
    stats,
    WebSocket: function (this: unknown, url: string) {
      const streams = new Map<number, { stream: Duplex; waiting: number }>()
      const own: FakeWebSocket = new FakeWebSocket(url, {
        opened() {
          own.open()
          if (!silent) {
            say(own, 3, 0, number(room))
          }
        },
        message(bytes) {
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
          const id = view.getUint32(1, true)
          if (bytes[0] === 1) {
            targets.push(`${bytes[5]} ${Buffer.from(bytes.subarray(8))}:${view.getUint16(6, true)}`)
            if (refuse) {
              say(own, 4, id, Uint8Array.of(refuse))
              return
            }
            const stream = toServer()
            stream.on('data', (data: Buffer) => say(own, 2, id, data))
            stream.on('end', () => say(own, 4, id, Uint8Array.of(2)))
            streams.set(id, { stream, waiting: 0 })
          } else if (bytes[0] === 2) {
            const one = streams.get(id)
            if (!one) {
              return
            }
            stats.most = Math.max(stats.most, ++one.waiting)
            one.stream.write(bytes.slice(5), () => {
              one.waiting--
              if (one.waiting === 0) {
                say(own, 3, id, number(room))
              }
            })
          } else if (bytes[0] === 4) {
            streams.get(id)?.stream.destroy()
          }
        },
      })
      made.push(own)
      return own
    } as never,
  }
}

describe('Wisp', () => {
  it('carries connections over one WebSocket, which goes with the last', async () => {
    const { WebSocket, made, targets } = wispRelay()
    const dial = wispDial({ url: 'wss://relay.example/wisp/', WebSocket })
    await Promise.all([echo(connect(dial)), echo(connect(dial, { port: 444 }))])
    await new Promise((done) => setTimeout(done, 20))
    expect(targets.sort()).toEqual(['1 localhost:443', '1 localhost:444'])
    expect(made.map(({ readyState }) => readyState)).toEqual([3])
    await echo(connect(dial))
    expect(made.length).toBe(2)
  })

  it('sends no more packets than the relay has room for', async () => {
    const { WebSocket, stats } = wispRelay({ room: 2 })
    await echo(connect(wispDial({ url: 'wss://relay.example/wisp/', WebSocket })), asBytes(500_000))
    expect(stats.most).toBeLessThanOrEqual(2)
  })

  it.each([
    [0x42, 'EHOSTUNREACH'],
    [0x43, 'ETIMEDOUT'],
    [0x44, 'ECONNREFUSED'],
    [0x48, 'EACCES'],
    [0x03, 'ECONNRESET'],
    [0x02, 'ECONNRESET'],
  ])('a connection that is closed for 0x%s is one error, %s', async (refuse, code) => {
    const { WebSocket } = wispRelay({ refuse })
    expect(await errorsOf(connect(wispDial({ url: 'wss://relay.example/wisp/', WebSocket })))).toEqual([code])
  })

  it('a relay that says nothing is one error in time; so is one that breaks, for each connection', async () => {
    const silent = wispRelay({ silent: true })
    expect(
      await errorsOf(connect(wispDial({ url: 'wss://x/', WebSocket: silent.WebSocket }), { timeout: 50 })),
    ).toEqual(['ETIMEDOUT'])
    const { WebSocket, made } = wispRelay()
    const dial = wispDial({ url: 'wss://relay.example/wisp/', WebSocket })
    const sockets = [connect(dial), connect(dial)]
    const errors = sockets.map(errorsOf)
    await Promise.all(sockets.map((socket) => until(socket, 'secureConnect')))
    made[0]!.finish(1006, false)
    expect(await Promise.all(errors)).toEqual([['ECONNRESET'], ['ECONNRESET']])
  })

  it('a relay that nobody waits for any more is left, by the last', async () => {
    const { WebSocket, made } = wispRelay()
    const dial = wispDial({ url: 'wss://relay.example/wisp/', WebSocket })
    const [gone, stays] = [new AbortController(), new AbortController()]
    const target = { host: 'localhost', port: 443 }
    const dialed = [dial({ ...target, signal: gone.signal }), dial({ ...target, signal: stays.signal })]
    gone.abort(new Error('changed my mind'))
    const [first, second] = await Promise.allSettled(dialed)
    expect([first!.status, second!.status, made.length, made[0]!.readyState]).toEqual(['rejected', 'fulfilled', 1, 1])
    const alone = wispRelay()
    const aborted = wispDial({ url: 'wss://x/', WebSocket: alone.WebSocket })({ ...target, signal: gone.signal })
    await expect(aborted).rejects.toThrow('changed my mind')
    expect(alone.made[0]!.readyState).toBe(3)
  })

  it('junk of a relay hurts nobody', async () => {
    const { WebSocket, made } = wispRelay()
    const socket = connect(wispDial({ url: 'wss://relay.example/wisp/', WebSocket }))
    await until(socket, 'secureConnect')
    for (const junk of [[], [2], [2, 9, 9, 9, 9, 1, 2], [9, 1, 0, 0, 0], [3, 1, 0, 0, 0], [4, 7, 0, 0, 0]]) {
      made[0]!.deliver(Uint8Array.from(junk).buffer)
    }
    socket.write('still there')
    expect(String((await until(socket, 'data'))[0])).toBe('still there')
  })
})

describe('hosts with sockets of another kind', () => {
  it('Direct Sockets: by TCPSocket, or a clear error', async () => {
    expect(await errorsOf(connect(directSocketDial))).toEqual(['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM'])
    const asked: unknown[] = []
    Object.assign(globalThis, {
      TCPSocket: class {
        opened = Promise.resolve(Duplex.toWeb(toServer()))
        constructor(...target: unknown[]) {
          asked.push(target.slice(0, 2))
        }
        close() {
          return Promise.resolve()
        }
      },
    })
    try {
      await echo(connect(directSocketDial))
    } finally {
      Reflect.deleteProperty(globalThis, 'TCPSocket')
    }
    expect(asked).toEqual([['localhost', 443]])
  })

  it('Cloudflare: nowhere else, and one error there', async () => {
    expect((await errorsOf(connect(cloudflareDial))).length).toBe(1)
  })
})
