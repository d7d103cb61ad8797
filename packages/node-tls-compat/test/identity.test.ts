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
  for (const one of open.splice(0)) one.close()
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
    for (const piece of tls.takeOutput()) socket.write(piece)
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

describe('nothing anonymous is authorized', () => {
  const anonymous = {
    ciphers: 'AECDH:ADH:@SECLEVEL=0',
    maxVersion: 'TLSv1.2',
    cert: undefined,
    key: undefined,
  } as const

  test.each([
    ['native', NATIVE],
    ['ours', OURS],
  ])('a client with anonymous suites and a content checkServerIdentity (%s)', async (_name, tls) => {
    const { server, port } = await listen(NATIVE, anonymous)
    open.push(server)
    const socket = tls.connect(
      trusting(port, { ciphers: 'ALL:@SECLEVEL=0', maxVersion: 'TLSv1.2', checkServerIdentity: () => undefined }),
    )
    const [error] = await once(socket, 'error')
    expect(error).toMatchObject({ code: 'UNABLE_TO_GET_ISSUER_CERT', message: 'unable to get issuer certificate' })
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
