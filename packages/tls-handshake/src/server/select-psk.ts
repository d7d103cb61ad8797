import { constantTimeEqual, type HashName } from '@x/crypto-primitives'
import { peerError, Version } from '@x/tls-record'
import { readPsk } from '../checked-config.ts'
import { EMPTY, equalBytes, hex } from '../codec/bytes.ts'
import { bindersLength, type OfferedIdentity, type OfferedPsks, offeredPsks } from '../extensions/pre-shared-key.ts'
import { allows } from '../handshake/allowed.ts'
import { isSound, mayLend } from '../handshake/resumable.ts'
import { answer, type Flow } from '../handshake/step.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import { type CipherSuite13, cipherSuite13 } from '../registry/cipher-suites.ts'
import type { Session } from '../session.ts'
import { openTicket } from '../sessions/ticket-protection.ts'
import type { KeySchedule } from '../tls13/key-schedule.ts'
import { externalPsks, type Psk, pskBinder } from '../tls13/psk.ts'
import type { ServerContext } from './server-context.ts'

/** Identities of a hello that are looked up; more are not worth the work. */
const MAX_IDENTITIES = 8

/** A PSK the client offered and we know. */
export interface SelectedPsk {
  readonly index: number
  readonly psk: Psk
  readonly suite: CipherSuite13
  readonly binder: Uint8Array
  readonly obfuscatedTicketAge: number
  /** Bytes of all binders at the end of the hello. */
  readonly bindersLength: number
}

/**
 * The first identity that is known and may be used with one of the suites (RFC 9846 §4.3.11). Its binder has not been
 * checked yet.
 *
 * @param suites those that may still be negotiated, best first
 */
export function* selectPsk(
  hs: ServerContext,
  hello: ClientHello,
  suites: readonly CipherSuite13[],
): Flow<SelectedPsk | undefined> {
  const offer = hello.extensions.get(offeredPsks)
  if (offer === undefined) return undefined
  // RFC 9846 §4.3.11 #9: one binder for each identity.
  if (offer.identities.length !== offer.binders.length) {
    throw peerError(
      'illegal_parameter',
      'PSK_IDENTITY_BINDER_COUNT_MISMATCH',
      `${offer.identities.length} identities and ${offer.binders.length} binders`,
    )
  }
  const external = configuredPsk(hs, offer, suites)
  for (const [index, identity] of offer.identities.slice(0, MAX_IDENTITIES).entries()) {
    const psk =
      external?.offeredAt.has(index) === true
        ? external.psk
        : ((yield* askForPsk(hs, identity, suites)) ?? (yield* ticket(hs, identity, hello, suites[0])))
    // RFC 9846 §4.3.11 #5, #6: what nobody knows is passed over.
    if (psk === undefined) continue
    // RFC 9846 §4.3.11 #3, #7: they go together. A PSK made known by the application may decide the suite; a ticket may not.
    const suite = suites.find(({ hash }) => hash === psk.hash)
    if (suite === undefined) continue
    const at = psk === external?.psk ? external.index : index
    return {
      index: at,
      psk,
      suite,
      binder: offer.binders[at],
      obfuscatedTicketAge: offer.identities[at].obfuscatedTicketAge,
      bindersLength: bindersLength(offer.binders),
    }
  }
  return undefined
}

/** Checks the binder of the PSK that will be used, and only that one (RFC 9846 §4.3.11 #8, #9, #10). */
export function checkBinder(hs: ServerContext, hello: ClientHello, selected: SelectedPsk, schedule: KeySchedule): void {
  const { raw } = hello.message
  const truncated = raw.subarray(0, raw.length - selected.bindersLength)
  const expected = pskBinder(schedule, selected.psk.kind, hs.transcript.digestWith(schedule.hash, truncated))
  if (!constantTimeEqual(expected, selected.binder)) {
    throw peerError('decrypt_error', 'BINDER_DOES_NOT_VERIFY', 'the binder of the selected PSK is not valid')
  }
}

/** The first of the configured PSKs that is on offer, in our order. */
function configuredPsk(
  hs: ServerContext,
  { identities }: OfferedPsks,
  suites: readonly CipherSuite13[],
): { readonly psk: Psk; readonly index: number; readonly offeredAt: ReadonlySet<number> } | undefined {
  const ours = (hs.config.psks ?? []).flatMap((psk) => externalPsks(hs.provider, psk, hashesOf(suites)))
  const matches = onOffer(ours, identities)
  if (matches.length === 0) return undefined
  return { ...matches[0], offeredAt: new Set(matches.map(({ index }) => index)) }
}

/** Those of our PSKs that are among the identities, in our order; the work is the sum of both, not their product. */
export function onOffer(
  ours: readonly Psk[],
  identities: readonly Pick<OfferedIdentity, 'identity'>[],
): { readonly psk: Psk; readonly index: number }[] {
  if (ours.length === 0) return []
  const lengths = new Set(ours.map(({ identity }) => identity.length))
  const places = new Map<string, number>()
  for (const [index, { identity }] of identities.entries()) {
    if (!lengths.has(identity.length)) continue
    const key = hex(identity)
    if (!places.has(key)) places.set(key, index)
  }
  if (places.size === 0) return []
  return ours.flatMap((psk) => {
    const index = places.get(hex(psk.identity))
    return index === undefined ? [] : [{ psk, index }]
  })
}

const hashesOf = (suites: readonly CipherSuite13[]): HashName[] => suites.map(({ hash }) => hash)

function* askForPsk(
  hs: ServerContext,
  { identity }: OfferedIdentity,
  suites: readonly CipherSuite13[],
): Flow<Psk | undefined> {
  const { selectPsk: select } = hs.config
  if (select === undefined) return undefined
  const external = yield* answer('selectPsk', () => select(identity))
  if (external === undefined || external === null) return undefined
  return externalPsks(hs.provider, readPsk('selectPsk', external), hashesOf(suites)).find((psk) =>
    equalBytes(psk.identity, identity),
  )
}

function* ticket(
  hs: ServerContext,
  { identity }: OfferedIdentity,
  hello: ClientHello,
  suite: CipherSuite13,
): Flow<Psk | undefined> {
  const protection = hs.ticketProtection
  if (protection === undefined) return undefined
  const opened = yield* openTicket(protection, identity)
  if (opened === null) return undefined
  const { session } = opened
  // A client that no longer offers the session's own suite may have lost its trust in it.
  if (!isSound(session) || !hello.cipherSuites.includes(session.cipherSuite) || !mayResume(hs, session, suite))
    return undefined
  const lent = yield* mayLend(hs, session)
  return (
    lent && {
      identity,
      secret: session.secret,
      hash: suite.hash,
      kind: 'res',
      session,
      lent,
      ticket: { renew: opened.renew },
    }
  )
}

/** True when a session may be continued now, under this configuration and name. */
function mayResume(hs: ServerContext, session: Session, suite: CipherSuite13): boolean {
  const { config } = hs
  const now = hs.now()
  const age = now - session.createdAt
  return (
    session.side === 'server' &&
    session.version === Version.TLS13 &&
    cipherSuite13(session.cipherSuite)?.hash === suite.hash &&
    age >= 0 &&
    age < session.lifetime * 1000 &&
    // RFC 9846 §4.7.1 #19: keying material does not live on through ever new tickets.
    now - (session.authenticatedAt ?? session.createdAt) < 604800_000 &&
    equalBytes(session.sessionIdContext ?? EMPTY, config.sessionIdContext ?? EMPTY) &&
    // A session made under one name is not good for another: its rules may be others.
    session.serverName === hs.hello.serverName &&
    !(
      config.requestCertificate &&
      config.requireCertificate &&
      !allows(config, 'allowUnverifiedSession') &&
      session.peerCertificates.length === 0 &&
      !session.peerRawPublicKey &&
      !session.pskIdentity
    )
  )
}
