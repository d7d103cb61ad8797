import { hkdfExpandLabel } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { Alert, peerError, TlsError } from '@x/tls-record'
import { describe, expect, test } from 'vitest'
import { clientOfAllVersions } from '../src/client/all-versions.ts'
import { EVERY_PART } from '../src/client/every-part.ts'
import { HandshakeDriver } from '../src/handshake/driver.ts'
import type { ConnectionFacts } from '../src/handshake/facts.ts'
import type { Handshake } from '../src/handshake/handshake.ts'
import type { Keys } from '../src/handshake/keys.ts'
import { MessageBuffer } from '../src/handshake/message-buffer.ts'
import type { PeerState } from '../src/handshake/peer-state.ts'
import type { Wire } from '../src/handshake/wire.ts'
import type { ClientConfig, ServerConfig, TlsEvent } from '../src/index.ts'
import { ServerContext } from '../src/server/server-context.ts'
import { serverHandshake } from '../src/server/server-handshake.ts'
import type { ConnectionSecrets } from '../src/tls13/secrets.ts'
import { clientConfig, serverConfig, utf8 } from './harness/pair.ts'

/** CRYPTO bytes, and under how manieth keys they are protected (RFC 9001 §4.1.3: Initial, Handshake, 1-RTT). */
interface Crypto {
  readonly keys: number
  readonly bytes: Uint8Array
}

/** One side of a transport like QUIC: messages by level, and keys of its own out of the traffic secrets. */
class Endpoint implements Wire {
  // What TLS would say in its records.
  readonly reader = { version: 0, maxPlaintext: 16384, allowPlaintextAlert: false, skipEarlyData() {} }
  readonly writer = { version: 0, maxInner: 16385, peerMaxFragment: 16384, splitFirstByte: false }
  readonly closed = false
  readonly renegotiation = 'never'
  peer: PeerState | undefined
  output: Crypto[] = []
  readonly events: TlsEvent['type'][] = []
  readonly readKeys: string[] = []
  readonly writeKeys: string[] = []
  readonly facts: ConnectionFacts = {}
  readonly secrets: ConnectionSecrets = {}
  error: unknown
  woken = 0
  readonly #messages = new MessageBuffer()
  readonly #driver: HandshakeDriver

  constructor(handshake: Handshake) {
    this.#driver = new HandshakeDriver(handshake(this, this.facts, this.secrets), {
      fail: (cause) => {
        this.error ??= cause
        this.#driver.end()
      },
      woke: () => {
        this.woken++
        this.#read()
      },
    })
    this.#driver.start()
  }

  get waiting() {
    return this.#driver.question
  }

  receive({ keys, bytes }: Crypto): void {
    if (keys !== this.readKeys.length) throw peerError('unexpected_message', 'WRONG_LEVEL', 'bytes of another level')
    this.#messages.push(bytes)
    this.#read()
  }

  #read(): void {
    const driver = this.#driver
    driver.run(() => {
      for (let message = this.#next(); message; message = this.#next()) driver.receive(message)
    })
    this.#messages.keep()
  }

  #next() {
    return this.#driver.ready ? this.#messages.next() : undefined
  }

  send(message: Uint8Array): void {
    this.output.push({ keys: this.writeKeys.length, bytes: message })
  }
  changeReadKeys(keys: Keys): void {
    this.requireRecordBoundary()
    this.readKeys.push(quicKey(keys))
  }
  changeWriteKeys(keys: Keys): void {
    this.writeKeys.push(quicKey(keys))
  }
  requireRecordBoundary(): void {
    if (this.#messages.length > 0) throw peerError('unexpected_message', 'NOT_ON_BOUNDARY', 'bytes of another level')
  }
  establishPeer(peer: PeerState): void {
    this.peer = peer
  }
  emit(event: TlsEvent): void {
    this.events.push(event.type)
  }
  complete(): void {
    this.facts.complete = true
  }
  sendChangeCipherSpec(): void {
    throw new Error('QUIC has no ChangeCipherSpec')
  }
  flush(): void {}
  enter(): void {}
  admitEarlyData(): void {}
  openEarlyData(): void {}
  closeEarlyData(): void {}
  holdOutgoing(): void {}
  openOutgoing(): void {}
  countKeyUpdate = () => 1
  peerUpdatedKeys(): void {}
  onRequestCertificate(): void {}
}

/** RFC 9001 §5.1. */
const quicKey = ({ cipher, secret }: Keys): string =>
  Buffer.from(hkdfExpandLabel(cipher!.hash, secret!, 'quic key', new Uint8Array(0), cipher!.aead.keyLength)).toString(
    'hex',
  )

const client = (overrides: Partial<ClientConfig>) =>
  new Endpoint(clientOfAllVersions(clientConfig({ middleboxCompatibility: false, ...overrides }), EVERY_PART))

const server = (overrides: Partial<ServerConfig>) =>
  new Endpoint((...connection) => serverHandshake(new ServerContext(serverConfig(overrides), ...connection)))

/** Hands on what there is, in pieces of so many bytes. */
async function converse(a: Endpoint, b: Endpoint, piece = 1000): Promise<void> {
  for (let turn = 0; turn < 12; turn++) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const { keys, bytes } of from.output.splice(0)) {
        for (let at = 0; at < bytes.length; at += piece) to.receive({ keys, bytes: bytes.slice(at, at + piece) })
      }
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('a transport without records needs the driver alone', () => {
  const alpnProtocols = [utf8('h3')]
  for (const [name, provider] of Object.entries({ node: nodeProvider, portable: portableProvider })) {
    for (const piece of [1, 1000]) {
      test(`${name}, ${piece} bytes at a time`, async () => {
        const a = client({ alpnProtocols, provider })
        const b = server({ alpnProtocols, provider })
        await converse(a, b, piece)
        expect([a.error, b.error]).toEqual([undefined, undefined])
        expect([a.facts.complete, b.facts.complete]).toEqual([true, true])
        expect(a.peer?.alpnProtocol).toEqual(utf8('h3'))
        expect(b.peer?.alpnProtocol).toEqual(utf8('h3'))
        expect(a.secrets.exporter).toEqual(b.secrets.exporter)
        // Handshake and 1-RTT, each key at both ends.
        expect(a.readKeys).toHaveLength(2)
        expect([a.readKeys, a.writeKeys]).toEqual([b.writeKeys, b.readKeys])
        expect(a.events.filter((type) => type === 'session')).toHaveLength(2)
      })
    }
  }

  test('a question that is answered later', async () => {
    let answer: (verdict: { ok: boolean }) => void = () => {}
    const a = client({ verifyPeer: () => new Promise((resolve) => (answer = resolve)) })
    const b = server({})
    await converse(a, b)
    expect([a.waiting, a.facts.complete]).toEqual(['verifyPeer', undefined])
    answer({ ok: true })
    await converse(a, b)
    expect([a.waiting, a.facts.complete, a.woken]).toEqual([undefined, true, 1])
  })

  test('a message that is not expected, and a verdict that is no', async () => {
    const early = server({})
    early.receive({ keys: 0, bytes: Uint8Array.of(20, 0, 0, 0) })
    expect(early.error).toMatchObject({ reason: 'UNEXPECTED_MESSAGE', alert: Alert.unexpected_message })

    const a = client({ verifyPeer: () => ({ ok: false }) })
    await converse(a, server({}))
    expect(a.error).toBeInstanceOf(TlsError)
    expect(a.peer).toBeUndefined()
    expect(a.facts.complete).toBeUndefined()
  })
})
