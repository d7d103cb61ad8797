import { type Aead, type Awaitable, type CryptoProvider, constantTimeEqual } from '@x/crypto-primitives'
import { answered, bytes, configError, isObject, localError } from '@x/tls-record'
import type { TicketProtection } from '../config.ts'
import { answer, type Flow } from '../handshake/step.ts'
import type { Session } from '../session.ts'
import { decodeSession, encodeSession } from './session-codec.ts'

const KEY_NAME = 16
/** Sessions sealed with one key, at most: random nonces of 96 bits must not repeat (SP 800-38D §8.3). */
const SEALS_PER_KEY = 0x1_0000_0000

/** A key with the name by which its tickets are known. */
interface TicketKey {
  readonly name: Uint8Array
  readonly aead: Aead
  readonly nonceLength: number
  readonly since: number
  seals: number
}

/**
 * Tickets sealed with random keys of this process, changed from time to time; the one before still opens, and asks for
 * renewal (RFC 5077 §4, with an AEAD).
 *
 * @param rotation milliseconds that a key is used
 */
export function randomTicketProtection(
  provider: CryptoProvider,
  rotation: number,
  now: () => number,
): TicketProtection {
  const algorithm =
    provider.aeads['aes-256-gcm'] ?? provider.aeads['chacha20-poly1305'] ?? provider.aeads['aes-128-gcm']
  if (algorithm === undefined)
    throw localError('UNSUPPORTED_ALGORITHM', 'the provider has no AEAD to protect tickets with')
  if (!Number.isFinite(rotation) || rotation < 0 || typeof now !== 'function')
    throw configError('INVALID_ARGUMENT', 'randomTicketProtection: rotation must be milliseconds, and now a function')
  let keys: TicketKey[] = []

  const currentKey = (): TicketKey => {
    const time = now()
    const newest = keys[0]
    if (newest === undefined || time - newest.since > rotation || newest.seals >= SEALS_PER_KEY) {
      const key = provider.randomBytes(algorithm.keyLength)
      keys.slice(1).forEach(({ aead }) => {
        aead.destroy()
      })
      keys = [
        {
          name: provider.randomBytes(KEY_NAME),
          aead: algorithm.create(key),
          nonceLength: algorithm.nonceLength,
          since: time,
          seals: 0,
        },
        ...keys.slice(0, 1),
      ]
      key.fill(0)
    }
    return keys[0]
  }

  return {
    seal(session) {
      const key = currentKey()
      key.seals++
      const start = KEY_NAME + key.nonceLength
      const ticket = new Uint8Array(start + session.length + key.aead.tagLength)
      const nonce = provider.randomBytes(key.nonceLength)
      ticket.set(key.name)
      ticket.set(nonce, KEY_NAME)
      ticket.set(session, start)
      key.aead.seal(nonce, key.name, ticket, start, session.length)
      return ticket
    },
    open(ticket) {
      const key = keys.find(({ name }) => constantTimeEqual(name, ticket.subarray(0, KEY_NAME)))
      if (key === undefined || now() - key.since > 2 * rotation) return null
      const start = KEY_NAME + key.nonceLength
      if (ticket.length < start + key.aead.tagLength) return null
      const copy = new Uint8Array(ticket)
      const session = key.aead.open(copy.subarray(KEY_NAME, start), key.name, copy, start, copy.length - start)
      return session && { session, renew: key !== keys[0] }
    },
  }
}

/** The keys of configurations that brought none: they live as long as the configuration. */
const defaults = /* @__PURE__ */ new WeakMap<object, TicketProtection>()

/** @param owner the configuration the keys belong to */
export function defaultTicketProtection(
  owner: object,
  provider: CryptoProvider,
  rotation: number,
  now: () => number,
): TicketProtection {
  let protection = defaults.get(owner)
  if (protection === undefined) {
    protection = randomTicketProtection(provider, rotation, now)
    defaults.set(owner, protection)
  }
  return protection
}

/** RFC 9846 §4.7.1, RFC 5077 §3.3: opaque ticket<..2^16-1>. */
const LONGEST_TICKET = 0xffff

/**
 * The ticket for a session; `null`: none is to be sent. A client chooses how long the chain in it is: one that is too long
 * for a ticket has none, and goes on.
 */
export function* sealTicket(protection: TicketProtection, session: Session): Flow<Uint8Array | null> {
  const ticket = yield* answer('sealTicket', () =>
    protection.sealSession ? protection.sealSession(session) : protection.seal(encodeSession(session)),
  )
  if (ticket === null || ticket === undefined) return null
  return answered('seal', bytes(1), ticket).length > LONGEST_TICKET ? null : ticket
}

/** The session of a ticket; `null` for one that is not ours, or not one any more. */
export function* openTicket(
  protection: TicketProtection,
  ticket: Uint8Array,
): Flow<{ session: Session; renew: boolean } | null> {
  const opened = yield* answer('openTicket', (): Awaitable<Opened> => {
    return protection.openSession ? protection.openSession(ticket) : protection.open(ticket)
  })
  // It comes out of others' hands: what is no session is none, and there is a full handshake.
  if (!isObject(opened) || !isObject(opened.session)) return null
  const { session, renew } = opened
  try {
    return { session: session instanceof Uint8Array ? decodeSession(session) : session, renew: renew === true }
  } catch {
    return null
  }
}

type Opened = { readonly session: Session | Uint8Array; readonly renew: boolean } | null
