import type net from 'node:net'
import nativeTls from 'node:tls'
import type { Session } from '@x/tls-handshake'
import { CIPHER_SUITES_12 } from '@x/tls-handshake'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authority, leafFor } from '../certificates.ts'
import {
  clientPsk,
  connect,
  credentialFrom,
  type Listener,
  listen,
  PSK,
  serverPsk,
  suites12,
  VERSIONS_12,
} from '../direct.ts'

/** Everything that Node's OpenSSL was built with. */
const ALL = 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'
/** Suites that OpenSSL builds only with enable-weak-ssl-ciphers. */
const weak = ({ name }: { name: string }): boolean => name.includes('3DES')
const cases = (version: number) => suites12(version).filter((suite) => !weak(suite))
const key = Buffer.from(PSK.key, 'hex')
const keys = ['RSA-2048', 'P-256', 'Ed25519'] as const

describe.each(VERSIONS_12)('the server of the running Node, $name', ({ version, name: protocol }) => {
  let server: nativeTls.Server
  let port: number
  beforeAll(async () => {
    server = nativeTls.createServer(
      {
        cert: [leafFor('RSA-2048').cert, leafFor('P-256').cert],
        key: [leafFor('RSA-2048').key, leafFor('P-256').key],
        ca: authority.cert,
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: protocol,
        maxVersion: protocol,
        ciphers: ALL,
        dhparam: 'auto',
        pskCallback: (_socket, identity) => (identity === PSK.identity ? key : null),
      },
      (socket) => {
        socket.on('error', () => {})
        socket.write(`${socket.getCipher().standardName} ${socket.getPeerCertificate().serialNumber}\n`)
        socket.pipe(socket)
      },
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as net.AddressInfo).port
  })
  afterAll(() => server.close())
  const client = (overrides: Parameters<typeof connect>[1] = {}) =>
    connect(port, { versions: [version], cipherSuites: [0xc013], pskCallback: clientPsk, ...overrides })

  it.each(cases(version))('$name', async ({ id, name }) => {
    const connection = await client({ cipherSuites: [id] })
    await connection.until(() => connection.text.includes('\n'))
    expect(connection.text).toContain(name)
    connection.send('there and back')
    await connection.until(() => connection.text.endsWith('there and back'))
    connection.tls.renegotiate()
    connection.turn()
    await connection.handshakes(2)
    connection.send('and again')
    await connection.until(() => connection.text.endsWith('and again'))
    connection.close()
  })

  it('resumes by ticket', async () => {
    const first = await client()
    await first.until(() => first.session !== undefined && first.text.includes('\n'))
    first.close()
    const second = await client({ session: first.session as Session })
    await second.handshakes(1)
    expect(second.tls.resumed).toBe(true)
    second.close()
  })

  it.each(keys.filter((kind) => version === 0x0303 || kind !== 'Ed25519'))('client certificate %s', async (kind) => {
    const connection = await client({ credentials: [credentialFrom(leafFor(kind))] })
    await connection.until(() => connection.text.includes('\n'))
    expect(connection.text).not.toContain('undefined')
    connection.close()
  })
})

describe.each(VERSIONS_12)('the client of the running Node, $name', ({ version, name: protocol }) => {
  let listener: Listener
  beforeAll(async () => {
    listener = await listen()
  })
  afterAll(() => listener.close())
  const serve = (overrides: Listener['config'] = {}) => {
    listener.config = {
      versions: [version],
      cipherSuites: [0xc013],
      credentials: [credentialFrom(leafFor('RSA-2048')), credentialFrom(leafFor('P-256'))],
      dhParameters: 'auto',
      pskCallback: serverPsk,
      renegotiation: 'freely',
      ...overrides,
    }
    return listener.accept()
  }
  const client = (options: nativeTls.ConnectionOptions = {}, psk = false): nativeTls.TLSSocket =>
    nativeTls.connect({
      port: listener.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: authority.cert,
      minVersion: protocol,
      maxVersion: protocol,
      ciphers: ALL,
      minDHSize: 1024,
      ...(psk && {
        pskCallback: () => ({ psk: key, identity: PSK.identity }),
        checkServerIdentity: () => undefined,
      }),
      rejectUnauthorized: false,
      ...options,
    })
  /** So many characters: TLS 1.0 brings the first of them alone. */
  const data = (socket: nativeTls.TLSSocket, length: number) =>
    new Promise<string>((resolve, reject) => {
      let text = ''
      socket.on('data', (bytes) => {
        text += bytes
        if (text.length >= length) resolve(text)
      })
      socket.once('error', reject)
    })

  it.each(cases(version))('$name', async ({ id, name }) => {
    const accepted = serve({ cipherSuites: [id] })
    const socket = client({}, name.includes('PSK'))
    const received = data(socket, 15)
    const connection = await accepted
    await connection.handshakes(1)
    connection.send('from the server')
    expect(await received).toBe('from the server')
    expect(socket.getCipher().standardName).toBe(name)
    expect(CIPHER_SUITES_12.some((suite) => suite.name === name)).toBe(true)
    socket.write('from the client')
    await connection.until(() => connection.text === 'from the client')
    connection.tls.renegotiate()
    connection.turn()
    await connection.handshakes(2)
    socket.destroy()
  })

  it('a renegotiation that the client wants', async () => {
    const accepted = serve()
    const socket = client()
    const secure = new Promise((resolve) => socket.once('secureConnect', resolve))
    const connection = await accepted
    await connection.handshakes(1)
    await secure
    const done = new Promise<Error | null>((resolve) => socket.renegotiate({}, resolve))
    await connection.handshakes(2)
    expect(await done).toBeNull()
    socket.destroy()
  })

  it.each([true, false])('resumes, by ticket: %s', async (tickets) => {
    const sessions = new Map<string, Session>()
    const name = (id: Uint8Array) => Buffer.from(id).toString('hex')
    const overrides: Listener['config'] = {
      tickets,
      ticketKeys: { seal: (session) => session.slice(), open: (session) => ({ session, renew: false }) },
      sessionStore: {
        get: (id) => sessions.get(name(id)),
        set: (id, session) => void sessions.set(name(id), session),
        delete: (id) => void sessions.delete(name(id)),
      },
    }
    const accepted = serve(overrides)
    const first = client()
    const session = new Promise<Buffer>((resolve) => first.once('session', resolve))
    await (await accepted).handshakes(1)
    const again = serve(overrides)
    const second = client({ session: await session })
    const connection = await again
    await connection.handshakes(1)
    expect(connection.tls.resumed).toBe(true)
    first.destroy()
    second.destroy()
  })

  it.each(keys.filter((kind) => version === 0x0303 || kind !== 'Ed25519'))('client certificate %s', async (kind) => {
    const accepted = serve({ requestCertificate: true, requireCertificate: true })
    const socket = client({ ...leafFor(kind) })
    const connection = await accepted
    await connection.handshakes(1)
    expect(connection.tls.peerCertificates![0]).toEqual(credentialFrom(leafFor(kind)).chain[0])
    socket.destroy()
  })
})
