import { once } from 'node:events'
import net from 'node:net'
import { Duplex } from 'node:stream'
import type nativeTls from 'node:tls'
import { nodeProvider } from '@x/crypto-primitives/node'
import { encodePrivateKey } from '@x/x509'
import { afterEach, describe, expect, it } from 'vitest'
import type { VerifiedPeer } from '../src/connection/config/options.ts'
import { authority, leaf, listen, OURS, otherAuthority, trusting } from './harness.ts'

/** What io.js had and Node has not any more, and what neither has. */

const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) {
    one.close()
  }
})

async function serve(options: object, onSocket: (socket: nativeTls.TLSSocket) => void = (socket) => socket.end('x')) {
  const found = await listen(OURS, options, onSocket)
  open.push(found.server)
  return found
}

/** How a connection ends: its error's code, or what the server said. */
async function outcome(port: number, options: object): Promise<string> {
  const socket = OURS.connect(trusting(port, options))
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  return await new Promise((resolve) => {
    socket.on('error', (error: Error & { code: string }) => resolve(error.code))
    socket.on('end', () => resolve(text))
  })
}

describe('passphraseWork', () => {
  const encryption = { scheme: 'pbes2', iterations: 20_000 } as const
  const { cert, privateKey } = authority.issue('localhost')
  const key = encodePrivateKey(privateKey!.data, { passphrase: 'x', provider: nodeProvider, encryption })
  const own = { cert, key, passphrase: 'x' }
  const refused = expect.objectContaining({ code: 'ERR_OSSL_UNSUPPORTED' })

  it('bounds what an encrypted key may take, wherever a context is made', () => {
    const little = { ...own, passphraseWork: 10_000 } as object
    expect(() => OURS.createSecureContext(little)).toThrow(refused)
    expect(() => OURS.createServer(little)).toThrow(refused)
    expect(() => OURS.connect({ port: 1, ...little })).toThrow(refused)
    const server = OURS.createServer({ passphraseWork: 10_000 } as object)
    expect(() => server.setSecureContext(own)).toThrow(refused)
    server.setSecureContext({ ...own, passphraseWork: Number.POSITIVE_INFINITY } as object)
    server.setSecureContext(own)
  })

  it('is a number, and an option’s own', () => {
    for (const passphraseWork of ['5', null, {}]) {
      const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' })
      expect(() => OURS.createSecureContext({ passphraseWork } as object)).toThrow(wrong)
    }
    for (const passphraseWork of [-1, Number.NaN]) {
      const wrong = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' })
      expect(() => OURS.createSecureContext({ passphraseWork } as object)).toThrow(wrong)
    }
    expect(() => OURS.createSecureContext(Object.create({ passphraseWork: 5 }))).toThrow(/passphraseWork/)
  })
})

describe('NPN', () => {
  const negotiated = async (client: object, server: object = { NPNProtocols: ['a', 'b', 'c'] }) => {
    const seen: unknown[] = []
    const { port } = await serve({ maxVersion: 'TLSv1.2', ...server }, (socket) => {
      seen.push((socket as { npnProtocol?: string }).npnProtocol)
      socket.end()
    })
    const socket = OURS.connect(trusting(port, client)) as nativeTls.TLSSocket & { npnProtocol?: string }
    socket.resume()
    await once(socket, 'secureConnect')
    await once(socket, 'close')
    return [socket.npnProtocol, ...seen]
  }

  it.each([
    [
      ['a', 'b', 'c'],
      ['a', 'a'],
    ],
    [
      ['c', 'b', 'e'],
      ['b', 'b'],
    ],
    [
      ['mine', 'x', 'y'],
      ['mine', 'mine'],
    ],
  ])('a client with %j', async (NPNProtocols, expected) => {
    expect(await negotiated({ NPNProtocols })).toEqual(expected)
  })

  it('as wire format', async () => {
    expect(await negotiated({ NPNProtocols: Buffer.from('\x01c') })).toEqual(['c', 'c'])
  })

  it('not when only one side has it, nor with TLS 1.3, nor beside ALPN', async () => {
    expect(await negotiated({})).toEqual([undefined, false])
    expect(await negotiated({ NPNProtocols: ['a'] }, {})).toEqual([false, undefined])
    expect(await negotiated({ NPNProtocols: ['a'] }, { NPNProtocols: ['a'], maxVersion: 'TLSv1.3' })).toEqual([
      false,
      false,
    ])
    const both = { NPNProtocols: ['a'], ALPNProtocols: ['a'] }
    expect(await negotiated(both, both)).toEqual([false, false])
  })

  it('names that cannot be', () => {
    expect(() => OURS.connect({ port: 1, NPNProtocols: [''] } as object)).toThrow('must be a non-empty string')
    expect(() => OURS.createServer({ NPNProtocols: ['x'.repeat(256)] } as object)).toThrow('exceeds the maximum length')
  })
})

describe('verify', () => {
  const refusal = Object.assign(new Error('not on our list'), { code: 'MY_LIST' })

  it.each([
    ['returns nothing', () => undefined, 'x'],
    ['resolves to nothing', async () => {}, 'x'],
    ['returns an error', () => refusal, 'MY_LIST'],
    ['resolves to an error', async () => refusal, 'MY_LIST'],
    [
      'throws',
      () => {
        throw refusal
      },
      'MY_LIST',
    ],
    ['rejects', () => Promise.reject(refusal), 'MY_LIST'],
    ['rejects with nothing', () => Promise.reject(), 'CERT_REJECTED'],
  ])('a client’s that %s', async (_name, verify, expected) => {
    const { port } = await serve({})
    expect(await outcome(port, { verify })).toBe(expected)
  })

  it('is told the chain and the name, and not asked about a chain that is bad', async () => {
    const { port } = await serve({})
    const asked: VerifiedPeer[] = []
    const verify = (peer: VerifiedPeer) => void asked.push(peer)
    expect(await outcome(port, { verify, ca: otherAuthority.cert })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    expect(asked).toEqual([])
    expect(await outcome(port, { verify })).toBe('x')
    expect(asked).toEqual([{ servername: 'localhost', certificates: [expect.any(Buffer)], ocspResponse: undefined }])
    expect(asked[0].certificates[0].toString('base64')).toBe(leaf.cert.replace(/-----[^-]+-----|\s/g, ''))
  })

  it('must be a function', () => {
    expect(() => OURS.connect({ port: 1, verify: true } as object)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
    expect(() => OURS.createServer({ verify: 'x' } as object)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  it.each([
    ['the server’s own context', {}],
    ['a context of SNICallback', { SNICallback: true }],
  ])('a server’s, with %s', async (_name, { SNICallback }: { SNICallback?: boolean }) => {
    const context = OURS.createSecureContext({ ...leaf, ca: authority.cert })
    const { port, server } = await serve({
      requestCert: true,
      ca: authority.cert,
      ...(SNICallback && {
        SNICallback: (_name: string, done: (error: null, context: object) => void) => done(null, context),
      }),
      verify: async () => refusal,
    })
    let accepted = 0
    server.on('secureConnection', () => accepted++)
    const client = OURS.connect(trusting(port, authority.issue('client.test')))
    client.on('error', () => {})
    await once(client, 'close')
    expect(accepted).toBe(0)
  })
})

describe('Web Streams', () => {
  it('a pair of them as the socket, on both sides', async () => {
    const context = OURS.createSecureContext(leaf)
    const listener = net.createServer((raw) => {
      const pair = Duplex.toWeb(raw)
      const socket = new OURS.TLSSocket(pair as never, { isServer: true, secureContext: context })
      socket.pipe(socket)
    })
    open.push(listener)
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const raw = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1')
    const pair = Duplex.toWeb(raw)
    const socket = OURS.connect({ socket: pair as never, servername: 'localhost', ca: authority.cert })
    const message = Buffer.alloc(300_000, 'web ')
    socket.end(message)
    const chunks: Buffer[] = []
    for await (const chunk of socket) {
      chunks.push(chunk)
    }
    expect(Buffer.concat(chunks).equals(message)).toBe(true)
    expect(socket.authorized).toBe(true)
  })
})

describe('writes before drain', () => {
  const socketOver = (options: object) => new OURS.TLSSocket(new Duplex({ read() {}, write() {} }), options)
  const marks = ({ readableHighWaterMark, writableHighWaterMark }: Duplex) => [
    readableHighWaterMark,
    writableHighWaterMark,
  ]

  it('are 64 KiB, as in Node since 22, and reads are what they are in this Node', () => {
    const { readableHighWaterMark } = new net.Socket()
    expect(marks(socketOver({}))).toEqual([readableHighWaterMark, 65536])
  })

  it('are what highWaterMark says', () => {
    expect(marks(socketOver({ highWaterMark: 1234 }))).toEqual([1234, 1234])
  })
})
