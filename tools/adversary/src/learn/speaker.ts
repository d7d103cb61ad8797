import { nodeProvider } from '@x/crypto-primitives/node'
import { alertName, handshakeTypeName, type TlsConfig } from '@x/tls-handshake'
import { ByteQueue, RecordWriter } from '@x/tls-record'
import type { Connection } from '../../../../packages/tls-handshake/src/connection.ts'
import { OVER } from './system.ts'

/**
 * A peer that says whatever it is told to say next, as well as it can: with the keys of the moment, and the transcript
 * of what was said. It hears the victim's messages in the clear, from the victim itself.
 */
export abstract class Speaker {
  protected readonly writer = new RecordWriter()
  protected readonly provider = nodeProvider
  /** All handshake messages of this handshake. */
  protected transcript: Uint8Array[] = []
  #answers: string[] = []
  protected victim!: Connection

  /** For the victim's configuration: what it says is heard here. */
  protected readonly listening: Pick<TlsConfig, 'onMessage'> = {
    onMessage: (direction, type, bytes) => {
      if (direction !== 'write') return
      if (type === 21) this.#answers.push(`alert:${alertName(bytes[1])}`)
      else if (type === 20) this.#answers.push('ccs')
      else {
        this.#answers.push(handshakeTypeName(bytes[0]))
        this.heard(bytes.slice())
      }
    },
  }

  /** Takes note of a message of the victim's. */
  protected abstract heard(message: Uint8Array): void

  /** Says a letter. */
  protected abstract say(letter: string): void

  /** @returns what the victim said and did */
  speak(letter: string): string {
    if (this.victim.error || this.victim.peerClosed) return OVER
    this.#answers = []
    this.say(letter)
    return this.collect()
  }

  protected collect(): string {
    const { victim } = this
    for (const bytes of this.writer.takeOutput()) victim.receive(bytes)
    victim.takeOutput()
    for (const event of victim.takeEvents()) {
      if (event.type === 'session' || event.type === 'sessionIssued') continue
      if (event.type === 'error') this.#answers.push(`error:${event.error.reason}`)
      else this.#answers.push(event.type === 'data' && event.early ? 'earlyData' : event.type)
    }
    return this.#answers.filter((one) => one !== 'new_session_ticket').join(' ')
  }

  protected hash(...messages: Uint8Array[]): Uint8Array {
    return this.provider.hashes.sha256!.digest(...messages)
  }

  /** A message of the handshake, and of its transcript. */
  protected tell(message: Uint8Array, counts = true): void {
    if (counts) this.transcript.push(message)
    this.record(22, message)
  }

  protected record(type: number, payload: Uint8Array): void {
    const queue = new ByteQueue()
    queue.push(payload)
    if (payload.length > 0) {
      this.writer.writeQueue(type, queue)
      return
    }
    this.empty(type)
  }

  /** A record without content. */
  private empty(type: number): void {
    const { protection, version } = this.writer
    const pieces: Uint8Array[] = []
    if (protection.allocates) pieces.push(...protection.sealPieces!(type, version, new ByteQueue(), 0, 0))
    else {
      const wire = new Uint8Array(protection.sizeOf(0, 0))
      pieces.push(wire.subarray(0, protection.seal(type, version, new ByteQueue(), 0, 0, wire, 0)))
    }
    for (const bytes of [...this.writer.takeOutput(), ...pieces]) this.victim.receive(bytes)
  }

  protected plain(type: number, payload: Uint8Array): void {
    for (const bytes of this.writer.takeOutput()) this.victim.receive(bytes)
    this.victim.receive(Uint8Array.of(type, 3, 3, payload.length >> 8, payload.length & 255, ...payload))
  }
}
