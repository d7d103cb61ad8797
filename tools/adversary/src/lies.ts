import type { Random } from './random.ts'

/** One lie of a peer, as data. Messages are counted from the first one it means to send. */
export type Lie =
  | { readonly at: number; readonly kind: 'drop' }
  | { readonly at: number; readonly kind: 'double' }
  /** Sent behind the next one. */
  | { readonly at: number; readonly kind: 'late' }
  /** Bytes cut off its end, or put there; with `mend` its header says the new length. */
  | { readonly at: number; readonly kind: 'cut' | 'grow'; readonly bytes: number; readonly mend: boolean }
  /** Bits changed at a place from 0 (first byte) to 1 (last one). */
  | { readonly at: number; readonly kind: 'flip'; readonly place: number; readonly mask: number }
  /** A length field somewhere: two bytes set. */
  | { readonly at: number; readonly kind: 'set16'; readonly place: number; readonly value: number }
  | { readonly at: number; readonly kind: 'retype'; readonly type: number }
  /** In its place, or in front of it, a message of this type and content. */
  | { readonly at: number; readonly kind: 'replace' | 'insert'; readonly type: number; readonly body: string }
  /** In front of it: a message that this side said before, or that the other side said, so many ago. */
  | { readonly at: number; readonly kind: 'repeat' | 'reflect'; readonly ago: number }
  /** In front of it, a record under the keys of the moment, or in plaintext. */
  | { readonly at: number; readonly kind: 'record' | 'plain'; readonly type: number; readonly payload: string }
  /** Each message from here on in a record of its own; or in records of one byte. */
  | { readonly at: number; readonly kind: 'unpack' }

/** What a peer does once the handshake is over. */
export type Deed =
  | { readonly kind: 'data'; readonly text: string }
  | { readonly kind: 'record'; readonly type: number; readonly payload: string }
  | { readonly kind: 'say'; readonly type: number; readonly body: string }
  | { readonly kind: 'renegotiate'; readonly as: string }
  /** TLS 1.3: the server asks for the client's certificate; a peer that is the client shows this one. */
  | { readonly kind: 'ask'; readonly as: string }
  | { readonly kind: 'plain'; readonly type: number; readonly payload: string }

export interface Plan {
  readonly scene: string
  readonly lies: readonly Lie[]
  /** Its transcript holds what it said, instead of what it should have said. */
  readonly consistent: boolean
  readonly deeds: readonly Deed[]
}

const TYPES = [0, 1, 2, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 22, 23, 24, 25, 67, 254]
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Bodies that are right for some message, and those that are for none. */
const BODIES = ['', '00', '01', '000000', '0000', '00000000', '0c', '0403000100', '0000000000000000000000000000']

/** Alerts of each level, ChangeCipherSpecs, data, heartbeats, things unknown. */
function record(random: Random): { type: number; payload: string } {
  switch (random.below(8)) {
    case 0:
    case 1:
      return {
        type: 21,
        payload: hex(Uint8Array.of(random.pick([1, 1, 1, 2, 0]), random.pick([0, 0, 10, 41, 90, 100, 110, 112, 255]))),
      }
    case 2:
      return { type: 20, payload: random.pick(['01', '01', '00', '0101', '']) }
    case 3:
    case 4:
    case 5:
      return {
        type: 23,
        payload: random.pick([
          hex(new TextEncoder().encode('smuggled')),
          hex(new TextEncoder().encode('smuggled')),
          '',
        ]),
      }
    case 6:
      return { type: 22, payload: random.pick(['', '00000000', '18000001', '0000']) }
    default:
      return { type: random.pick([24, 25, 0, 99]), payload: hex(random.bytes(random.below(4))) }
  }
}

function lie(random: Random, at: number): Lie {
  switch (random.below(15)) {
    case 0:
    case 1:
      return { at, kind: 'drop' }
    case 2:
      return { at, kind: 'double' }
    case 3:
      return { at, kind: 'late' }
    case 4:
      return { at, kind: random.pick(['cut', 'grow']), bytes: 1 + random.below(4), mend: !random.once(4) }
    case 5:
    case 6:
    case 7:
      return { at, kind: 'flip', place: random.below(1000) / 1000, mask: 1 << random.below(8) }
    case 8:
      return {
        at,
        kind: 'set16',
        place: random.below(1000) / 1000,
        value: random.pick([0, 1, 2, 0xffff, random.below(65536)]),
      }
    case 9:
      return { at, kind: 'retype', type: random.pick(TYPES) }
    case 10:
      return { at, kind: random.pick(['replace', 'insert']), type: random.pick(TYPES), body: random.pick(BODIES) }
    case 11:
      return { at, kind: random.pick(['repeat', 'reflect']), ago: random.below(4) }
    case 12:
    case 13:
      return { at, kind: random.once(4) ? 'plain' : 'record', ...record(random) }
    default:
      return { at, kind: 'unpack' }
  }
}

function deed(random: Random, identities: readonly string[], asks: boolean): Deed {
  switch (random.below(7)) {
    case 0:
    case 1:
      return { kind: 'record', ...record(random) }
    case 2:
      return { kind: 'say', type: random.pick(TYPES), body: random.pick(BODIES) }
    case 3:
    case 4:
      return { kind: asks ? 'ask' : 'renegotiate', as: random.pick(identities) }
    case 5:
      return { kind: 'plain', ...record(random) }
    default:
      return { kind: 'data', text: 'more' }
  }
}

/** What a conversation is for: a word, authentication where it comes later, another word. */
export const usualDeeds = (asks: boolean, as: string): Deed[] => [
  { kind: 'data', text: 'hello' },
  ...(asks ? [{ kind: 'ask', as } as const] : []),
  { kind: 'data', text: 'bye' },
]

/**
 * A plan for a conversation.
 *
 * @param messages that an honest peer of this scene sends, so that lies fall where there is something to lie about
 * @param identities that it can show in a renegotiation
 * @param asks the server asks for certificates after the handshake
 */
export function makePlan(
  random: Random,
  scene: string,
  messages: number,
  identities: readonly string[],
  asks = false,
): Plan {
  const lies = Array.from({ length: random.pick([0, 1, 1, 1, 1, 2, 2, 3]) }, () => lie(random, random.below(messages)))
  const deeds: Deed[] = usualDeeds(asks, asks ? random.pick(identities) : '')
  for (let i = random.pick([0, 0, 0, 1, 1, 2]); i > 0; i--) deeds.splice(-1, 0, deed(random, identities, asks))
  return { scene, lies, consistent: random.once(2), deeds }
}
