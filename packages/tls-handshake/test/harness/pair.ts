import { type ClientConfig, type Connection, type ServerConfig, TlsConnection, type TlsEvent } from '../../src/index.ts'
import { credential, parseCertificate } from './credentials.ts'
import { provider as defaultProvider } from './provider.ts'

export const accept = () => ({ ok: true })

export function clientConfig(overrides: Partial<ClientConfig> = {}): ClientConfig {
  return {
    provider: defaultProvider,
    versions: [0x0304],
    parseCertificate,
    verifyPeer: accept,
    serverName: 'localhost',
    ...overrides,
  }
}

export function serverConfig(overrides: Partial<ServerConfig> = {}): ServerConfig {
  return {
    provider: defaultProvider,
    versions: [0x0304],
    parseCertificate,
    verifyPeer: accept,
    credentials: [credential('p256')],
    ...overrides,
  }
}

export const join = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces))
export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
export const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value)

/** One end, with everything that has happened on it. */
export class End {
  readonly events: TlsEvent[] = []
  readonly received: Uint8Array[] = []

  constructor(readonly tls: Connection) {}

  drain(): void {
    for (const event of this.tls.takeEvents()) {
      if (event.type === 'data') this.received.push(event.bytes.slice())
      this.events.push(event)
    }
  }

  get types(): string[] {
    return this.events.map(({ type }) => type)
  }

  get data(): Uint8Array {
    return join(this.received)
  }

  get text(): string {
    return text(this.data)
  }

  event<T extends TlsEvent['type']>(type: T): Extract<TlsEvent, { type: T }> | undefined {
    return this.events.find((event): event is Extract<TlsEvent, { type: T }> => event.type === type)
  }

  all<T extends TlsEvent['type']>(type: T): Extract<TlsEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<TlsEvent, { type: T }> => event.type === type)
  }
}

export interface Pair {
  readonly client: End
  readonly server: End
}

export type Deliver = (to: Connection, bytes: Uint8Array) => void

/** Whole, as it came. */
export const whole: Deliver = (to, bytes) => to.receive(bytes)
/** One byte at a time, from a buffer that is reused, so that nothing may be kept of it. */
export const bytewise: Deliver = (to, bytes) => {
  const buffer = new Uint8Array(1)
  for (const byte of bytes) {
    buffer[0] = byte
    to.receive(buffer)
  }
}

export function connect(client: ClientConfig, server: ServerConfig): Pair {
  return { client: new End(TlsConnection.client(client)), server: new End(TlsConnection.server(server)) }
}

/** Carries bytes both ways until neither side has any. @returns what was carried */
export function pump(
  { client, server }: Pair,
  deliver: Deliver = whole,
): { toServer: Uint8Array; toClient: Uint8Array } {
  const toServer: Uint8Array[] = []
  const toClient: Uint8Array[] = []
  for (let quiet = false; !quiet; ) {
    quiet = true
    const up = join(client.tls.takeOutput())
    client.drain()
    if (up.length > 0) {
      quiet = false
      toServer.push(up.slice())
      deliver(server.tls, up)
      server.drain()
    }
    const down = join(server.tls.takeOutput())
    server.drain()
    if (down.length > 0) {
      quiet = false
      toClient.push(down.slice())
      deliver(client.tls, down)
      client.drain()
    }
  }
  return { toServer: join(toServer), toClient: join(toClient) }
}

/** The same where steps are answered with promises. */
export async function pumpAsync(pair: Pair, deliver: Deliver = whole): Promise<void> {
  for (;;) {
    const { toServer, toClient } = pump(pair, deliver)
    if (toServer.length + toClient.length > 0) continue
    if (pair.client.tls.waiting === undefined && pair.server.tls.waiting === undefined) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A handshake between two configurations, to its end. */
export function handshake(
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
  deliver: Deliver = whole,
): Pair {
  const pair = connect(clientConfig(client), serverConfig(server))
  pump(pair, deliver)
  return pair
}
