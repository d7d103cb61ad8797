import { once } from 'node:events'
import net from 'node:net'
import type nativeTls from 'node:tls'
import { nodeProvider } from '@x/crypto-primitives/node'
import { TlsContext } from '@x/secure-context'
import { type ClientConfig, TlsConnection } from '@x/tls-handshake'
import { afterEach, describe, expect, test } from 'vitest'
import type { TLSSocket } from '../src/index.ts'
import { authority, leaf, listen, NATIVE, OURS, otherAuthority, trusting } from './harness.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) {
    one.close()
  }
})

const person = (name: string, by = authority) => by.issue(name, { extKeyUsage: ['clientAuth'] })
const alice = person('alice')
const mallory = person('alice', otherAuthority)

const contextOf = ({ cert, key }: { cert: string; key: string }) =>
  new TlsContext({
    provider: nodeProvider,
    maxVersion: 'TLSv1.2',
    cert: [cert],
    key: [{ pem: key }],
    ca: [authority.cert],
  })

/** A client below node-tls-compat, so that it can do what Node's cannot. */
function rawClient(port: number, config: ClientConfig) {
  const tls = TlsConnection.client(config)
  const socket = net.connect(port, '127.0.0.1')
  const pump = () => {
    tls.takeEvents()
    for (const piece of tls.takeOutput()) {
      socket.write(piece)
    }
  }
  socket.on('connect', pump).on('error', () => {})
  socket.on('data', (bytes) => {
    tls.receive(new Uint8Array(bytes))
    pump()
  })
  open.push({ close: () => socket.destroy() })
  return { tls, pump, closed: once(socket, 'close') }
}

describe('a client that shows another certificate in a renegotiation', () => {
  const credentials = [contextOf(alice), contextOf(mallory)].map((context) => context.credentials[0]!)

  async function renegotiated(rejectUnauthorized: boolean) {
    const sockets: nativeTls.TLSSocket[] = []
    const { server, port } = await listen(
      OURS,
      { ca: authority.cert, requestCert: true, rejectUnauthorized, maxVersion: 'TLSv1.2' },
      (socket) => void sockets.push(socket),
    )
    open.push(server)
    let shown = 0
    const client = rawClient(port, {
      ...contextOf(alice).clientConfig(),
      selectClientCredential: () => credentials[shown++],
    })
    client.tls.write(new TextEncoder().encode('one'))
    await once(server, 'secureConnection')
    const [socket] = sockets as [nativeTls.TLSSocket]
    await once(socket, 'data')
    expect(socket.authorized).toBe(true)
    const done = rejectUnauthorized ? client.closed : once(socket, 'data')
    client.tls.renegotiate()
    client.tls.write(new TextEncoder().encode('two'))
    client.pump()
    await done
    return socket
  }

  test('is destroyed where that one is refused', async () => {
    const socket = await renegotiated(true)
    expect(socket.destroyed).toBe(true)
    expect(socket.authorized).toBe(false)
    expect(socket.bytesRead).toBe(3)
  })

  test('is no longer authorized where the program decides', async () => {
    const socket = await renegotiated(false)
    expect(socket.authorized).toBe(false)
    expect(socket.authorizationError).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })
})

describe('renegotiate({ rejectUnauthorized }) holds for what it asks', () => {
  const credentials = [contextOf(alice), contextOf(mallory)].map((context) => context.credentials[0]!)

  /** A server that lets everybody in, and asks again with this. */
  async function askedAgain(rejectUnauthorized: boolean | undefined) {
    const sockets: nativeTls.TLSSocket[] = []
    const { server, port } = await listen(
      OURS,
      { ca: authority.cert, requestCert: true, rejectUnauthorized: false, maxVersion: 'TLSv1.2' },
      (socket) => void sockets.push(socket),
    )
    open.push(server)
    let shown = 0
    rawClient(port, {
      ...contextOf(alice).clientConfig(),
      renegotiation: 'freely',
      selectClientCredential: () => credentials[shown++],
    })
    await once(server, 'secureConnection')
    const [socket] = sockets as [nativeTls.TLSSocket]
    socket.on('error', () => {})
    expect(socket.authorized).toBe(true)
    const options = rejectUnauthorized === undefined ? {} : { rejectUnauthorized }
    await new Promise((resolve) => socket.renegotiate(options, resolve))
    return [socket.authorized, socket.destroyed]
  }

  test('true destroys whom false would have let in', async () => {
    expect(await askedAgain(true)).toEqual([false, true])
    expect(await askedAgain(false)).toEqual([false, false])
    expect(await askedAgain(undefined)).toEqual([false, false])
  })
})

describe('nothing anonymous is authorized', () => {
  const anonymous = {
    ciphers: 'AECDH:ADH:@SECLEVEL=0',
    maxVersion: 'TLSv1.2',
    cert: undefined,
    key: undefined,
  } as const

  test('a client with anonymous suites and a content checkServerIdentity', async () => {
    const { server, port } = await listen(NATIVE, anonymous)
    open.push(server)
    const options = { ciphers: 'ALL:@SECLEVEL=0', maxVersion: 'TLSv1.2', checkServerIdentity: () => undefined } as const
    const [native, ours] = await Promise.all(
      [NATIVE, OURS].map(async (tls) => {
        const [error] = await once(tls.connect(trusting(port, options)), 'error')
        return { code: error.code as string, message: error.message as string }
      }),
    )
    expect(ours.code).toBe('UNABLE_TO_GET_ISSUER_CERT')
    expect(ours).toEqual(native)
  })

  test.each([
    ['native', NATIVE],
    ['ours', OURS],
  ])('a bare server’s socket that asks for a certificate says so (%s)', async (_name, tls) => {
    let said: unknown
    const secureContext = tls.createSecureContext({ cert: leaf.cert, key: leaf.key, ca: authority.cert })
    const server = net.createServer((raw) => {
      const socket = new tls.TLSSocket(raw, { isServer: true, requestCert: true, secureContext })
      socket.on('error', () => {})
      socket.on('secure', () => {
        said = (socket as unknown as { ssl: { verifyError(): Error } }).ssl.verifyError()
        socket.end()
      })
    })
    open.push(server)
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port))
    })
    const socket = NATIVE.connect(trusting(port)).resume()
    await once(socket, 'close')
    expect(said).toMatchObject({ code: 'UNABLE_TO_GET_ISSUER_CERT' })
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a PSK is an identity, in its sessions too (%s)', async (maxVersion) => {
    const ciphers = 'PSK-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256'
    const psk = { identity: 'us', psk: Buffer.alloc(16, 7) }
    const { server, port } = await listen(
      OURS,
      {
        cert: undefined,
        key: undefined,
        ciphers,
        maxVersion,
        pskCallback: (_: unknown, name: string) => (name === 'us' ? psk.psk : null),
      } as object,
      (socket) => socket.end('x'),
    )
    open.push(server)
    const options = trusting(port, {
      ciphers,
      maxVersion,
      pskCallback: () => psk,
      checkServerIdentity: () => undefined,
    })
    let session: Buffer | undefined
    for (let i = 0; i < 2; i++) {
      const socket = OURS.connect({ ...options, session }) as unknown as TLSSocket
      socket.on('session', (told: Buffer) => {
        session ??= told
      })
      await once(socket, 'secureConnect')
      expect(socket.authorized).toBe(true)
      socket.resume()
      await once(socket, 'close')
      expect(socket.authorized).toBe(true)
    }
  })
})

test('`authorized` and `authorizationError` can be assigned to, as in Node', async () => {
  const { server, port } = await listen(OURS, {}, (socket) => socket.end('x'))
  open.push(server)
  const socket = OURS.connect(trusting(port, { ca: otherAuthority.cert, rejectUnauthorized: false }))
  await once(socket, 'secureConnect')
  expect(socket.authorized).toBe(false)
  expect(socket.authorizationError).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  socket.authorized = true
  expect(socket.authorized).toBe(true)
  expect(socket.authorizationError).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  socket.resume()
  await once(socket, 'close')
  expect(socket.authorized).toBe(true)
})

describe('a session lends no more than it had', () => {
  const versions = ['TLSv1.2', 'TLSv1.3'] as const

  /** One connection; its outcome, and a session of it. */
  function visit(tls: typeof OURS, options: nativeTls.ConnectionOptions) {
    return new Promise<{ refused?: string; authorized?: boolean; reused?: boolean; session?: Buffer }>((resolve) => {
      let session: Buffer | undefined
      const socket = tls.connect(options)
      socket.on('session', (told) => {
        session = told
      })
      let told: { authorized: boolean; reused: boolean } | undefined
      socket.on('secureConnect', () => {
        told = { authorized: socket.authorized, reused: socket.isSessionReused() }
        socket.resume()
      })
      socket.on('error', (error: NodeJS.ErrnoException) => resolve({ refused: error.code! }))
      socket.on('close', () => resolve({ ...told, session }))
    })
  }

  async function serve(options: object = {}, tls = NATIVE) {
    const { server, port } = await listen(tls, options, (socket) => void socket.on('error', () => {}).end('x'))
    open.push(server)
    return { server, port }
  }

  describe.each(versions)('%s', (maxVersion) => {
    test('of a server with another name', async () => {
      const { port } = await serve({ maxVersion, ...authority.issue('other.test') })
      const first = await visit(OURS, trusting(port, { maxVersion, rejectUnauthorized: false }))
      expect(first).toMatchObject({ authorized: false })
      const lax = await visit(OURS, trusting(port, { maxVersion, rejectUnauthorized: false, session: first.session }))
      expect(lax).toMatchObject({ authorized: false, reused: true })
      const strict = await visit(OURS, trusting(port, { maxVersion, session: lax.session ?? first.session }))
      expect(strict).toEqual({ refused: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    })

    test('of a server that the program itself has refused', async () => {
      const { port } = await serve({ maxVersion })
      const own = { checkServerIdentity: () => Object.assign(new Error('no'), { code: 'PIN' }) }
      const lax = { maxVersion, ...own, rejectUnauthorized: false }
      const first = await visit(OURS, trusting(port, lax))
      expect(first).toMatchObject({ authorized: false })
      // The function is the same and is not asked again: what it said is in the session.
      const { session = first.session, ...again } = await visit(
        OURS,
        trusting(port, { ...lax, session: first.session }),
      )
      expect(again).toMatchObject({ authorized: false })
      for (const held of [first.session, session]) {
        expect(await visit(OURS, trusting(port, { maxVersion, ...own, session: held }))).toEqual({ refused: 'PIN' })
      }
    })

    test('of an authority that is not trusted any more, or is now', async () => {
      const { port } = await serve({ maxVersion })
      const trusted = await visit(OURS, trusting(port, { maxVersion }))
      const stranger = { maxVersion, ca: otherAuthority.cert }
      expect(await visit(OURS, trusting(port, { ...stranger, session: trusted.session }))).toEqual({
        refused: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      })
      const unauthorized = await visit(OURS, trusting(port, { ...stranger, rejectUnauthorized: false }))
      expect(await visit(OURS, trusting(port, { maxVersion, session: unauthorized.session }))).toMatchObject({
        authorized: true,
        reused: false,
      })
      expect(await visit(OURS, trusting(port, { maxVersion, session: trusted.session }))).toMatchObject({
        authorized: true,
        reused: true,
      })
    })

    test('with another `verify` or `checkServerIdentity` there is a full handshake', async () => {
      const { port } = await serve({ maxVersion })
      const content = { verify: () => undefined } as object
      const own = { checkServerIdentity: () => undefined }
      const { session } = await visit(OURS, trusting(port, { maxVersion }))
      for (const more of [content, own]) {
        const first = await visit(OURS, trusting(port, { maxVersion, ...more, session }))
        expect(first).toMatchObject({ authorized: true, reused: false })
        const again = await visit(OURS, trusting(port, { maxVersion, ...more, session: first.session }))
        expect(again).toMatchObject({ authorized: true, reused: true })
        const plain = await visit(OURS, trusting(port, { maxVersion, session: first.session }))
        expect(plain).toMatchObject({ authorized: true, reused: false })
      }
      const refuses = { verify: () => Object.assign(new Error('no'), { code: 'PIN' }) } as object
      expect(await visit(OURS, trusting(port, { maxVersion, ...refuses, session }))).toEqual({ refused: 'PIN' })
    })

    test('setSecureContext ends those that verified a client who is not trusted any more, and no others', async () => {
      const seen: [boolean, boolean][] = []
      const options = { maxVersion, cert: leaf.cert, key: leaf.key }
      const asks = { requestCert: true, rejectUnauthorized: false, ca: authority.cert }
      for (const more of [{}, asks]) {
        const { server, port } = await serve({ ...options, ...more }, OURS)
        server.on('secureConnection', (socket) => seen.push([socket.isSessionReused(), socket.authorized]))
        const client = trusting(port, { maxVersion, ...('ca' in more && alice) })
        const { session } = await visit(NATIVE, client)
        await visit(NATIVE, { ...client, session })
        server.setSecureContext({ ...options, ca: otherAuthority.cert })
        await visit(NATIVE, { ...client, session })
      }
      expect(seen).toEqual([
        [false, false],
        [true, false],
        [true, false],
        [false, true],
        [true, true],
        [false, false],
      ])
    })
  })

  test('a damaged one out of a store is none', async () => {
    const store = new Map<string, Buffer>()
    const options = { ca: authority.cert, requestCert: true, rejectUnauthorized: false, maxVersion: 'TLSv1.2' }
    const { server, port } = await serve({ ...options, secureOptions: 0x4000 }, OURS)
    const told: unknown[] = []
    let damage = (_bytes: Buffer) => {}
    server.on('newSession', (id, bytes, done) => {
      store.set(id.toString('hex'), bytes)
      done()
    })
    server.on('resumeSession', (id, done) => {
      const bytes = Buffer.from(store.get(id.toString('hex')) ?? [])
      damage(bytes)
      done(null, bytes)
    })
    server.on('secureConnection', (socket) => {
      told.push([socket.isSessionReused(), socket.authorized, socket.getPeerCertificate().subject?.CN])
    })
    server.on('tlsClientError', (error) => told.push(error))
    const client = trusting(port, { ...alice, maxVersion: 'TLSv1.2' })
    const { session } = await visit(NATIVE, client)
    await visit(NATIVE, { ...client, session })
    expect(told.splice(0)).toEqual([
      [false, true, 'alice'],
      [true, true, 'alice'],
    ])
    const { length } = [...store.values()][0]!
    // Behind the master secret: another one only says in the Finished that it is.
    for (let at = 100; at < length; at += 13) {
      damage = (bytes) => {
        bytes[at]! ^= 0x80
      }
      await visit(NATIVE, { ...client, session })
    }
    for (const one of told) {
      expect(one).toEqual([expect.any(Boolean), true, 'alice'])
    }
  })
})

describe('`verify`', () => {
  test.each([
    ['false', () => false],
    ['0', () => 0],
    ["''", () => ''],
    ['true', () => true],
    ['{}', async () => ({})],
  ])('says yes by undefined or null alone, and %s is no', async (_name, verify) => {
    const { server, port } = await listen(OURS)
    open.push(server)
    const socket = OURS.connect(trusting(port, { verify } as object))
    await expect(once(socket, 'secureConnect')).rejects.toMatchObject({ code: 'CERT_REJECTED' })
  })

  test('is asked where a bad chain is gone on with, and its no is one', async () => {
    const { server, port } = await listen(OURS, {}, (socket) => void socket.on('error', () => {}).end('x'))
    open.push(server)
    const pin = (fits: boolean) => () =>
      fits ? undefined : Object.assign(new Error('pin does not fit'), { code: 'PIN' })
    const lax = { ca: otherAuthority.cert, rejectUnauthorized: false }
    const refused = OURS.connect(trusting(port, { ...lax, verify: pin(false) } as object))
    await expect(once(refused, 'secureConnect')).rejects.toMatchObject({ code: 'PIN' })
    const accepted = OURS.connect(trusting(port, { ...lax, verify: pin(true) } as object))
    await once(accepted, 'secureConnect')
    expect(accepted.authorizationError).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    accepted.destroy()
  })
})

test.each([[undefined], [null], [false], [0], ['']])(
  'a checkServerIdentity that returns %j is content',
  async (nothing) => {
    for (const tls of [NATIVE, OURS]) {
      const { server, port } = await listen(tls, { ...authority.issue('other.test') }, (socket) => socket.end('x'))
      open.push(server)
      const socket = tls.connect(trusting(port, { checkServerIdentity: () => nothing as undefined }))
      await once(socket, 'secureConnect')
      expect(socket.authorized).toBe(true)
      socket.destroy()
    }
  },
)
