import { once } from 'node:events'
import nativeHttp2 from 'node:http2'
import nativeHttps from 'node:https'
import type nativeTls from 'node:tls'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import http2 from '../src/http2.ts'
import https from '../src/https.ts'
import ours from '../src/index.ts'
import { type AnyTls, authority, leaf, listen, NATIVE, OURS, otherAuthority, trusting } from './harness.ts'

/** What programs list, print and look up of the module's objects. */
const pair = async (tls: AnyTls, options: nativeTls.ConnectionOptions = {}, ofServer: nativeTls.TlsOptions = {}) => {
  const { server, port } = await listen(tls, ofServer)
  const accepted = once(server, 'secureConnection') as Promise<[nativeTls.TLSSocket]>
  const client = tls.connect(trusting(port, options))
  await once(client, 'secureConnect')
  const [socket] = await accepted
  return {
    client,
    socket,
    close() {
      client.destroy()
      server.close()
    },
  }
}

const NAMES = [
  '_tlsOptions',
  '_secureEstablished',
  '_securePending',
  '_newSessionPending',
  '_controlReleased',
  'secureConnecting',
  '_SNICallback',
  'servername',
  'alpnProtocol',
  'authorized',
  'authorizationError',
  'encrypted',
]

describe('objects look as in Node', () => {
  it('own properties of a TLSSocket, in order; they are copied and assigned to', async () => {
    for (const tls of [NATIVE, OURS]) {
      const { client, close } = await pair(tls)
      expect(Object.keys(client).filter((name) => NAMES.includes(name))).toEqual(NAMES)
      expect({ ...client }).toMatchObject({ authorized: true, authorizationError: null, encrypted: true })
      client.authorized = false
      client.authorizationError = new Error('mine')
      expect(client).toMatchObject({ authorized: false, authorizationError: new Error('mine') })
      close()
    }
  })

  it('own properties of a Server, in order', () => {
    const given = { sigalgs: 'RSA+SHA256', ecdhCurve: 'P-256', honorCipherOrder: false, sessionIdContext: 'mine' }
    const listed = (tls: AnyTls, options: object) => {
      const server = tls.createServer(options) as unknown as Record<string, unknown>
      const own = { ...server }
      // Nodes before 24.21 have no such option.
      delete own.certificateCompression
      return Object.entries(own)
        .filter(([, value]) => typeof value !== 'object')
        .map(
          ([name, value]) =>
            `${name}: ${name === 'sessionIdContext' && !('sessionIdContext' in options) ? typeof value : value}`,
        )
    }
    for (const options of [{}, given]) {
      const ours = listed(OURS, { NPNProtocols: undefined, provider: undefined, ...options })
      expect(ours).toEqual(listed(NATIVE, options))
    }
  })

  it('names of classes and functions', () => {
    const named = (tls: AnyTls, [ofHttps, ofHttp2]: [typeof nativeHttps, typeof nativeHttp2]) => [
      tls.TLSSocket.name,
      tls.Server.name,
      tls.createServer().constructor.name,
      tls.createSecureContext().constructor.name,
      (tls.createSecureContext() as { context: object }).context.constructor.name,
      ofHttps.Agent.name,
      ofHttps.Server.name,
      ofHttps.createServer().constructor.name,
      ofHttps.get.name,
      ofHttps.request.name,
      ofHttp2.connect.name,
      ofHttp2.createSecureServer({}).constructor.name,
    ]
    expect(named(OURS, [https, http2] as never)).toEqual(named(NATIVE, [nativeHttps, nativeHttp2]))
  })

  it('the servers of https and http2 are servers of tls', () => {
    expect(https.createServer() instanceof ours.Server).toBe(true)
    expect(http2.createSecureServer({}) instanceof ours.Server).toBe(true)
    expect(ours.createServer() instanceof ours.Server).toBe(true)
    expect(nativeHttps.createServer() instanceof ours.Server).toBe(false)
    class Mine extends ours.Server {}
    expect(https.createServer() instanceof Mine).toBe(false)
    expect(new Mine() instanceof Mine && new Mine() instanceof ours.Server).toBe(true)
  })

  it('a printed context shows no key', () => {
    const context = ours.createSecureContext({ cert: leaf.cert, key: leaf.key })
    expect(inspect(context, { depth: 9 })).toBe(inspect(NATIVE.createSecureContext(), { depth: 9 }))
  })

  it('getPeerCertificate(true) alone has issuers; X509Certificates have those that the peer sent', async () => {
    const answers: unknown[] = []
    for (const tls of [NATIVE, OURS]) {
      const { client, socket, close } = await pair(tls)
      const issuers = [undefined, false, 'abbreviated', 1, {}, true].map(
        (detailed) => 'issuerCertificate' in client.getPeerCertificate(detailed as true),
      )
      const certificate = client.getPeerX509Certificate()!
      const own = socket.getX509Certificate()!
      answers.push([issuers, certificate.issuerCertificate, own.issuerCertificate, Object.keys(certificate)])
      close()
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[0]).toMatchObject([[false, false, false, false, false, true], undefined, undefined, []])
  })

  it('X509Certificates of a chain that was sent', async () => {
    for (const tls of [NATIVE, OURS]) {
      const { client, close } = await pair(tls, {}, { cert: leaf.cert + authority.cert, key: leaf.key })
      expect(client.getPeerX509Certificate()?.issuerCertificate?.subject).toBe('CN=Test CA')
      close()
    }
  })

  it('address() that was asked for too early is asked for again', async () => {
    for (const tls of [NATIVE, OURS]) {
      const { server, port } = await listen(tls)
      const client = tls.connect(trusting(port))
      expect([client.address(), client.localAddress]).toEqual([{}, undefined])
      await once(client, 'secureConnect')
      expect(client.address()).toMatchObject({ address: '127.0.0.1', family: 'IPv4' })
      expect(client.localAddress).toBe('127.0.0.1')
      client.destroy()
      server.close()
    }
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s: tlsClientError says why a client was refused', async (maxVersion) => {
    const said: unknown[] = []
    for (const tls of [NATIVE, OURS]) {
      const { server, port } = await listen(tls, { requestCert: true, ca: authority.cert, maxVersion })
      const { cert, key } = otherAuthority.issue('client')
      const client = tls.connect(trusting(port, { cert, key })).on('error', () => {})
      const [error, socket] = await once(server, 'tlsClientError')
      said.push([error.code, error.message, socket.authorized, socket.authorizationError])
      client.destroy()
      server.close()
    }
    expect(said[1]).toEqual(said[0])
    expect(said[0]).toEqual(['ECONNRESET', 'socket hang up', false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])
  })

  it("'session' is told where somebody listens", async () => {
    for (const tls of [NATIVE, OURS]) {
      const { server, port } = await listen(tls, {}, (socket) => socket.end('x'))
      const client = tls.connect(trusting(port))
      const told: unknown[] = []
      const { emit } = client
      client.emit = function (this: unknown, event: string, ...args: unknown[]) {
        told.push(event)
        return Reflect.apply(emit, this, [event, ...args])
      } as never
      client.resume()
      await once(client, 'close')
      expect(told).not.toContain('session')
      server.close()
    }
  })

  it('a write whose end was behind it hears of the error after the listener', async () => {
    const orders: string[][] = []
    for (const tls of [NATIVE, OURS]) {
      const { client, close } = await pair(tls)
      const order: string[] = []
      client.on('error', () => order.push('error'))
      client.write('x', () => order.push('first'))
      client.end('y', () => order.push('end'))
      client.write('z', () => order.push('late'))
      order.push('returned')
      await new Promise((resolve) => client.once('close', resolve))
      await new Promise((resolve) => setImmediate(resolve))
      orders.push(order)
      close()
    }
    expect(orders[1]).toEqual(orders[0])
  })
})
