import type { ClientConfig, ServerConfig } from '@x/tls-handshake'
import { MessageBuffer } from '../../../packages/tls-handshake/src/handshake/message-buffer.ts'
import { Transcript } from '../../../packages/tls-handshake/src/tls13/transcript.ts'
import { EvilPeer } from '../../../packages/tls-handshake/test/harness/evil.ts'
import type { Deed, Plan } from './lies.ts'

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

/** A handshake message of this type. */
function message(type: number, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + body.length)
  out.set([type, body.length >> 16, (body.length >> 8) & 255, body.length & 255])
  out.set(body, 4)
  return out
}

/**
 * The part of a message that is as long whichever stack it goes to, so that a lie hits the same byte of it: a ticket stands
 * at the end of a hello of TLS 1.3, the name of a request at the beginning of a Certificate that comes later.
 */
function likeForAll(message: Uint8Array): { from: number; to: number } {
  const whole = { from: 0, to: message.length }
  if (message[0] === 11) return { ...whole, from: message[4] > 0 && message[4] <= 32 ? 5 + message[4] : 0 }
  if (message[0] !== 1) return whole
  const u16 = (at: number): number => (message[at] << 8) | message[at + 1]
  let at = 39 + (message[38] ?? 0)
  at += 2 + u16(at)
  at += 1 + (message[at] ?? 0) + 2
  while (at + 4 <= message.length && u16(at) !== PRE_SHARED_KEY) at += 4 + u16(at + 2)
  return at + 4 <= message.length ? { from: 0, to: at } : whole
}

const PRE_SHARED_KEY = 41

/** Whoever is speaking now: a transcript does not say whose it is. */
let speaker: Liar | undefined

const addAsMeant = Transcript.prototype.add
/** Where the speaker keeps to its story, its transcript holds what it says. */
Transcript.prototype.add = function (this: Transcript, meant: Uint8Array): void {
  for (const one of speaker?.inTranscript(meant) ?? [meant]) addAsMeant.call(this, one)
}

/** A peer that runs our own handshake, and lies by a plan. */
export class Liar {
  readonly peer: EvilPeer
  readonly #received = new WeakSet<Uint8Array>()
  readonly #heard: Uint8Array[] = []
  readonly #told: Uint8Array[] = []
  readonly #decided = new WeakMap<Uint8Array, readonly Uint8Array[]>()
  #late: Uint8Array | undefined
  /** Messages that it has meant to send so far. */
  count = 0
  failed: unknown

  constructor(
    side: 'client' | 'server',
    config: ClientConfig | ServerConfig,
    private readonly plan: Plan,
    /** Has the peer show another identity from here on. */
    private readonly become: (identity: string) => void,
  ) {
    speaker = this
    try {
      this.peer = new EvilPeer(side, config, (meant, _type, peer) => this.#say(meant, peer))
    } finally {
      speaker = undefined
    }
    const received = this.#received
    const heard = this.#heard
    this.peer.messages.next = function (this: MessageBuffer) {
      const next = MessageBuffer.prototype.next.call(this)
      if (next) {
        received.add(next.raw)
        heard.push(next.raw)
      }
      return next
    }
  }

  receive(bytes: Uint8Array): void {
    this.#speak(() => this.peer.receive(bytes))
  }

  takeOutput(): Uint8Array {
    return this.peer.takeOutput()
  }

  do(deed: Deed): void {
    this.#speak(() => {
      const { peer } = this
      if (deed.kind === 'data') peer.record(23, new TextEncoder().encode(deed.text))
      else if (deed.kind === 'record') peer.record(deed.type, fromHex(deed.payload))
      else if (deed.kind === 'plain') peer.plain(deed.type, fromHex(deed.payload))
      else if (deed.kind === 'say') peer.say(message(deed.type, fromHex(deed.body)))
      else if (deed.kind === 'ask') peer.requestCertificate()
      else {
        this.become(deed.as)
        peer.renegotiate()
      }
    })
  }

  /** What the transcript holds of a message that was received, or is meant to be sent. */
  inTranscript(meant: Uint8Array): readonly Uint8Array[] {
    if (this.#received.has(meant)) return [meant]
    const said = this.#decide(meant)
    return this.plan.consistent ? said : [meant]
  }

  #speak(act: () => void): void {
    const before = speaker
    speaker = this
    try {
      act()
    } catch (error) {
      // A story that has run into a wall: nothing more comes of it.
      this.failed ??= error
    } finally {
      speaker = before
    }
  }

  #say(meant: Uint8Array, peer: EvilPeer): readonly Uint8Array[] {
    const said = this.#decide(meant)
    for (const lie of this.plan.lies) {
      if (lie.at !== this.count - 1) continue
      if (lie.kind === 'record') peer.record(lie.type, fromHex(lie.payload))
      else if (lie.kind === 'plain') peer.plain(lie.type, fromHex(lie.payload))
      else if (lie.kind === 'unpack') peer.unpacked = true
    }
    this.#told.push(...said)
    return said
  }

  #decide(meant: Uint8Array): readonly Uint8Array[] {
    const known = this.#decided.get(meant)
    if (known) return known
    const at = this.count++
    let said: Uint8Array[] = [meant]
    for (const lie of this.plan.lies) if (lie.at === at) said = this.#apply(lie, said, meant)
    if (this.#late && !said.includes(this.#late)) {
      said.push(this.#late)
      this.#late = undefined
    }
    this.#decided.set(meant, said)
    return said
  }

  #apply(lie: Plan['lies'][number], said: Uint8Array[], meant: Uint8Array): Uint8Array[] {
    const rest = said.slice(0, -1)
    const last = (said.at(-1) ?? meant).slice()
    switch (lie.kind) {
      case 'drop':
        return rest
      case 'double':
        return [...said, last]
      case 'late':
        this.#late = last
        return rest
      case 'cut':
      case 'grow': {
        const length = Math.max(4, last.length + (lie.kind === 'cut' ? -lie.bytes : lie.bytes))
        const out = new Uint8Array(length)
        out.set(last.subarray(0, length))
        return [...rest, lie.mend ? message(last[0], out.subarray(4)) : out]
      }
      case 'flip': {
        const { from, to } = likeForAll(last)
        last[from + Math.floor(lie.place * (to - from))] ^= lie.mask
        return [...rest, last]
      }
      case 'set16': {
        const { from, to } = likeForAll(last)
        const place = from + Math.floor(lie.place * Math.max(0, to - from - 1))
        last.set([lie.value >> 8, lie.value & 255].slice(0, last.length - place), place)
        return [...rest, last]
      }
      case 'retype':
        last[0] = lie.type
        return [...rest, last]
      case 'replace':
        return [...rest, message(lie.type, fromHex(lie.body))]
      case 'insert':
        return [...rest, message(lie.type, fromHex(lie.body)), last]
      case 'repeat':
      case 'reflect': {
        const from = lie.kind === 'repeat' ? this.#told : this.#heard
        const old = from.at(-1 - lie.ago)
        return old ? [...rest, old.slice(), last] : said
      }
      default:
        return said
    }
  }
}
