import net from 'node:net'
import { nodeProvider } from '@x/crypto-primitives/node'
import {
  CIPHER_SUITES_12,
  type ClientConfig,
  type Credential,
  cipherSuite12,
  type ServerConfig,
  TlsConnection,
  type TlsEvent,
} from '@x/tls-handshake'
import { parseCertificates, parsePrivateKey } from '@x/x509'
import { peerCertificateReader } from '@x/x509/tls'

/** A connection of ours over TCP, with all that the `tls` layer above it does not show. */
export class Connection {
  readonly events: TlsEvent[] = []
  text = ''
  #wake: () => void = () => {}

  constructor(
    readonly tls: TlsConnection,
    readonly socket: net.Socket,
  ) {
    tls.onWake = () => this.turn()
    socket.on('data', (bytes) => {
      tls.receive(bytes)
      this.turn()
    })
    socket.on('end', () => {
      tls.receiveEnd()
      this.turn()
    })
    socket.on('error', () => {})
    this.turn()
  }

  /** Takes what has happened, and sends what there is to send. */
  turn(): void {
    for (const event of this.tls.takeEvents()) {
      if (event.type === 'data') this.text += Buffer.from(event.bytes).toString()
      this.events.push(event)
    }
    for (const piece of this.tls.takeOutput()) this.socket.write(piece)
    this.#wake()
  }

  send(text: string): void {
    this.tls.write(new Uint8Array(Buffer.from(text)))
    this.turn()
  }

  /** Until `done`, or an error of the connection. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.tls.error) throw this.tls.error
      if (this.socket.destroyed) throw new Error('the transport has closed')
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`waited too long; text so far: ${this.text}`)), 60_000)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Until this many handshakes are through. */
  handshakes(count: number): Promise<void> {
    return this.until(() => this.events.filter(({ type }) => type === 'secure').length >= count)
  }

  get session() {
    const event = this.events.find((candidate) => candidate.type === 'session')
    return event?.type === 'session' ? event.session : undefined
  }

  close(): void {
    this.tls.close()
    this.turn()
    this.socket.end()
  }
}

export function credentialFrom({ cert, key }: { cert: string; key: string }): Credential {
  return {
    chain: parseCertificates(cert).map(({ raw }) => raw),
    signer: nodeProvider.importPrivateKey(parsePrivateKey(key)),
  }
}

const parseCertificate = peerCertificateReader(nodeProvider)

const common = { provider: nodeProvider, parseCertificate, verifyPeer: () => ({ ok: true }) } as const

/** Connects when the server is up. */
export async function connect(port: number, config: Partial<ClientConfig>): Promise<Connection> {
  for (let attempt = 0; ; attempt++) {
    const socket = net.connect(port, '127.0.0.1')
    const up = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (up) {
      // An anonymous server is nobody, and is asked for by name.
      const allowUnverifiedPeer = config.cipherSuites?.every((id) => cipherSuite12(id)?.authentication === 'anonymous')
      const whole = { ...common, serverName: 'localhost', allowUnverifiedPeer, ...config }
      return new Connection(TlsConnection.client(whole), socket)
    }
    if (attempt > 200) throw new Error(`nobody listens on ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export interface Listener {
  readonly port: number
  /** What the next connections get. */
  config: Partial<ServerConfig>
  /** The next connection that comes in. */
  accept(): Promise<Connection>
  close(): void
}

export async function listen(): Promise<Listener> {
  const waiting: ((connection: Connection) => void)[] = []
  const server = net.createServer((socket) => {
    const connection = new Connection(TlsConnection.server({ ...common, ...listener.config }), socket)
    waiting.shift()?.(connection)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const listener: Listener = {
    port: (server.address() as net.AddressInfo).port,
    config: {},
    accept: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => server.close(),
  }
  return listener
}

export type Version12 = 0x0301 | 0x0302 | 0x0303

export const VERSIONS_12 = [
  { version: 0x0301, name: 'TLSv1', option: '-tls1' },
  { version: 0x0302, name: 'TLSv1.1', option: '-tls1_1' },
  { version: 0x0303, name: 'TLSv1.2', option: '-tls1_2' },
] as const

export const PSK = { identity: 'Client_identity', key: '0123456789abcdef' }

/** Suites of ours that work in this version. The name says all about a suite that matters here. */
export function suites12(version: number): { id: number; name: string }[] {
  return CIPHER_SUITES_12.filter(
    ({ cbc, mac, aead, only12 }) =>
      (version === 0x0303 || !only12) &&
      (aead ? nodeProvider.aeads[aead] !== undefined : cbc && nodeProvider.cbcHmac(cbc, mac!) !== undefined),
  ).map(({ id, name }) => ({ id, name }))
}

/** Our client's or server's half of a PSK suite. */
export const clientPsk = () => ({
  identity: new Uint8Array(Buffer.from(PSK.identity)),
  key: new Uint8Array(Buffer.from(PSK.key, 'hex')),
})
export const serverPsk = (identity: Uint8Array) =>
  Buffer.from(identity).toString() === PSK.identity ? new Uint8Array(Buffer.from(PSK.key, 'hex')) : null
