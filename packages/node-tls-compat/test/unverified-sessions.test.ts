/**
 * The session of a client that a server would refuse is resumed, as Node resumes it, and refused when the handshake is done:
 * nothing that the client sent is read, however early it was sent.
 */
import { constants } from 'node:crypto'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import type { Server, TLSSocket, TlsOptions } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { type AnyTls, authority, leaf, listen, NATIVE, OURS, otherAuthority, trusting } from './harness.ts'

const closing: (() => unknown)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) {
    close()
  }
})

/** Two ends of a wire. */
function duplexPair(): [Duplex, Duplex] {
  const end = (other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        setImmediate(() => {
          other().push(chunk)
          done()
        })
      },
      final(done) {
        other().push(null)
        done()
      },
    })
  const near: Duplex = end(() => far)
  const far: Duplex = end(() => near)
  return [near, far]
}

const ticketKeys = Buffer.alloc(48, 7)
const NO_TICKET = constants.SSL_OP_NO_TICKET

/** Servers that share tickets and a store, and differ in whom they accept. */
class Servers {
  readonly #sessions = new Map<string, Buffer>()
  readonly #tls: AnyTls
  readonly #options: TlsOptions
  constructor(tls: AnyTls, options: TlsOptions) {
    this.#tls = tls
    this.#options = options
  }

  async start(rejectUnauthorized: boolean, onSocket?: (socket: TLSSocket) => void) {
    const options = {
      ca: authority.cert,
      requestCert: true,
      sessionIdContext: 'both',
      ticketKeys,
      rejectUnauthorized,
      ...this.#options,
    }
    const { server, port } = await listen(this.#tls, options, onSocket)
    closing.push(() => server.close())
    if (this.#options.secureOptions === NO_TICKET) {
      server.on('newSession', (id, session, done) => {
        this.#sessions.set(id.toString('hex'), session)
        done()
      })
      server.on('resumeSession', (id, done) => done(null, this.#sessions.get(id.toString('hex')) ?? null))
    }
    return { server, port }
  }
}

/** What a server tells of a client, and every byte that any of its listeners could read. */
function told(server: Server) {
  const lines: string[] = []
  const read: string[] = []
  const listenTo = (socket: TLSSocket) => {
    if (socket.listenerCount('data') === 0) {
      socket.on('data', (chunk) => read.push(String(chunk))).on('readable', () => socket.read())
    }
  }
  server.on('keylog', (_line, socket) => listenTo(socket))
  server.on('secureConnection', (socket) => {
    lines.push(`secureConnection ${socket.authorized} ${socket.isSessionReused()}`)
    listenTo(socket)
    socket.on('error', () => {})
  })
  const over = new Promise<void>((resolve) =>
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      lines.push(`tlsClientError ${error.code} ${error.message}`, `authorized ${socket.authorized}`)
      listenTo(socket)
      socket.read()
      socket.once('close', () => setImmediate(resolve))
      if (socket.closed) {
        setImmediate(resolve)
      }
    }),
  )
  return { lines, read: () => read.join(''), over }
}

const WRITERS: Readonly<Record<string, (socket: TLSSocket) => unknown>> = {
  'written before the handshake': (socket) => socket.write('precious'),
  'with an end behind it': (socket) => socket.end('precious'),
  'written when the handshake is done': (socket) =>
    socket.once('secureConnect', () => socket.write('precious') && socket.end('more')),
}

const CLIENTS = {
  nobody: {},
  'one whom nobody vouches for': otherAuthority.issue('client'),
} as const

/** Node resumes by id in TLS 1.2 alone, and so do we. */
const KINDS = [
  ['TLSv1.2', 'ticket', 0],
  ['TLSv1.2', 'id', NO_TICKET],
  ['TLSv1.3', 'ticket', 0],
] as const

for (const [name, tls] of [
  ['ours', OURS],
  ['node:tls', NATIVE],
] as const) {
  // Node's own has every resumed client of TLS 1.3 authorized, and may end before it reads: those are rows of ours alone.
  describe.each(tls === OURS ? KINDS : KINDS.slice(0, 2))(
    `${name}, %s, resumed by %s`,
    (maxVersion, _by, secureOptions) => {
      const options = { maxVersion, secureOptions, allowHalfOpen: true } as TlsOptions

      /** A session that a server without scruples gave to a client. */
      const sessionOf = async (servers: Servers, client: object) => {
        const { port } = await servers.start(false, (socket) => socket.end('x').resume())
        const socket = OURS.connect(trusting(port, client)).resume()
        const [session] = await once(socket, 'session')
        await once(socket, 'close')
        return session as Buffer
      }

      for (const [who, client] of Object.entries(CLIENTS)) {
        for (const [when, write] of Object.entries(WRITERS)) {
          it(`${who}: nothing is read, ${when}`, async () => {
            const servers = new Servers(tls, options)
            const session = await sessionOf(servers, client)
            const { server, port } = await servers.start(true)
            const seen = told(server)
            const socket = OURS.connect(trusting(port, { ...client, session }))
            let reused: boolean | undefined
            socket.once('secureConnect', () => (reused = socket.isSessionReused())).on('error', () => {})
            const closed = new Promise((resolve) => socket.once('close', resolve))
            write(socket)
            socket.resume()
            await Promise.all([seen.over, closed])
            expect(reused).toBe(true)
            expect(seen.lines).toEqual(['tlsClientError ECONNRESET socket hang up', 'authorized false'])
            expect(seen.read()).toBe('')
          })
        }

        it.skipIf(tls === NATIVE)(
          `${who}: who asks and does not insist is told that it is not authorized`,
          async () => {
            const servers = new Servers(tls, options)
            const session = await sessionOf(servers, client)
            const { server, port } = await servers.start(false)
            const seen = told(server)
            const socket = OURS.connect(trusting(port, { ...client, session })).resume()
            server.on('secureConnection', (accepted) => accepted.end())
            socket.end('hello')
            await once(socket, 'close')
            expect(seen.lines).toEqual(['secureConnection false true'])
            expect(seen.read()).toBe('hello')
          },
        )
      }
    },
  )
}

/** Over two ends of a wire: a socket that is nobody's looks at no verdict, so that what it is told to require it requires. */
describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a socket without a server, %s', (maxVersion) => {
  const secureContext = OURS.createSecureContext({
    cert: leaf.cert,
    key: leaf.key,
    ca: authority.cert,
    sessionIdContext: 'both',
    ticketKeys,
    maxVersion,
  })

  /** @returns what the server's side tells and reads, and what the client has kept */
  async function handshake(rejectUnauthorized: boolean, client: object) {
    const [near, far] = duplexPair()
    const lines: string[] = []
    const server = new OURS.TLSSocket(far, { secureContext, isServer: true, requestCert: true, rejectUnauthorized })
    server.on('secure', () =>
      lines.push(
        `secure ${server.isSessionReused()} ${(server as unknown as { ssl: { verifyError(): { code?: string } | null } }).ssl.verifyError()?.code}`,
      ),
    )
    server.on('error', (error: NodeJS.ErrnoException) => lines.push(`error ${error.code}`))
    server.on('data', (chunk) => lines.push(`data ${chunk}`) && server.end('x'))
    const socket = OURS.connect({ socket: near, servername: 'localhost', ca: authority.cert, ...client }).resume()
    let session: Buffer | undefined
    socket.on('session', (bytes) => (session = bytes)).on('error', () => {})
    closing.push(() => socket.destroy() && server.destroy())
    const over = new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
    socket.write('precious')
    await over
    return { lines, session }
  }

  it.each(Object.entries(CLIENTS))('%s has no session where it would have no handshake', async (who, client) => {
    const { session, lines } = await handshake(false, client)
    expect(lines.at(-1)).toBe('data precious')
    const again = await handshake(false, { ...client, session })
    expect(again.lines[0]).toMatch(/^secure true /)
    const strict = await handshake(true, { ...client, session })
    if (who === 'nobody') {
      expect(strict.lines).toEqual(['error ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'])
    } else {
      // As of a first handshake: its verdict is there to be looked at.
      expect(strict.lines[0]).toBe('secure false UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    }
  })
})
