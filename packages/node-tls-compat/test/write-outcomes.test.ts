import net from 'node:net'
import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { authority, leaf, NATIVE, OURS } from './harness.ts'

/**
 * What a write's callback says and what `bytesWritten` counts, state by state: one table for us and for node:tls.
 * A write that never left is told with an error; one failure is one 'error'.
 */

const NODE = Number(process.versions.node.split('.')[0])
const pause = (ms = 25) => new Promise((resolve) => setTimeout(resolve, ms))
const forged = Buffer.from(`1703030020${'ab'.repeat(32)}`, 'hex')

const closing: (() => unknown)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) {
    close()
  }
})

/** What was told, in order: calls and their answers, events. */
class Told {
  readonly lines: string[] = []

  watch(socket: TLSSocket) {
    socket.on('error', (error: NodeJS.ErrnoException) => this.lines.push(`error ${error.code}`))
  }

  write(socket: TLSSocket, name: string, data = 'precious') {
    socket.write(data, (error) => this.lines.push(`${name} ${(error as NodeJS.ErrnoException)?.code ?? 'done'}`))
  }
}

type Modules = typeof OURS
type Version = 'TLSv1.2' | 'TLSv1.3'

/** A client and a server, and between them a relay whose ends can be written to. */
async function connected(tls: Modules, maxVersion: Version, ca: string[] = [authority.cert]) {
  const listening = async (server: net.Server) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    closing.push(() => server.close())
    return (server.address() as net.AddressInfo).port
  }
  let serve = (_: TLSSocket) => {}
  const accepted = new Promise<TLSSocket>((resolve) => (serve = resolve))
  const server = tls.createServer({ cert: leaf.cert, key: leaf.key, maxVersion }, (socket) => {
    socket.on('error', () => {})
    closing.push(() => socket.destroy())
    serve(socket)
  })
  server.on('tlsClientError', () => {})
  const port = await listening(server)
  const wires: net.Socket[] = []
  const relay = net.createServer({ allowHalfOpen: true }, (front) => {
    const back = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    wires.push(front, back)
    for (const [from, to] of [
      [front, back],
      [back, front],
    ] as const) {
      from
        .on('data', (bytes) => to.write(bytes))
        .on('end', () => to.end())
        .on('error', () => {})
    }
    closing.push(() => front.destroy() && back.destroy())
  })
  const client = tls.connect({ port: await listening(relay), host: '127.0.0.1', servername: 'localhost', ca })
  closing.push(() => client.destroy())
  client.on('error', () => {})
  return { client, accepted, wires }
}

const secure = (client: TLSSocket) => new Promise<void>((resolve) => client.once('secureConnect', () => resolve()))

/** Where node:tls says otherwise: it tells a failed write once more, as an 'error'; it calls back when the peer closes. */
type Other = 'Node 20' | 'one error' | 'waits'
/** What is done in a state, what is told then, what is counted. */
type Row<Act> = readonly [state: string, act: Act, told: string, bytes: number, other?: Other]

const early: Row<(client: TLSSocket, told: Told) => unknown>[] = [
  ['a write', (client, told) => told.write(client, 'a'), 'a done', 8],
  [
    'writev',
    (client, told) => [client.cork(), told.write(client, 'a'), told.write(client, 'b'), client.uncork()],
    'a done, b done',
    16,
  ],
  [
    'then destroy()',
    async (client, told) => {
      await new Promise((resolve) => client.once('connect', resolve))
      told.write(client, 'a')
      told.write(client, 'b')
      client.destroy()
    },
    'a ECANCELED, b ECANCELED',
    8,
    'Node 20',
  ],
]

const refused: Row<(client: TLSSocket, told: Told) => unknown>[] = [
  ['a write', (client, told) => told.write(client, 'a'), 'error X, a EBADF', 8, 'Node 20'],
  [
    'writev',
    (client, told) => [client.cork(), told.write(client, 'a'), told.write(client, 'b'), client.uncork()],
    'error X, a EBADF, b EBADF',
    16,
    'Node 20',
  ],
  ['then end()', (client, told) => [told.write(client, 'a'), client.end()], 'error X, a EBADF', 8, 'Node 20'],
  [
    'in the handler of the error',
    (client, told) => client.once('error', () => told.write(client, 'a')),
    'error X, a ERR_STREAM_DESTROYED',
    0,
  ],
]

interface Established {
  readonly me: TLSSocket
  readonly peer: TLSSocket
  /** A damaged record, to me or to the peer, who answers with an alert. */
  damage(whom: 'me' | 'peer'): void
}
// OpenSSL has another name for it in TLS 1.2.
const FAULT = /error ERR_SSL_(DECRYPTION_FAILED_OR_BAD_RECORD_MAC|CIPHER_OPERATION_FAILED)/
const ALERT = /error ERR_SSL_(TLSV1|SSLV3|SSL\/TLS)_ALERT_\w+/
const inHandler =
  (whom: 'me' | 'peer', data?: string) =>
  ({ me, damage }: Established, told: Told) => {
    me.resume()
    me.once('error', () => told.write(me, 'a', data))
    damage(whom)
  }

const established: Row<(ends: Established, told: Told) => unknown>[] = [
  ['a write', ({ me }, told) => told.write(me, 'a'), 'a done', 8],
  ['of nothing', ({ me }, told) => told.write(me, 'a', ''), 'a done', 0],
  [
    'writev',
    ({ me }, told) => [me.cork(), told.write(me, 'a'), told.write(me, 'b'), me.uncork()],
    'a done, b done',
    16,
  ],
  [
    'after end()',
    ({ me }, told) => [me.end(), told.write(me, 'a')],
    'a ERR_STREAM_WRITE_AFTER_END, error ERR_STREAM_WRITE_AFTER_END',
    0,
  ],
  ['after destroy()', ({ me }, told) => [me.destroy(), told.write(me, 'a')], 'a ERR_STREAM_DESTROYED', 0],
  [
    'then destroy()',
    ({ me }, told) => [told.write(me, 'a'), told.write(me, 'b'), me.destroy()],
    'a done, b ERR_STREAM_DESTROYED',
    8,
  ],
  [
    "in 'end', after the peer's close_notify",
    ({ me, peer }, told) => [me.resume(), me.on('end', () => told.write(me, 'a')), peer.end()],
    'a done',
    8,
  ],
  [
    "after the peer's close_notify",
    async ({ me, peer }, told) => {
      const ended = new Promise((resolve) => me.once('end', resolve))
      me.resume()
      peer.end()
      await ended
      await pause()
      told.write(me, 'a')
    },
    'a EPIPE',
    0,
  ],
  ['in the handler of our finding', inHandler('me'), 'error FAULT, a EPROTO', 8, 'one error'],
  ['of nothing, in the handler of our finding', inHandler('me', ''), 'error FAULT, a done', 0],
  ["of nothing, in the handler of the peer's alert", inHandler('peer', ''), 'error ALERT, a done', 0],
  // Node leaves it to the peer to close, and tells then.
  ["in the handler of the peer's alert", inHandler('peer'), 'error ALERT, a ECANCELED', 8, 'waits'],
]

/** Over a stream that somebody else ends. */
const overStream: Row<(ends: { client: TLSSocket; wire: Duplex }, told: Told) => unknown>[] = [
  [
    'ended',
    ({ client, wire }, told) => [wire.end(), told.write(client, 'a'), told.write(client, 'b')],
    'error ERR_STREAM_WRITE_AFTER_END, a EPIPE, b EPIPE',
    8,
    'one error',
  ],
  [
    'ended, writev',
    ({ client, wire }, told) => [
      wire.end(),
      client.cork(),
      told.write(client, 'a'),
      told.write(client, 'b'),
      client.uncork(),
    ],
    'error ERR_STREAM_WRITE_AFTER_END, a EPIPE, b EPIPE',
    16,
    'one error',
  ],
  ['ended, then end()', ({ client, wire }) => [wire.end(), client.end()], 'error ERR_STREAM_WRITE_AFTER_END', 0],
  ['destroyed', ({ client, wire }, told) => [wire.destroy(), told.write(client, 'a')], 'a ECANCELED', 8, 'one error'],
  [
    'destroyed behind two writes of one turn',
    ({ client, wire }, told) => [told.write(client, 'a'), told.write(client, 'b'), wire.destroy()],
    'a ECANCELED, b ECANCELED',
    8,
    'one error',
  ],
]

/** Two ends of a wire that delivers later. */
function wires(): [Duplex, Duplex] {
  const make = (other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        setImmediate(() => {
          other().push(chunk)
          done()
        })
      },
      final(done) {
        setImmediate(() => {
          other().push(null)
          done()
        })
      },
    })
  const a: Duplex = make(() => b)
  const b: Duplex = make(() => a)
  return [a, b]
}

const MODULES = [
  ['ours', OURS],
  ['node:tls', NATIVE],
] as const

for (const [name, tls] of MODULES) {
  const table = <Act>(
    rows: readonly Row<Act>[],
    run: (act: Act, told: Told) => Promise<TLSSocket>,
    replaced: readonly (readonly [RegExp, string])[] = [],
  ) => {
    for (const [state, act, expected, bytes, other] of rows) {
      const differs = tls === NATIVE && (other === 'waits' || (other === 'Node 20' && NODE < 22))
      it.skipIf(differs)(state, async () => {
        const told = new Told()
        const socket = await run(act, told)
        // However busy the machine is: until as much has been told as is to be told, and then for a while more.
        for (let i = 0; i < 200 && told.lines.length < expected.split(', ').length; i++) {
          await pause()
        }
        await pause()
        if (tls === NATIVE && other === 'one error') {
          expect(told.lines.pop()).toMatch(/^error E(PIPE|PROTO|CANCELED)$/)
        }
        expect(replaced.reduce((text, [what, by]) => text.replace(what, by), told.lines.join(', '))).toBe(expected)
        expect(socket.bytesWritten).toBe(bytes)
      })
    }
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    describe(`${name}, ${version}, before the handshake is done`, () => {
      table(early, async (act, told) => {
        const { client } = await connected(tls, version)
        told.watch(client)
        const over = new Promise((resolve) => client.once('close', resolve))
        act(client, told)
        await Promise.race([secure(client), over])
        return client
      })
    })

    describe(`${name}, ${version}, to a server that is refused`, () => {
      const run = async (act: (typeof refused)[number][1], told: Told) => {
        const { client } = await connected(tls, version, [])
        told.watch(client)
        act(client, told)
        await new Promise((resolve) => client.once('close', resolve))
        return client
      }
      table(refused, run, [[/error \w+/, 'error X']])
    })

    for (const side of ['client', 'server'] as const) {
      describe(`${name}, ${version}, ${side}, established`, () => {
        const run = async (act: (typeof established)[number][1], told: Told) => {
          const { client, accepted, wires } = await connected(tls, version)
          await secure(client)
          const server = await accepted
          await pause()
          const [me, peer] = side === 'client' ? [client, server] : [server, client]
          told.watch(me)
          const mine = side === 'client' ? 0 : 1
          await act({ me, peer, damage: (whom) => wires[whom === 'me' ? mine : 1 - mine]!.write(forged) }, told)
          return me
        }
        table(established, run, [
          [ALERT, 'error ALERT'],
          [FAULT, 'error FAULT'],
        ])
      })
    }

    describe(`${name}, ${version}, over a stream that is`, () => {
      table(overStream, async (act, told) => {
        const [far, wire] = wires()
        const server = new tls.TLSSocket(far, { isServer: true, cert: leaf.cert, key: leaf.key, maxVersion: version })
        server.on('error', () => {}).resume()
        const client = tls.connect({ socket: wire, servername: 'localhost', ca: authority.cert })
        closing.push(() => client.destroy() && server.destroy())
        told.watch(client)
        client.resume()
        await secure(client)
        await pause()
        await act({ client, wire }, told)
        return client
      })
    })
  }
}
