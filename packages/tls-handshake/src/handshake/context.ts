import type { CryptoProvider, Hash } from '@x/crypto-primitives'
import { localError } from '@x/tls-record'
import { hex } from '../codec/bytes.ts'
import type { TlsConfig } from '../config.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import type { ConnectionSecrets } from '../tls13/secrets.ts'
import { Transcript } from '../tls13/transcript.ts'
import type { ConnectionFacts } from './facts.ts'
import type { Wire } from './wire.ts'

/** What both sides of a handshake have: configuration, connection, transcript. */
export class HandshakeContext<Config extends TlsConfig> {
  transcript = new Transcript()

  constructor(
    /** A server's first hook may replace it. */
    public config: Config,
    readonly wire: Wire,
    readonly facts: ConnectionFacts,
    readonly secrets: ConnectionSecrets,
  ) {}

  /** PSK key exchange modes that are allowed. */
  get pskModes(): readonly ('psk_dhe_ke' | 'psk_ke')[] {
    return this.config.pskModes ?? ['psk_dhe_ke']
  }

  get provider(): CryptoProvider {
    return this.config.provider
  }

  now(): number {
    return this.config.now ? this.config.now() : Date.now()
  }

  /** Sends a message that is part of the transcript. */
  send(message: Uint8Array): void {
    this.transcript.add(message)
    this.wire.send(message)
  }

  /** Adds a received message to the transcript. */
  received(message: HandshakeMessage): void {
    this.transcript.add(message.raw)
  }

  hash(name: Hash['name']): Hash {
    const hash = this.provider.hashes[name]
    if (hash === undefined) throw localError('UNSUPPORTED_ALGORITHM', `the provider has no ${name}`)
    return hash
  }

  /** A line of the NSS key log, where one is kept. */
  logSecret(label: string, clientRandom: Uint8Array, secret: Uint8Array): void {
    if (this.config.onKeyLog) this.config.onKeyLog(`${label} ${hex(clientRandom)} ${hex(secret)}`)
  }
}
