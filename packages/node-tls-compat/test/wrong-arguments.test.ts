import net from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type AnyTls, leaf, listen, NATIVE, OURS, trusting } from './harness.ts'

/** What a call with this argument says; native and ours, on the Node that runs. */
const said = (run: () => unknown): string => {
  try {
    run()
    return 'taken'
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException
    // What Node throws in JavaScript shows its code in the text; what it throws in C++ does not.
    return `${name} ${code}: ${message} (${error})`
  }
}
const connecting = (tls: AnyTls, options: object) => () =>
  tls
    .connect({ socket: new PassThrough(), ...options })
    .on('error', () => {})
    .destroy()

describe('wrong arguments, as Node takes them', () => {
  const sessions: unknown[] = [
    5,
    true,
    {},
    [],
    'x',
    '',
    null,
    false,
    0,
    Number.NaN,
    new ArrayBuffer(3),
    new DataView(new ArrayBuffer(3)),
    new Uint8Array(3),
    Buffer.alloc(0),
  ]
  it.each(sessions.map((session, index) => [index, session]))('session %i: %j', (_index, session) => {
    expect(said(connecting(OURS, { session }))).toBe(said(connecting(NATIVE, { session })))
  })

  it('what connect() throws leaves no connection behind', async () => {
    let connections = 0
    const server = net.createServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    for (const wrong of [{ session: 5 }, { servername: 5 }, { minDHSize: 0 }]) {
      expect(said(() => OURS.connect({ port, host: '127.0.0.1', ...(wrong as object) }))).toMatch(/Error/)
    }
    // Another connection comes, and none before it.
    await new Promise<void>((resolve) =>
      net
        .connect(port, '127.0.0.1')
        .once('close', () => resolve())
        .resume(),
    )
    expect(connections).toBe(1)
    server.close()
  })

  it.each(['', ' ', ':', 'nothing', null, undefined, 5, 'P-256', 'X25519:P-384'])('ecdhCurve %j', (ecdhCurve) => {
    const context = (tls: AnyTls) => () => tls.createSecureContext({ ...leaf, ecdhCurve: ecdhCurve as string })
    expect(said(context(OURS))).toBe(said(context(NATIVE)))
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('exportKeyingMaterial, %s', async (maxVersion) => {
    const answers = await Promise.all(
      [NATIVE, OURS].map(async (tls) => {
        const { server, port } = await listen(tls, { maxVersion }, (socket) => socket.write('x'))
        const socket = tls.connect(trusting(port))
        await new Promise((resolve) => socket.once('data', resolve))
        const said_ = [
          ...[-1, 0, 1.5, 12_240, 12_241, 65_535, 65_536, 100_000].map((length) =>
            said(() => socket.exportKeyingMaterial(length, 'x', Buffer.alloc(0))),
          ),
          ...['', 'key expansion', 'key expansions', 'client finished', 'a'.repeat(249), 'a'.repeat(250)].map((label) =>
            said(() => socket.exportKeyingMaterial(8, label, Buffer.alloc(0))),
          ),
          // OpenSSL 3.0 has other words for it.
          process.versions.openssl?.startsWith('3.0.')
            ? ''
            : said(() => socket.exportKeyingMaterial(8, 'x', Buffer.alloc(65_536))),
          said(() => socket.exportKeyingMaterial(8, 5 as never, Buffer.alloc(0))),
          said(() => socket.exportKeyingMaterial(8, 'x', 5 as never)),
        ]
        socket.destroy()
        server.close()
        return said_
      }),
    )
    expect(answers[1]).toEqual(answers[0])
  })

  const WRONG: unknown[] = [
    ...[null, false, true, 0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, '', 'x', ':', [], [1], {}, 10n],
    ...[() => {}, Buffer.alloc(0), Buffer.from('x'), new Uint8Array(3), new Date(0)],
  ]
  it.each([
    'minVersion',
    'maxVersion',
    'secureProtocol',
    'ciphers',
    'sessionTimeout',
    'ticketKeys',
    'key',
    'cert',
    'ca',
  ])('createSecureContext({ %s })', (option) => {
    for (const value of WRONG) {
      const context = (tls: AnyTls) => () => tls.createSecureContext({ [option]: value })
      expect(said(context(OURS))).toBe(said(context(NATIVE)))
    }
  })

  it.each(['SSLv2_method', 'SSLv3_method', 'TLSv1_3_method', 'hokum', ''])('secureProtocol %j', (secureProtocol) => {
    const context = (tls: AnyTls) => () => tls.createSecureContext({ secureProtocol })
    expect(said(context(OURS))).toBe(said(context(NATIVE)))
  })

  it('what is to be the socket below, and the context', () => {
    for (const value of WRONG) {
      const socket = (tls: AnyTls) => () => new tls.TLSSocket(value as never).on('error', () => {}).destroy()
      expect(said(socket(OURS))).toBe(said(socket(NATIVE)))
      for (const option of ['secureContext', 'credentials']) {
        const made = (tls: AnyTls) => () => new tls.TLSSocket(new PassThrough(), { [option]: value }).destroy()
        expect(said(made(OURS))).toBe(said(made(NATIVE)))
      }
    }
  })

  it('names in ALPNProtocols', () => {
    for (const value of WRONG.filter((value) => value !== '' && !ArrayBuffer.isView(value))) {
      const server = (tls: AnyTls) => () => tls.createServer({ ALPNProtocols: ['a', value] as string[] })
      expect(said(server(OURS))).toBe(said(server(NATIVE)))
    }
  })

  it('isSessionReused() with an external PSK: yes in TLS 1.3 alone', async () => {
    const psk = Buffer.alloc(32, 1)
    const ciphers = 'PSK+HIGH:TLS_AES_128_GCM_SHA256'
    for (const tls of [NATIVE, OURS]) {
      const reused: (boolean | null)[] = []
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const { server, port } = await listen(
          tls,
          { cert: undefined, key: undefined, ciphers, maxVersion, pskCallback: () => psk },
          (socket) => socket.end(`${socket.isSessionReused()}`),
        )
        const socket = tls.connect({
          port,
          host: '127.0.0.1',
          ciphers,
          pskCallback: () => ({ psk, identity: 'me' }),
          checkServerIdentity: () => undefined,
        })
        const text = await new Promise((resolve) => socket.once('data', (chunk) => resolve(`${chunk}`)))
        expect(text).toBe(`${socket.isSessionReused()}`)
        reused.push(socket.isSessionReused())
        socket.destroy()
        server.close()
      }
      expect(reused).toEqual([false, true])
    }
  })
})
