import { afterEach, describe, expect, it } from 'vitest'
import net, { type Socket } from '../../src/net.ts'
import { authority, leaf, OURS } from '../harness.ts'
import { duplexPair, until } from './pairs.ts'

type Coded = Error & { code?: string }

const open: { destroy(): unknown }[] = []
afterEach(() => {
  for (const socket of open.splice(0)) {
    socket.destroy()
  }
})

/** A server that echoes one plain word, and then is asked for TLS; without a network. */
function server() {
  const secured = OURS.createServer({ cert: leaf.cert, key: leaf.key }, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  secured.on('tlsClientError', () => {})
  return () => {
    const [ours, theirs] = duplexPair()
    ours.once('data', (word: Buffer) => {
      ours.write(word)
      secured.emit('connection', ours)
    })
    return theirs
  }
}

async function failure(socket: Socket): Promise<(Coded | string)[]> {
  const told: (Coded | string)[] = []
  socket.on('error', (error: Coded) => told.push(error.code ?? error.message))
  await new Promise((resolve) => socket.on('close', resolve))
  return told
}

describe('net.Socket over a dialer', () => {
  it('is plain, and then TLS over it as a driver does', async () => {
    const asked: object[] = []
    const dial = server()
    const socket = new net.Socket({
      dial: ({ host, port }) => {
        asked.push({ host, port })
        return dial()
      },
    })
    open.push(socket)
    socket.setNoDelay().setKeepAlive().ref().unref()
    socket.connect(5432, 'localhost')
    // Before there is a connection.
    socket.write('S')
    const [answer] = (await until(socket, 'data')) as [Buffer]
    expect(String(answer)).toBe('S')
    const secured = OURS.connect({ socket: socket as never, host: 'localhost', ca: authority.cert })
    open.push(secured)
    await until(secured, 'secureConnect')
    expect(secured.authorized).toBe(true)
    secured.write('hello')
    const [hello] = (await until(secured, 'data')) as [Buffer]
    expect(String(hello)).toBe('hello')
    expect(asked).toEqual([{ host: 'localhost', port: 5432 }])
  })

  it('is closed after TLS over it has told its error', async () => {
    const socket = net.connect({ port: 1, dial: server() })
    open.push(socket)
    socket.write('S')
    await until(socket, 'data')
    const told: unknown[] = []
    // A driver takes what closes the one for the end of all.
    const closed = new Promise((resolve) => socket.on('close', () => resolve(told.push('closed'))))
    const secured = OURS.connect({ socket: socket as never, host: 'localhost', ca: [] })
    secured.on('error', (error: Coded) => told.push(error.code))
    await closed
    expect(told).toEqual(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'closed'])
  })

  it('tells one error of a dialer that throws, rejects or never answers, and what was written did not leave', async () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    const dialers = [
      () => {
        throw refused
      },
      () => Promise.reject(refused),
      () => new Promise<never>(() => {}),
    ]
    const codes: unknown[] = []
    for (const dial of dialers) {
      const socket = net.connect({ port: 1, host: 'db.example', dial, timeout: 20 })
      const written = new Promise((resolve) => socket.write('secret', (error) => resolve((error as Coded)?.code)))
      codes.push([await failure(socket), (await written) !== undefined])
    }
    expect(codes).toEqual([
      [['ECONNREFUSED'], true],
      [['ECONNREFUSED'], true],
      [['ETIMEDOUT'], true],
    ])
  })

  it('says at the call what it lacks', () => {
    expect(() => new net.Socket().connect(1, 'db.example')).toThrow(
      expect.objectContaining({ code: 'ERR_MISSING_OPTION' }),
    )
    expect(() => new net.Socket({ dial: 'relay' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
    expect(() => net.connect({ port: 70_000, dial: server() })).toThrow(
      expect.objectContaining({ code: 'ERR_SOCKET_BAD_PORT' }),
    )
  })

  it('is ended by us when the peer ends, unless it may be half open', async () => {
    const ends = [true, false].map(async (allowHalfOpen) => {
      const [ours, theirs] = duplexPair()
      const socket = net.connect({ port: 1, dial: () => theirs, allowHalfOpen })
      open.push(socket, ours)
      await until(socket, 'connect')
      socket.resume()
      ours.end()
      await until(socket, 'end')
      await new Promise((resolve) => setTimeout(resolve, 5))
      return socket.writable
    })
    expect(await Promise.all(ends)).toEqual([true, false])
  })

  it('tells silence', async () => {
    const [ours, theirs] = duplexPair()
    const socket = net.connect({ port: 1, dial: () => theirs })
    open.push(socket, ours)
    await new Promise<void>((resolve) => socket.setTimeout(5, resolve))
    expect(socket.destroyed).toBe(false)
  })

  it('knows addresses', () => {
    expect(['127.0.0.1', '::1', 'localhost', '1.2.3'].map(net.isIP)).toEqual([4, 6, 0, 0])
  })
})
