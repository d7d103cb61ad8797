import { constants, generateKeyPairSync } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import net from 'node:net'
import type nativeTls from 'node:tls'
import { parsePublicKey } from '@x/x509'
import { describe, expect, it } from 'vitest'
import ours from '../src/index.ts'
import { type AnyTls, authority, leaf, listen, NATIVE, OURS, trusting } from './harness.ts'

/** What the running Node does is the expectation; where it is written out, both are held to it. */
const alike = (title: string, expected: unknown, run: (tls: AnyTls) => unknown) =>
  it(title, async () => {
    expect(await run(NATIVE)).toEqual(expected)
    expect(await run(OURS)).toEqual(expected)
  })

const closed = (socket: net.Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))
const codeOf = (run: () => unknown) => {
  try {
    run()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('as the running Node does', () => {
  alike('a connection that is refused: error, then close', ['error ECONNREFUSED', 'close true'], async (tls) => {
    const idle = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => idle.once('listening', resolve))
    const { port } = idle.address() as net.AddressInfo
    await new Promise((resolve) => idle.close(resolve))
    const seen: string[] = []
    const socket = tls.connect(trusting(port))
    socket.on('error', (error: NodeJS.ErrnoException) => seen.push(`error ${error.code}`))
    socket.on('close', (hadError) => seen.push(`close ${hadError}`))
    await closed(socket)
    return seen
  })

  alike('socket.ssl is gone with destroy(), not only when all is closed', [true, null, null], async (tls) => {
    const { server, port } = await listen(tls)
    const socket = tls.connect(trusting(port)) as nativeTls.TLSSocket & { ssl: object | null }
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    const seen = [typeof socket.ssl === 'object' && socket.ssl !== null]
    const over = closed(socket)
    socket.destroy()
    const behind = socket.ssl
    await over
    server.close()
    return [...seen, behind, socket.ssl]
  })

  it.each([
    ['a text in a record of the handshake', '16 03 01 00 05 68 65 6c 6c 6f'],
    ['a Finished, longer than any may be', '16 03 01 00 05 14 ff ff ff 00'],
    ['a ServerHello', '16 03 01 00 04 02 00 00 00'],
  ])('the first bytes of a client: %s', async (_what, bytes) => {
    const codes = []
    for (const tls of [NATIVE, OURS]) {
      const { server, port } = await listen(tls)
      const told = new Promise<string | undefined>((resolve) =>
        server.once('tlsClientError', (error: NodeJS.ErrnoException) => resolve(error.code)),
      )
      const socket = net.connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes.replaceAll(' ', ''), 'hex')))
      socket.on('error', () => {}).resume()
      codes.push(await told)
      socket.destroy()
      server.close()
    }
    expect(codes).toEqual(['ERR_SSL_UNEXPECTED_MESSAGE', 'ERR_SSL_UNEXPECTED_MESSAGE'])
  })

  alike('pskCallback of a TLS 1.2 client: once, and no hint is null', [[null], 'TLSv1.2'], async (tls) => {
    const psk = Buffer.alloc(32, 7)
    const hints: unknown[] = []
    const options = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const
    const { server, port } = await listen(tls, { ...options, cert: undefined, key: undefined, pskCallback: () => psk })
    const socket = tls.connect({
      ...options,
      port,
      host: '127.0.0.1',
      checkServerIdentity: () => undefined,
      pskCallback(hint) {
        hints.push(hint)
        return { psk, identity: 'me' }
      },
    })
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    const protocol = socket.getProtocol()
    socket.destroy()
    server.close()
    return [hints, protocol]
  })

  alike("the session that 'session' tells is getSession()'s", true, async (tls) => {
    const { server, port } = await listen(tls, {}, (socket) => socket.resume())
    const socket = tls.connect(trusting(port))
    const same = await new Promise((resolve) =>
      socket.once('session', (session: Buffer) => resolve(session.equals(socket.getSession()!))),
    )
    socket.end()
    await closed(socket)
    server.close()
    return same
  })

  alike('a TLS 1.3 ticket is good until its key is replaced: a resumption brings none', [true, 0], async (tls) => {
    const { server, port } = await listen(tls, {}, (socket) => socket.pipe(socket))
    const first = tls.connect(trusting(port))
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve))
    first.destroy()
    const second = tls.connect(trusting(port, { session }))
    let tickets = 0
    second.on('session', () => tickets++)
    second.write('x')
    await new Promise((resolve) => second.once('data', resolve))
    const reused = second.isSessionReused()
    second.destroy()
    server.close()
    return [reused, tickets]
  })

  alike('a key too short for the security level', ['ERR_SSL_EE_KEY_TOO_SMALL', undefined], (tls) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 512,
      publicKeyEncoding: { format: 'der', type: 'spki' },
      privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    })
    const short = authority.issue('short', { publicKey: parsePublicKey(publicKey) })
    const options = { cert: short.cert, key: privateKey }
    return [
      codeOf(() => tls.createSecureContext(options)),
      codeOf(() => tls.createSecureContext({ ...options, ciphers: 'DEFAULT:@SECLEVEL=0' })),
    ]
  })

  alike('a root as TRUSTED CERTIFICATE', true, async (tls) => {
    const { server, port } = await listen(tls, {}, (socket) => socket.end())
    const ca = authority.cert.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')
    const socket = tls.connect(trusting(port, { ca }))
    socket.resume()
    const authorized = await new Promise((resolve, reject) => {
      socket.once('secureConnect', () => resolve(socket.authorized))
      socket.once('error', reject)
    })
    await closed(socket)
    server.close()
    return authorized
  })

  alike('renegotiation that asks for a certificate (TLS 1.2)', [undefined, 'localhost'], async (tls) => {
    const options = {
      requestCert: false,
      rejectUnauthorized: false,
      ca: authority.cert,
      maxVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION,
    } as const
    let asked: (names: unknown[]) => void
    const names = new Promise((resolve) => {
      asked = resolve
    })
    const { server, port } = await listen(tls, options, (socket) => {
      const name = () => (socket.getPeerCertificate() as nativeTls.PeerCertificate | undefined)?.subject?.CN
      const before = name()
      socket.renegotiate({ requestCert: true, rejectUnauthorized: false }, () => {
        asked([before, name()])
        socket.end()
      })
      socket.resume()
    })
    const socket = tls.connect(trusting(port, { cert: leaf.cert, key: leaf.key }))
    socket.resume()
    await closed(socket)
    server.close()
    return names
  })
})

describe('the default authorities', () => {
  it.each([
    ['nothing that is a certificate', ['x'], 'ERR_CRYPTO_OPERATION_FAILED'],
    [
      'a certificate that cannot be read',
      [authority.cert, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
      'ERR_OSSL_PEM_ASN1_LIB',
    ],
  ])('are not replaced by %s', (_title, certs, code) => {
    const before = ours.getCACertificates('default')
    expect(codeOf(() => ours.setDefaultCACertificates(certs))).toBe(code)
    expect(ours.getCACertificates('default')).toEqual(before)
  })
})

describe('checkServerIdentity', () => {
  it('shows the name as it was given, and compares its ASCII form', () => {
    const cert = { subject: {}, subjectaltname: 'DNS:*.example.com' } as nativeTls.PeerCertificate
    expect(ours.checkServerIdentity('foo\u3002bar.example.com', cert)?.message).toContain(
      'Host: foo\u3002bar.example.com.',
    )
  })
})

it('whatever node:tls exports by name is exported here by name', async () => {
  const [native, own] = await Promise.all([import('node:tls'), import('../src/index.ts')])
  expect(Object.keys(native).filter((name) => !(name in own))).toEqual([])
})

describe("the channel 'net.client.socket'", () => {
  /** Which of Node's and our classes the sockets were of that the channel told while `run` ran. */
  async function told(tls: AnyTls, run: (port: number) => net.Socket): Promise<string[]> {
    const { server, port } = await listen(tls)
    const classes: string[] = []
    const note = (message: unknown) => {
      const { socket } = message as { socket: net.Socket }
      classes.push(socket instanceof tls.TLSSocket ? 'TLSSocket' : socket.constructor.name)
    }
    subscribe('net.client.socket', note)
    const socket = run(port)
    unsubscribe('net.client.socket', note)
    await closed(socket.on('error', () => {}).on('secureConnect', () => socket.destroy()))
    server.close()
    return classes
  }

  it('tells the TLSSocket of a connection, the net.Socket of one that is brought, and both of others', async () => {
    const runs: Record<string, (tls: AnyTls) => (port: number) => net.Socket> = {
      'by connect': (tls) => (port) => tls.connect(trusting(port)),
      'over a socket': (tls) => (port) => tls.connect(trusting(0, { socket: net.connect(port, '127.0.0.1') })),
      'two of them': (tls) => (port) => {
        tls
          .connect(trusting(port))
          .on('error', () => {})
          .destroy()
        return tls.connect(trusting(port))
      },
      'a subscriber that connects': (tls) => (port) => {
        const again = () => {
          unsubscribe('net.client.socket', again)
          net
            .connect(port, '127.0.0.1')
            .on('error', () => {})
            .destroy()
        }
        subscribe('net.client.socket', again)
        return tls.connect(trusting(port))
      },
    }
    for (const [name, run] of Object.entries(runs)) {
      expect([name, await told(OURS, run(OURS))]).toEqual([name, await told(NATIVE, run(NATIVE))])
    }
  })
})

describe('a second answer, and one that is an error', () => {
  /** What the callback gives, each time it is called with these, and what the server is told. */
  async function answered(
    tls: AnyTls,
    answers: readonly (readonly unknown[])[],
    serve: (onAnswer: (done: (...answer: never[]) => unknown) => void) => [nativeTls.TlsOptions, event?: string],
  ): Promise<unknown> {
    const seen: unknown[] = []
    const onAnswer = (done: (...answer: never[]) => unknown) => {
      for (const answer of answers) {
        const given = done(...(answer as never[]))
        seen.push(given instanceof tls.TLSSocket ? 'the socket' : given)
      }
    }
    const [options, event] = serve(onAnswer)
    const { server, port } = await listen(tls, options)
    if (event) {
      server.on(event, (...args: unknown[]) => onAnswer(args.at(-1) as never))
    }
    const told = new Promise((resolve) => {
      server.on('tlsClientError', (error: NodeJS.ErrnoException) => resolve([error.code, error.message]))
      server.on('secureConnection', () => resolve('secure'))
    })
    const socket = NATIVE.connect(trusting(port, { requestOCSP: event === 'OCSPRequest' })).on('error', () => {})
    seen.push(await told)
    socket.destroy()
    server.close()
    return seen
  }

  const yes = [null, undefined] as const
  const no = [new Error('no')] as const
  it.each([
    ['SNICallback', [yes, yes], undefined],
    ['SNICallback', [no, no], undefined],
    ['SNICallback', [yes], undefined],
    ['OCSPRequest', [yes, yes], 'OCSPRequest'],
    ['OCSPRequest', [no], 'OCSPRequest'],
    ['resumeSession', [yes, yes], 'resumeSession'],
    ['resumeSession', [no], 'resumeSession'],
  ] as const)('%s: %j', async (_name, answers, event) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const serve = (onAnswer: (done: (...answer: never[]) => unknown) => void): [nativeTls.TlsOptions, string?] => [
        { maxVersion, ...(event ? {} : { SNICallback: (_host, done) => onAnswer(done as never) }) },
        event,
      ]
      expect(await answered(OURS, answers, serve)).toEqual(await answered(NATIVE, answers, serve))
    }
  })

  it('setKeyCert with nothing to show', async () => {
    expect(await shownNothing(OURS)).toEqual(await shownNothing(NATIVE))
  })

  async function shownNothing(tls: AnyTls): Promise<unknown> {
    const { server, port } = await listen(tls)
    const accepted = new Promise<nativeTls.TLSSocket>((resolve) => server.once('secureConnection', resolve))
    const client = NATIVE.connect(trusting(port)).on('error', () => {})
    const socket = (await accepted) as unknown as { setKeyCert(context: object): void; destroy(): void }
    let error: NodeJS.ErrnoException | undefined
    try {
      socket.setKeyCert({})
    } catch (thrown) {
      error = thrown as NodeJS.ErrnoException
    }
    socket.destroy()
    client.destroy()
    server.close()
    return [error?.message, error?.code]
  }
})
