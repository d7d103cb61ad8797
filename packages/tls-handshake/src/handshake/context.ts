import type { CryptoProvider, Hash } from '@x/crypto-primitives'
import { answered, Bare, kind, localError } from '@x/tls-record'
import { EMPTY, hex } from '../codec/bytes.ts'
import type { TlsConfig } from '../config.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import type { ConnectionSecrets } from '../tls13/secrets.ts'
import { Transcript } from '../tls13/transcript.ts'
import type { ConnectionFacts } from './facts.ts'
import type { PeerState, PendingPeer } from './peer-state.ts'
import type { Wire } from './wire.ts'

interface RecordLimits {
  readonly send: number
  readonly receive: number
}

export const NO_LIMITS: RecordLimits = { send: 16384, receive: 16384 }

const instant = /* @__PURE__ */ kind(
  'milliseconds since 1970',
  (value) => Number.isFinite(value) && value >= 0 && value <= 8.64e15 /* what a Date can hold */,
)

/** What both sides of a handshake have: configuration, connection, transcript. */
export class HandshakeContext<Config extends TlsConfig> {
  transcript = new Transcript()
  /** TLS up to 1.2: content of a record at most, bytes, under the keys of this handshake. */
  recordLimits: RecordLimits = NO_LIMITS
  /** The peer shows a raw public key, not certificates (RFC 7250). */
  rawPeer = false
  /** What this handshake has learned of the peer; a renegotiation begins another. */
  pending: PendingPeer = new Bare()

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
    // NaN would be in no order with any date, and no session would ever end.
    return this.config.now ? answered('now', instant, this.config.now()) : Date.now()
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

  /** What the peer's Certificate holds. @param list its entries */
  peerShows(list: readonly Uint8Array[]): void {
    const { pending, rawPeer } = this
    pending.certificates = rawPeer ? [] : list
    pending.rawPublicKey = rawPeer ? list[0] : undefined
  }

  /** The peer's Finished has been checked: what was learned of it holds from here on. */
  establishPeer(finished: Uint8Array): void {
    const { pending } = this
    pending.version = this.facts.version
    pending.finished = finished
    if (pending.certificates) pending.certificates = Object.freeze([...pending.certificates])
    this.wire.establishPeer(pending as PeerState)
  }

  /** Application data is about to go by what is known so far, before the peer's Finished: early data, False Start. */
  presumePeer(): void {
    this.wire.establishPeer(
      Object.assign(new Bare(), this.pending, { version: this.facts.version, finished: EMPTY }) as PeerState,
    )
  }

  /** A line of the NSS key log, where one is kept. */
  logSecret(label: string, clientRandom: Uint8Array, secret: Uint8Array): void {
    if (this.config.onKeyLog) this.config.onKeyLog(`${label} ${hex(clientRandom)} ${hex(secret)}`)
  }
}
