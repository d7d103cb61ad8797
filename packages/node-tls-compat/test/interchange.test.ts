import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type nativeTls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type AnyTls, leaf, listen, NATIVE, OURS, trusting } from './harness.ts'

const BOTH: [string, AnyTls][] = [
  ['ours', OURS],
  ['native', NATIVE],
]
const VERSIONS: nativeTls.SecureVersion[] = ['TLSv1.2', 'TLSv1.3']

/** Since 22.23 and 24.21 the Buffer says whose session it is; older ones do not, and are taken by nobody who verifies. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const BOUND_TO_NAMES = major >= 26 || (major === 24 && minor >= 21) || (major === 22 && minor >= 23)

/** All sessions and servers of both kinds with each other. */
const PAIRS = VERSIONS.flatMap((version) =>
  BOTH.flatMap(([client, clientTls]) =>
    BOTH.flatMap(([from, fromTls]) =>
      BOTH.map(([to, toTls]) => ({ version, client, clientTls, from, fromTls, to, toTls })),
    ),
  ),
)

async function connect(
  tls: AnyTls,
  port: number,
  session?: Buffer,
  options: nativeTls.ConnectionOptions = {},
): Promise<{ session?: Buffer; reused: boolean }> {
  const socket = tls.connect(trusting(port, { session, ...options }))
  const found: { session?: Buffer; reused: boolean } = { reused: false }
  socket.on('session', (told) => {
    found.session = told
  })
  socket.on('secureConnect', () => {
    found.reused = socket.isSessionReused()
  })
  socket.resume()
  await once(socket, 'close')
  return found
}

describe('servers that share ticketKeys', () => {
  it.each(PAIRS)(
    '$version: a ticket of $from resumes with $to; the client is $client',
    async ({ version, clientTls, fromTls, toTls }) => {
      const options = { ticketKeys: randomBytes(48), maxVersion: version }
      const end = (socket: nativeTls.TLSSocket) => void socket.end('x')
      const from = await listen(fromTls, options, end)
      const to = await listen(toTls, options, end)
      const errors: unknown[] = []
      for (const { server } of [from, to]) {
        server.on('tlsClientError', (error) => errors.push(error))
      }
      const { session } = await connect(clientTls, from.port)
      const { reused } = await connect(clientTls, to.port, session)
      from.server.close()
      to.server.close()
      expect(errors).toEqual([])
      expect(reused).toBe(true)
    },
  )

  it.each(PAIRS.filter(({ from, to }) => from === to))(
    '$version: a session Buffer of a client that is $client is good for the other kind (server: $from)',
    async ({ version, clientTls, fromTls }) => {
      const { server, port } = await listen(fromTls, { maxVersion: version }, (socket) => void socket.end('x'))
      const { session } = await connect(clientTls, port)
      const { reused } = await connect(clientTls === OURS ? NATIVE : OURS, port, session)
      server.close()
      expect(reused).toBe(BOUND_TO_NAMES)
    },
  )

  it('and have contexts by name resume a session under its own name only', async () => {
    const context = OURS.createSecureContext(leaf)
    const { server, port } = await listen(OURS, { SNICallback: (_name, done) => done(null, context) }, (socket) =>
      socket.end('x'),
    )
    const { session } = await connect(OURS, port)
    const other = { rejectUnauthorized: false }
    // As an application that strips the name from the Buffer would.
    const raw = session!.subarray(session!.indexOf('localhost') + 'localhost'.length)
    expect((await connect(OURS, port, raw, other)).reused).toBe(true)
    expect((await connect(OURS, port, raw, { ...other, servername: 'other.test' })).reused).toBe(false)
    server.close()
  })
})
