import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import type nativeTls from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import ours from '../src/index.ts'
import { type AnyTls, leaf, listen, NATIVE, OURS, trusting } from './harness.ts'

/** Programs, and Node's own tests, use these though nobody documented them. */

const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) {
    one.close()
  }
})

const hangUp = (socket: nativeTls.TLSSocket) => void socket.end('x')

async function serve(
  tls: AnyTls,
  options: nativeTls.TlsOptions = {},
  onSocket: (socket: nativeTls.TLSSocket) => void = hangUp,
) {
  const found = await listen(tls, options, onSocket)
  open.push(found.server)
  return found
}

async function session(port: number, options: nativeTls.ConnectionOptions = {}): Promise<[Buffer, boolean]> {
  const socket = OURS.connect(trusting(port, options))
  socket.resume()
  let told: Buffer | undefined
  let reused = false
  socket.on('secureConnect', () => {
    reused = socket.isSessionReused()
  })
  socket.on('session', (bytes) => {
    told = bytes
  })
  await once(socket, 'close')
  return [told!, reused]
}

describe("the native context's methods", () => {
  it('setOptions refuses a foreign object', () => {
    const { context } = OURS.createSecureContext() as unknown as { context: { setOptions(options: number): void } }
    expect(() => context.setOptions(0x4000)).not.toThrow()
    const { setOptions } = context
    expect(() => setOptions.call({} as never, 0)).toThrow(new TypeError('Illegal invocation'))
  })

  it('onticketkeycallback: its tickets are those of a native server with the same keys', async () => {
    const [name, hmac, aes] = [randomBytes(16), randomBytes(16), randomBytes(16)]
    const asked: boolean[] = []
    const { server, port } = await serve(OURS, { maxVersion: 'TLSv1.2' })
    const { context } = (server as unknown as { _sharedCreds: { context: Record<string, unknown> } })._sharedCreds
    ;(context.enableTicketKeyCallback as () => void).call(context)
    context.onticketkeycallback = (_name: Buffer, _iv: Buffer, encrypt: boolean) => {
      asked.push(encrypt)
      return encrypt ? [1, hmac, aes, name, randomBytes(16)] : [1, hmac, aes]
    }
    const [ticket] = await session(port)
    const native = await serve(NATIVE, { maxVersion: 'TLSv1.2', ticketKeys: Buffer.concat([name, hmac, aes]) })
    expect(asked).toEqual([true])
    expect((await session(native.port, { session: ticket }))[1]).toBe(true)
    expect((await session(port, { session: ticket }))[1]).toBe(true)
    expect(asked).toEqual([true, false])
  })
})

describe("'newSession' and 'resumeSession' in TLS 1.3", () => {
  it('both tickets are told after secureConnection, the id of the ClientHello is asked about before', async () => {
    const seen: string[] = []
    const { server, port } = await serve(OURS, {}, (socket) => {
      seen.push('secureConnection')
      socket.end('x')
    })
    server.on('newSession', (id: Buffer, bytes: Buffer, done: () => void) => {
      seen.push(`newSession ${id.length} ${bytes.length > 48}`)
      done()
    })
    server.on('resumeSession', (id: Buffer, done: (error: null, session: null) => void) => {
      seen.push(`resumeSession ${id.length}`)
      setImmediate(done, null, null)
    })
    await session(port)
    expect(seen).toEqual(['resumeSession 32', 'secureConnection', 'newSession 32 true', 'newSession 32 true'])
  })

  it('what a listener throws: newSession is the server error, resumeSession the tlsClientError', async () => {
    const { server, port } = await serve(OURS)
    const errors: string[] = []
    server.on('error', (error: Error) => errors.push(`error ${error.message}`))
    server.on('tlsClientError', (error: Error) => errors.push(`tlsClientError ${error.message}`))
    server.once('newSession', () => {
      throw new Error('new')
    })
    expect(await session(port)).toHaveLength(2)
    expect(errors).toEqual(['error new'])
    server.once('resumeSession', () => {
      throw new Error('resume')
    })
    const socket = OURS.connect(trusting(port))
    const [error] = await once(socket, 'error')
    expect((error as { code: string }).code).toBe('ECONNRESET')
    expect(errors).toEqual(['error new', 'tlsClientError resume'])
  })
})

describe('a first record that is no handshake message', () => {
  it.each([
    ['an alert', '15030300020228', 'handshake_failure'],
    ['application data', '17030300020000', 'application data'],
    ['a ChangeCipherSpec', '140303000101', 'ChangeCipherSpec'],
  ])('%s is ERR_SSL_UNEXPECTED_MESSAGE; the cause says what came', async (_title, hex, cause) => {
    const { server, port } = await serve(OURS)
    const raw = net.connect(port, '127.0.0.1', () => raw.write(Buffer.from(hex, 'hex')))
    raw.on('error', () => {})
    const [error] = (await once(server, 'tlsClientError')) as [Error & { code: string; cause: Error }]
    raw.destroy()
    expect(error.code).toBe('ERR_SSL_UNEXPECTED_MESSAGE')
    expect(error.cause.message).toContain(cause)
  })
})

it('_undestroy: the callback of a write that never left hears ECANCELED', async () => {
  const server = net.createServer((socket) => socket.destroy())
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = OURS.connect({ port: (server.address() as net.AddressInfo).port, host: '127.0.0.1' })
  socket.on('error', () => (socket as unknown as { _undestroy(): void })._undestroy())
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => socket.write('hello', resolve))
  expect(error?.code).toBe('ECANCELED')
})

it("a context's setCiphers replaces the suites of TLS 1.2", async () => {
  const secureContext = ours.createSecureContext({ ...leaf, maxVersion: 'TLSv1.2' })
  ;(secureContext.context as unknown as { setCiphers(list: string): void }).setCiphers('ECDHE-ECDSA-AES256-GCM-SHA384')
  const { port } = await serve(OURS, { SNICallback: undefined, maxVersion: 'TLSv1.2' })
  const socket = OURS.connect(trusting(port, { secureContext: secureContext as never, rejectUnauthorized: false }))
  socket.resume()
  await once(socket, 'secureConnect')
  expect(socket.getCipher().name).toBe('ECDHE-ECDSA-AES256-GCM-SHA384')
  await once(socket, 'close')
})

it("one 'readable', one read(): a full buffer is no dead end", async () => {
  const big = Buffer.alloc(1 << 20, 'Y')
  const { port } = await serve(OURS, {}, (socket) => {
    socket.end(big)
    socket.destroySoon()
  })
  const socket = OURS.connect(trusting(port))
  let length = 0
  socket.on('readable', () => {
    length += socket.read()?.length ?? 0
  })
  await once(socket, 'end')
  expect(length).toBe(big.length)
})

it('a reader at ‘readable’ whose buffer was full hears of what comes later', async () => {
  const big = randomBytes(3 * 16_384 + 848)
  const { port } = await serve(OURS, {}, (socket) => {
    socket.write(big)
    socket.once('data', () => socket.end())
  })
  const socket = OURS.connect(trusting(port, { highWaterMark: 16_384 } as object))
  const chunks: Buffer[] = []
  let length = 0
  let ready = false
  const take = () => {
    if (!ready) {
      return
    }
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
      chunks.push(chunk)
      length += chunk.length
      // The server ends only now, when nothing is on its way.
      if (length === big.length) {
        socket.write('enough')
      }
    }
  }
  socket.on('readable', take)
  await vi.waitFor(() => expect(socket.bytesRead).toBe(big.length))
  ready = true
  take()
  await once(socket, 'end')
  expect(Buffer.concat(chunks).equals(big)).toBe(true)
})

it('what does not look like TLS is answered with nothing', async () => {
  const { port } = await serve(OURS)
  const raw = net.connect(port, '127.0.0.1', () => raw.write('GET / HTTP/1.1\r\n\r\n'))
  const chunks: Buffer[] = []
  raw.on('data', (chunk) => chunks.push(chunk))
  await once(raw, 'close')
  expect(Buffer.concat(chunks).toString('hex')).toBe('')
})
