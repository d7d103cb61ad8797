/**
 * A process with one stack, which does what the driver asks over IPC and says what that cost.
 *
 *   node agent.js STACK
 *
 * What flows through a connection, client to server: operation (1), length (4), chunk (4); then the server echoes one
 * byte, reads `length` bytes and answers with one, or sends `length` bytes in writes of `chunk`.
 */
import type { Agent as HttpsAgent } from 'node:https'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ClientOptions, Connection, ServerOptions, Stack } from '../stacks/stack.ts'

const name = process.argv[2]!
const ECHO = 0x65
const SINK = 0x73
const SOURCE = 0x72
const BYTE = Buffer.alloc(1, 0x2e)

export interface Spent {
  /** CPU of this process, all threads, and time on the clock: microseconds. */
  readonly cpu: number
  readonly wall: number
}

const cpuNow = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function measured(work: () => unknown): Promise<Spent> {
  const wall = performance.now()
  const cpu = cpuNow()
  await work()
  return { cpu: cpuNow() - cpu, wall: (performance.now() - wall) * 1000 }
}

let stack: Stack
const startUp = await measured(async () => {
  stack = ((await import(new URL(`./stacks/${name}.js`, import.meta.url).href)) as { default: Stack }).default
})

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function request(operation: number, length = 0, chunk = 0): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = operation
  bytes.writeUInt32BE(length, 1)
  bytes.writeUInt32BE(chunk, 5)
  return bytes
}

async function pump(connection: Connection, length: number, chunk: number): Promise<void> {
  const full = Buffer.alloc(chunk, 7)
  for (let left = length; left > 0; left -= chunk) {
    const ready = connection.write(left >= chunk ? full : full.subarray(0, left))
    if (ready) await ready
  }
}

/** Connections that are kept open. */
const kept = new Set<Connection>()

function serve(connection: Connection): void {
  kept.add(connection)
  let head = Buffer.alloc(0)
  let sink = 0
  const sunk = (length: number) => {
    sink -= length
    if (sink <= 0) connection.write(BYTE)
  }
  connection.onData((bytes) => {
    if (sink > 0) {
      sunk(bytes.length)
      return
    }
    head = Buffer.concat([head, bytes])
    while (head.length >= 9) {
      const operation = head[0]
      const length = head.readUInt32BE(1)
      const chunk = head.readUInt32BE(5)
      head = head.subarray(9)
      if (operation === ECHO) connection.write(BYTE)
      else if (operation === SOURCE) pump(connection, length, chunk).catch(() => {})
      else if (operation === SINK) {
        sink = length
        const { length: rest } = head
        head = Buffer.alloc(0)
        sunk(rest)
      }
    }
  })
}

function received(connection: Connection, length: number): Promise<void> {
  return new Promise((resolve) => {
    let left = length
    connection.onData((bytes) => {
      left -= bytes.length
      if (left <= 0) resolve()
    })
  })
}

/** Connects, and has one byte echoed. */
async function echo(options: ClientOptions): Promise<Connection> {
  const connection = await stack.connect(options)
  await connection.write(request(ECHO))
  await received(connection, 1)
  return connection
}

async function sessionFor(options: ClientOptions): Promise<unknown> {
  const connection = await echo(options)
  for (let tries = 0; tries < 100 && !connection.session(); tries++) await pause(10)
  const session = await connection.session()
  connection.destroy()
  if (!session) throw new Error('no session to resume')
  return session
}

function memory() {
  for (let i = 0; i < 4; i++) globalThis.gc!()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: heapUsed, external }
}

/** Between two commands, how late the event loop gets. */
let delay: ReturnType<typeof monitorEventLoopDelay> | undefined

/** Of kept connections, by port. */
const agents = new Map<number, HttpsAgent>()

const commands = {
  started: () => ({ ...startUp, abilities: { ...stack.abilities, https: !!stack.https } }),
  cpu: cpuNow,
  /** What runs here, and the key exchange that a connection of it agrees on. */
  async environment(to: ClientOptions) {
    const connection = await echo(to)
    const group = connection.group?.() ?? 'unknown'
    connection.destroy()
    return { node: process.version, openssl: process.versions.openssl!, group }
  },
  memory,
  listen: (options: ServerOptions) => stack.listen!(options, serve),
  drop() {
    for (const connection of kept) connection.destroy()
    kept.clear()
  },
  /** Handshakes, each with an echo, `concurrency` at a time; `keep` leaves them open. */
  async handshakes(o: { count: number; concurrency?: number; keep?: boolean; resume?: boolean; to: ClientOptions }) {
    const session = o.resume ? await sessionFor(o.to) : undefined
    let left = o.count
    let resumed = 0
    const latencies: number[] = []
    const one = async () => {
      while (left-- > 0) {
        const started = performance.now()
        const connection = await echo(session === undefined ? o.to : { ...o.to, session })
        latencies.push((performance.now() - started) * 1000)
        if (connection.resumed()) resumed++
        if (o.keep) kept.add(connection)
        else connection.destroy()
      }
    }
    const spent = await measured(() => Promise.all(Array.from({ length: o.concurrency ?? 4 }, one)))
    latencies.sort((a, b) => a - b)
    return { ...spent, resumed, latency: latencies[latencies.length >> 1]! }
  },
  /** Answers each request with 100 bytes. */
  async serveHttps(identity: ServerOptions['identities'][number]) {
    const { createServer } = await stack.https!()
    const body = Buffer.alloc(100, 7)
    const server = createServer({ cert: identity.cert, key: identity.key }, (_request, response) => response.end(body))
    server.on('tlsClientError', () => {})
    server.keepAliveTimeout = 600_000
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve))
    return (server.address() as { port: number }).port
  },
  /** GETs of HTTPS by this stack, `concurrency` at a time, on connections that are kept or on a new one for each. */
  async requests(o: { count: number; concurrency: number; kept: boolean; to: { port: number; ca: string } }) {
    const { Agent, get } = await stack.https!()
    // A session that is resumed would be another measurement.
    // With a limit of its own, an agent that keeps nothing hands a connection on to the next request.
    const agent =
      agents.get(o.to.port) ??
      new Agent({ keepAlive: o.kept, maxSockets: o.kept ? o.concurrency : Infinity, maxCachedSessions: 0 })
    if (o.kept) agents.set(o.to.port, agent)
    const once = () =>
      new Promise<void>((resolve, reject) => {
        const options = { ...o.to, host: '127.0.0.1', servername: 'localhost', agent }
        get(options, (response) => response.resume().on('end', resolve)).on('error', reject)
      })
    let left = o.count
    const one = async () => {
      while (left-- > 0) await once()
    }
    const spent = await measured(() => Promise.all(Array.from({ length: o.concurrency }, one)))
    if (!o.kept) agent.destroy()
    return spent
  },
  delayFrom() {
    delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
  },
  /** @returns its 99th percentile, microseconds */
  delayUntil() {
    delay!.disable()
    return delay!.percentile(99) / 1000
  },
  async send({ bytes, chunk, to }: { bytes: number; chunk: number; to: ClientOptions }) {
    const connection = await stack.connect(to)
    await connection.write(request(SINK, bytes, chunk))
    const answered = received(connection, 1)
    const spent = await measured(async () => {
      await pump(connection, bytes, chunk)
      await answered
    })
    connection.destroy()
    return spent
  },
  async receive({ bytes, chunk, to }: { bytes: number; chunk: number; to: ClientOptions }) {
    const connection = await stack.connect(to)
    const spent = await measured(async () => {
      const all = received(connection, bytes)
      await connection.write(request(SOURCE, bytes, chunk))
      await all
    })
    connection.destroy()
    return spent
  },
  /** Bytes that one idle connection holds, over `count` of them. */
  async idle({ count, to }: { count: number; to: ClientOptions }) {
    const warm: Connection[] = []
    for (let i = 0; i < 20; i++) warm.push(await echo(to))
    for (const connection of warm) connection.destroy()
    await pause(100)
    const before = memory()
    for (let i = 0; i < count; i++) kept.add(await echo(to))
    await pause(300)
    const after = memory()
    return {
      rss: (after.rss - before.rss) / count,
      heap: (after.heap - before.heap) / count,
      external: (after.external - before.external) / count,
    }
  },
}

export type Commands = typeof commands

process.on('message', async ({ id, command, argument }: { id: number; command: keyof Commands; argument: never }) => {
  try {
    process.send!({ id, result: await commands[command](argument) })
  } catch (error) {
    process.send!({ id, error: String((error as Error)?.message ?? error) })
  }
})
process.on('disconnect', () => process.exit(0))
process.on('unhandledRejection', () => {})
process.on('uncaughtException', () => {})
process.send!({ id: 0 })
