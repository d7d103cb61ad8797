import { once } from 'node:events'
import net from 'node:net'
import type nativeTls from 'node:tls'
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority, encodePrivateKey } from '@x/x509'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { authority, leaf, listen, NATIVE, OURS, otherAuthority, stillServes, trusting } from './harness.ts'

type NodeError = Error & { code?: string }
const echo = (socket: nativeTls.TLSSocket) => {
  socket.on('error', () => {})
  socket.pipe(socket)
}

const open: { close(): void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close()
  }
})

/** All errors a client tells, until it is closed. */
async function clientErrors(options: nativeTls.ConnectionOptions): Promise<NodeError[]> {
  const errors: NodeError[] = []
  const socket = OURS.connect(options)
  socket.on('error', (error) => errors.push(error))
  await new Promise((resolve) => socket.once('close', resolve))
  return errors
}

async function serve(options: nativeTls.TlsOptions = {}) {
  const { server, port } = await listen(OURS, options, echo)
  open.push(server)
  const errors: NodeError[] = []
  server.on('tlsClientError', (error) => errors.push(error))
  return { port, errors, server }
}

/** Sends bytes to a server and waits until it hangs up. */
async function send(port: number, bytes: string | Uint8Array): Promise<void> {
  const raw = net.connect(port, '127.0.0.1', () => raw.write(bytes))
  raw.on('error', () => {})
  raw.resume()
  await once(raw, 'close')
}

describe("a client that meets a server it must not trust: one error, with Node's code", () => {
  const expired = authority.issue('localhost', { notBefore: Date.now() - 2e9, notAfter: Date.now() - 1e9 })
  const selfSignedKey = nodeProvider.generateKey({ type: 'ec', curve: 'secp256r1' })
  const selfSigned = createAuthority({ provider: nodeProvider, subject: 'localhost', signer: selfSignedKey })
  const { key: anotherKey } = authority.issue('localhost')

  it('an unknown authority', async () => {
    const { port } = await serve()
    const errors = await clientErrors(trusting(port, { ca: otherAuthority.cert }))
    expect(errors.map(({ code }) => code)).toEqual(['UNABLE_TO_VERIFY_LEAF_SIGNATURE'])
    expect(await stillServes(port)).toBe('ping')
  })

  it('an expired certificate', async () => {
    const { port } = await serve({ cert: expired.cert, key: expired.key })
    const errors = await clientErrors(trusting(port))
    expect(errors).toMatchObject([{ code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' }])
  })

  it('the wrong name', async () => {
    const { port } = await serve()
    const errors = await clientErrors(trusting(port, { servername: 'other.test' }))
    expect(errors).toMatchObject([{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', host: 'other.test' }])
    expect(await stillServes(port)).toBe('ping')
  })

  it('a self-signed certificate', async () => {
    const { port } = await serve({ cert: selfSigned.cert, key: encodePrivateKey(selfSignedKey.data) })
    const errors = await clientErrors(trusting(port))
    expect(errors.map(({ code }) => code)).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT'])
  })

  it('a key that does not belong to the certificate is refused when the context is made', () => {
    expect(() => OURS.createSecureContext({ cert: leaf.cert, key: anotherKey })).toThrow(
      expect.objectContaining({ code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' }),
    )
  })

  it('the refused server gets none of what was written early', async () => {
    const received: Buffer[] = []
    const { server, port } = await listen(NATIVE, {}, (socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => received.push(chunk))
    })
    open.push(server)
    const socket = OURS.connect(trusting(port, { ca: otherAuthority.cert }))
    const written = new Promise((resolve) => socket.write('a secret', resolve))
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('close', resolve))
    await written
    expect(Buffer.concat(received).toString()).toBe('')
  })
})

describe('a client that meets what is no TLS server', () => {
  async function rawServer(answer: (socket: net.Socket) => void) {
    const server = net.createServer((socket) => {
      socket.on('error', () => {})
      answer(socket)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(server)
    return (server.address() as net.AddressInfo).port
  }

  it('plain HTTP', async () => {
    const port = await rawServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    expect(await clientErrors(trusting(port))).toMatchObject([
      { code: 'ERR_SSL_WRONG_VERSION_NUMBER', library: 'SSL routines', reason: 'wrong version number' },
    ])
  })

  it('noise', async () => {
    const port = await rawServer((socket) => socket.once('data', () => socket.end(Buffer.alloc(100, 0xff))))
    expect(await clientErrors(trusting(port))).toHaveLength(1)
  })

  it('a server that hangs up: ECONNRESET', async () => {
    const port = await rawServer((socket) => socket.once('data', () => socket.end()))
    expect(await clientErrors(trusting(port))).toMatchObject([
      {
        code: 'ECONNRESET',
        message: 'Client network socket disconnected before secure TLS connection was established',
      },
    ])
  })

  it('nobody', async () => {
    const port = await rawServer(() => {})
    for (const server of open.splice(0)) {
      server.close()
    }
    expect(await clientErrors(trusting(port))).toMatchObject([{ code: 'ECONNREFUSED', syscall: 'connect' }])
  })

  it('a server that never answers can be given up by `timeout`', async () => {
    const port = await rawServer(() => {})
    const socket = OURS.connect(trusting(port, { timeout: 50 }))
    await once(socket, 'timeout')
    socket.destroy()
  })
})

describe('a server that meets what is no TLS client: one tlsClientError, and it goes on serving', () => {
  it('plain HTTP', async () => {
    const { port, errors } = await serve()
    await send(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(errors).toMatchObject([{ code: 'ERR_SSL_HTTP_REQUEST' }])
    expect(await stillServes(port)).toBe('ping')
  })

  it('noise', async () => {
    const { port, errors } = await serve()
    await send(port, Buffer.alloc(1000, 0x5a))
    expect(errors).toHaveLength(1)
    expect(await stillServes(port)).toBe('ping')
  })

  it('a ClientHello that is cut off', async () => {
    const { port, errors } = await serve()
    const raw = net.connect(port, '127.0.0.1', () => raw.end(Buffer.from('160301020001', 'hex')))
    raw.resume()
    await once(raw, 'close')
    expect(errors).toMatchObject([{ code: 'ECONNRESET', message: 'socket hang up' }])
    expect(await stillServes(port)).toBe('ping')
  })

  it('a client that only drips: handshakeTimeout is for the whole handshake, and ends the connection', async () => {
    const { port, errors } = await serve({ handshakeTimeout: 3000 })
    const raw = net.connect(port, '127.0.0.1')
    raw.on('error', () => {})
    // A ClientHello of 256 bytes, an octet at a time.
    raw.write(Buffer.from('1603010100010000fc', 'hex'))
    const drip = setInterval(() => raw.write(Buffer.of(3)), 100)
    raw.resume()
    await once(raw, 'close')
    clearInterval(drip)
    expect(errors).toMatchObject([{ code: 'ERR_TLS_HANDSHAKE_TIMEOUT', message: 'TLS handshake timeout' }])
    expect(await stillServes(port)).toBe('ping')
  })

  it('a client without the certificate that is required', async () => {
    const { port, errors } = await serve({ requestCert: true, rejectUnauthorized: true, ca: authority.cert })
    await clientErrors(trusting(port))
    expect(errors).toMatchObject([{ code: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE' }])
  })

  it('a client that refuses our certificate', async () => {
    const { port, errors } = await serve()
    await clientErrors(trusting(port, { ca: otherAuthority.cert }))
    await vi.waitFor(() => expect(errors).toMatchObject([{ code: 'ECONNRESET' }]), { timeout: 20_000 })
    expect(await stillServes(port)).toBe('ping')
  })
})
