import net from 'node:net'
import { Duplex, duplexPair } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isPrivileged, launchVariable } from '../src/host/environment.ts'
import tls from '../src/index.ts'
import { authority, leaf } from './harness.ts'

/** What a program is told is what happened. */

const closing: { close(): unknown }[] = []
afterEach(() => {
  for (const one of closing.splice(0)) {
    one.close()
  }
})

const identity = { cert: leaf.cert, key: leaf.key }
const certificate = authority.cert

async function serve(
  options: object = {},
  listener: (socket: import('../src/index.ts').TLSSocket) => void = () => {},
): Promise<{ server: ReturnType<typeof tls.createServer>; port: number }> {
  const server = tls.createServer({ ...identity, ...options }, (socket) => {
    socket.on('error', () => {})
    listener(socket)
  })
  server.on('tlsClientError', () => {})
  closing.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return { server, port: (server.address() as net.AddressInfo).port }
}

const dial = (port: number, options: object = {}) =>
  tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate, ...options })

const once = (emitter: { once(event: string, listener: (...args: never[]) => void): unknown }, event: string) =>
  new Promise<unknown>((resolve) => emitter.once(event, resolve as never))

/** Two ends of a wire that delivers in the same call. */
function synchronousPair(): [Duplex, Duplex] {
  const make = (other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        other().push(Buffer.from(chunk))
        done()
      },
      final(done) {
        other().push(null)
        done()
      },
    })
  const a: Duplex = make(() => b)
  const b: Duplex = make(() => a)
  return [a, b]
}

describe('what was written is what is sent', () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const when of ['secureConnect', 'connect'] as const) {
      it(`${maxVersion}, written at ${when}: the writer's memory is its own again`, async () => {
        const received: Buffer[] = []
        const { port } = await serve({ maxVersion }, (socket) => socket.on('data', (data) => received.push(data)))
        const client = dial(port)
        client.on('error', () => {})
        await once(client, when)
        for (const length of [1, 100, 5000, 40000]) {
          const bytes = Buffer.alloc(length, 'a')
          const left = new Promise((resolve) => client.write(bytes, resolve))
          bytes.fill('x')
          // What a stream holds behind a write that is under way is the writer's, natively too.
          await left
        }
        client.end()
        client.resume()
        await once(client, 'close')
        const all = Buffer.concat(received)
        expect(all.length).toBe(45101)
        expect(all.includes('x')).toBe(false)
      })
    }
  }
})

describe('a write that did not leave is told with an error', () => {
  const written = (socket: ReturnType<typeof dial>) =>
    new Promise<Error | null | undefined>((resolve) => socket.write('precious', resolve))

  it('to a server that is refused', async () => {
    const { port } = await serve()
    const client = dial(port, { ca: undefined })
    client.on('error', () => {})
    expect(await written(client)).toBeInstanceOf(Error)
  })

  it('to a peer that leaves in the handshake', async () => {
    const server = net.createServer((raw) => raw.once('data', () => raw.end()))
    closing.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const client = dial((server.address() as net.AddressInfo).port)
    client.on('error', () => {})
    expect(await written(client)).toBeInstanceOf(Error)
  })

  it('over a transport that was ended', async () => {
    const { port } = await serve()
    const raw = net.connect(port, '127.0.0.1')
    const client = tls.connect({ socket: raw, servername: 'localhost', ca: certificate })
    client.on('error', () => {})
    await once(client, 'secureConnect')
    raw.end()
    expect(await written(client)).toBeInstanceOf(Error)
  })

  it('where the handshake fails under it: EPROTO, errno and syscall, once', async () => {
    const server = net.createServer((raw) => {
      raw.on('error', () => {})
      raw.once('data', () => raw.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    })
    closing.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const client = dial((server.address() as net.AddressInfo).port)
    const errors: unknown[] = []
    client.on('error', (error) => errors.push(error))
    const told = await written(client)
    await once(client, 'close')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ code: 'EPROTO', syscall: 'write' })
    expect((errors[0] as Error).message).toMatch(/^write EPROTO .*wrong version number/s)
    expect(told).toBeInstanceOf(Error)
  })

  it('one error, whatever is written in its handler', async () => {
    const { port } = await serve({ requestCert: true, rejectUnauthorized: true })
    const client = dial(port)
    const errors: unknown[] = []
    const told = new Promise<unknown>((resolve) =>
      client.on('error', (error) => {
        errors.push(error)
        client.write('', resolve)
      }),
    )
    client.write('hello')
    await once(client, 'close')
    await told
    expect(errors).toHaveLength(1)
  })
})

describe('an exception in a listener', () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const event of ['secure', 'session', 'secureConnect', 'OCSPResponse', 'keylog'] as const) {
      it(`${maxVersion}: of ${event} loses no event and no byte`, async () => {
        const uncaught: unknown[] = []
        const before = process.listeners('uncaughtException')
        process.removeAllListeners('uncaughtException')
        process.on('uncaughtException', (error) => uncaught.push(error))
        try {
          const { port } = await serve({ maxVersion }, (socket) => {
            socket.write('one ')
            socket.once('data', () => socket.end('two'))
          })
          const client = dial(port, { requestOCSP: true })
          client.once(event, () => {
            throw new Error(event)
          })
          let text = ''
          client.on('data', (data) => {
            text += data
            if (text === 'one ') {
              client.write('x')
            }
          })
          await once(client, 'close')
          expect(text).toBe('one two')
          expect(uncaught).toMatchObject([{ message: event }])
        } finally {
          process.removeAllListeners('uncaughtException')
          for (const listener of before) {
            process.on('uncaughtException', listener)
          }
        }
      })
    }
  }
})

describe('over a stream that delivers in the same call', () => {
  it('an untrusted server is refused before a byte of it is given out', async () => {
    const [a, b] = synchronousPair()
    const server = new tls.TLSSocket(a, { isServer: true, ...identity })
    server.on('error', () => {})
    server.write('from a stranger')
    const client = tls.connect({ socket: b, servername: 'localhost', ca: undefined })
    const data: unknown[] = []
    client.on('data', (bytes) => data.push(bytes))
    const error = (await once(client, 'error')) as NodeJS.ErrnoException
    expect(error.code).toMatch(
      /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|SELF_SIGNED_CERT_IN_CHAIN)$/,
    )
    expect(data).toEqual([])
  })

  it('a write is told when the other side has read it', async () => {
    const [a, b] = duplexPair()
    const server = new tls.TLSSocket(a, { isServer: true, ...identity })
    const client = tls.connect({ socket: b, servername: 'localhost', ca: certificate })
    await once(client, 'secureConnect')
    for (const text of ['one', 'two']) {
      await new Promise((resolve) => client.write(text, resolve))
      expect(`${server.read()}`).toBe(text)
    }
    client.destroy()
  })

  it('a trusted one is told of, and its first bytes come behind', async () => {
    const [a, b] = synchronousPair()
    const server = new tls.TLSSocket(a, { isServer: true, ...identity })
    server.write('hello')
    const client = tls.connect({ socket: b, servername: 'localhost', ca: certificate })
    const order: string[] = []
    client.on('secureConnect', () => order.push('secureConnect'))
    client.on('data', (bytes) => order.push(`${bytes}`))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(order).toEqual(['secureConnect', 'hello'])
    client.destroy()
  })
})

describe('a fatal error of an established connection', () => {
  /** A server and a client with a relay between them that can lie to either. */
  async function relayed(options: object, onSocket: (socket: import('../src/index.ts').TLSSocket) => void) {
    const { port } = await serve(options, onSocket)
    const ends: net.Socket[] = []
    const relay = net.createServer({ allowHalfOpen: true }, (front) => {
      const back = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      ends.push(front, back)
      for (const [from, to] of [
        [front, back],
        [back, front],
      ] as const) {
        from.on('data', (bytes) => to.write(bytes)).on('error', () => {})
      }
    })
    closing.push(relay, { close: () => ends.map((end) => end.destroy()) })
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', () => resolve()))
    return { ends, port: (relay.address() as net.AddressInfo).port }
  }

  const forged = Buffer.from(`1703030020${'ab'.repeat(32)}`, 'hex')

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const side of ['server', 'client'] as const) {
      for (const reads of [true, false]) {
        it(`${maxVersion}, ${side}, ${reads ? 'reading' : 'paused'}: error, then close, whatever the peer does`, async () => {
          const order: string[] = []
          let done = () => {}
          const closed = new Promise<void>((resolve) => (done = resolve))
          const watch = (socket: import('../src/index.ts').TLSSocket) => {
            if (reads) {
              socket.resume()
            }
            socket.on('error', (error: NodeJS.ErrnoException) => order.push(error.code!))
            socket.on('close', (had: boolean) => {
              order.push(`close ${had}`)
              done()
            })
          }
          let served = (_: import('../src/index.ts').TLSSocket) => {}
          const server = new Promise<import('../src/index.ts').TLSSocket>((resolve) => (served = resolve))
          const { ends, port } = await relayed({ maxVersion }, (socket) => served(socket))
          const client = dial(port)
          await once(client, 'secureConnect')
          client.on('error', () => {})
          const other = side === 'server' ? client : await server
          watch(side === 'server' ? await server : client)
          // The other end sees nothing of it, and goes on holding its end.
          ends[side === 'server' ? 1 : 0]!.write(forged)
          await closed
          expect(order).toEqual(['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'close true'])
          other.destroy()
        })
      }
    }
  }

  for (const [name, prepare, code] of [
    [
      'disabled',
      (socket: import('../src/index.ts').TLSSocket) => socket.disableRenegotiation(),
      'ERR_TLS_RENEGOTIATION_DISABLED',
    ],
    ['too often', () => {}, 'ERR_TLS_SESSION_ATTACK'],
  ] as const) {
    it(`renegotiation ${name} closes the server's socket`, async () => {
      let served = (_: unknown) => {}
      const order = new Promise<unknown[]>((resolve) => (served = resolve as never))
      const { port } = await serve({ maxVersion: 'TLSv1.2' }, (socket) => {
        const told: unknown[] = []
        prepare(socket)
        socket.resume()
        socket.on('error', (error: NodeJS.ErrnoException) => told.push(error.code))
        socket.on('close', () => served([...told, 'close']))
      })
      const client = dial(port)
      client.on('error', () => {})
      client.resume()
      await once(client, 'secureConnect')
      const again = () => void (client.destroyed || client.renegotiate({}, again as never))
      again()
      expect(await order).toEqual([code, 'close'])
    })
  }

  it('whose listener throws is closed all the same', async () => {
    const uncaught: unknown[] = []
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    try {
      const { ends, port } = await relayed({}, () => {})
      const client = dial(port)
      await once(client, 'secureConnect')
      client.on('error', () => {
        throw new Error('listener')
      })
      const closed = once(client, 'close')
      ends[0]!.write(forged)
      await closed
      expect(uncaught).toMatchObject([{ message: 'listener' }])
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of before) {
        process.on('uncaughtException', listener)
      }
    }
  })
})

describe('OCSPRequest', () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`${maxVersion}: an empty Buffer staples nothing`, async () => {
      const { server, port } = await serve({ maxVersion }, (socket) => socket.end('page'))
      server.on('OCSPRequest', (_cert: unknown, _issuer: unknown, done: (error: null, response: Buffer) => void) =>
        done(null, Buffer.alloc(0)),
      )
      const client = dial(port, { requestOCSP: true })
      client.resume()
      expect(await once(client, 'OCSPResponse')).toBeNull()
    })
  }
})

describe('renegotiate()', () => {
  it('while the peer’s is under way returns true and calls back', async () => {
    const { port } = await serve({ maxVersion: 'TLSv1.2' }, (socket) => {
      socket.resume()
      socket.renegotiate({}, () => {})
    })
    const client = dial(port)
    client.on('error', () => {})
    client.resume()
    await once(client, 'secureConnect')
    const called = await new Promise((resolve) => {
      expect(client.renegotiate({}, resolve)).toBe(true)
    })
    expect(called).toBeNull()
    client.destroy()
  })
})

describe('the environment', () => {
  it('is not the user’s to say where a process has more rights than its user', () => {
    const ids = (uid: number, euid: number, gid: number, egid: number) => ({
      getuid: () => uid,
      geteuid: () => euid,
      getgid: () => gid,
      getegid: () => egid,
    })
    expect(isPrivileged(ids(1000, 0, 1000, 1000))).toBe(true)
    expect(isPrivileged(ids(1000, 1000, 1000, 0))).toBe(true)
    expect(isPrivileged(ids(0, 0, 0, 0))).toBe(false)
    // Windows has none of them.
    expect(isPrivileged({})).toBe(false)
  })

  it('is read as own variables, where the process has no more rights than its user', async () => {
    const name = 'NODE_EXTRA_CA_CERTS'
    const before = process.env[name]
    const prototype = Object.prototype as Record<string, unknown>
    const atLaunch = async () => {
      vi.resetModules()
      return (await import('../src/host/environment.ts')).launchVariable(name)
    }
    try {
      process.env[name] = '/tmp/own.pem'
      expect(await atLaunch()).toBe('/tmp/own.pem')
      for (const id of ['geteuid', 'getegid'] as const) {
        const more = vi.spyOn(process as { [name in typeof id]: () => number }, id).mockReturnValue(-1)
        expect(await atLaunch()).toBeUndefined()
        more.mockRestore()
      }
      delete process.env[name]
      prototype[name] = '/tmp/everybodys.pem'
      expect(await atLaunch()).toBeUndefined()
    } finally {
      delete prototype[name]
      if (before !== undefined) {
        process.env[name] = before
      }
    }
  })

  it('is what it was when the process started, and own', () => {
    const { NODE_EXTRA_CA_CERTS } = process.env
    const prototype = Object.prototype as Record<string, unknown>
    try {
      process.env.NODE_EXTRA_CA_CERTS = '/tmp/later.pem'
      prototype.NODE_OPTIONS = '--tls-keylog=/tmp/later.log'
      expect(launchVariable('NODE_EXTRA_CA_CERTS')).toBe(NODE_EXTRA_CA_CERTS)
      expect(launchVariable('NODE_OPTIONS') ?? '').not.toContain('later')
    } finally {
      delete prototype.NODE_OPTIONS
      if (NODE_EXTRA_CA_CERTS === undefined) {
        delete process.env.NODE_EXTRA_CA_CERTS
      } else {
        process.env.NODE_EXTRA_CA_CERTS = NODE_EXTRA_CA_CERTS
      }
    }
  })
})
