import { isObject, Version } from '@x/tls-record'
import type { PeerCertificate, PeerVerdict, TlsConfig } from '../config.ts'
import { cipherSuite13 } from '../registry/cipher-suites.ts'
import type { Session } from '../session.ts'
import { verdictOf } from '../tls13/authentication.ts'
import { allows } from './allowed.ts'
import type { HandshakeContext } from './context.ts'
import { readCertificates } from './peer-certificates.ts'
import { acceptedTypes, readRawPublicKey } from './raw-public-key.ts'
import { answer, type Flow } from './step.ts'

/** What a session says of the peer now, when it may be resumed. */
export interface Lent {
  readonly verification?: PeerVerdict
}

/**
 * Whether a session may be resumed under this configuration, and with which verdict: it lends no more than it had. If not,
 * there is a full handshake, and never an error.
 *
 * Where a chain was verified it is verified again, by the settings and the clock of today, before the session is offered or
 * taken. To note instead under which settings it was verified, and until when that holds, would ask each of them to be put
 * into words, and one forgotten would be a hole; `verifyPeer` knows them all, and may remember what it has accepted.
 */
export function* mayLend(
  hs: HandshakeContext<TlsConfig>,
  session: Session,
  serverName?: string,
): Flow<Lent | undefined> {
  const { config } = hs
  const { side, peerCertificates: chain, peerRawPublicKey: rawPublicKey, verified: held } = session
  const unverified = allows(
    config,
    config.allowUnverifiedSession === undefined ? 'allowUnverifiedPeer' : 'allowUnverifiedSession',
  )
  if (chain.length === 0 && !rawPublicKey) {
    // A server that asked nobody has nothing to lend. A client has asked, and got a PSK for an answer, or none.
    return side === 'server' || session.pskIdentity?.length || unverified ? { verification: undefined } : undefined
  }
  // What is shown to us now is not what that peer has shown.
  if (!acceptedTypes(config).includes(rawPublicKey ? 'raw_public_key' : 'x509')) return undefined
  let leaf: PeerCertificate | undefined
  try {
    if (rawPublicKey) readRawPublicKey(config, [rawPublicKey])
    else leaf = readCertificates(config, chain)
  } catch {
    return undefined
  }
  if (held !== undefined && held.ok !== true) {
    return unverified && !rawPublicKey ? { verification: verdictOf({ ...held, ok: false }) } : undefined
  }
  const { verifyPeer, verifierId = '' } = config
  // Whoever else had a say would have to be asked again.
  if (verifyPeer === undefined || verifierId !== (session.verifierId ?? '')) return undefined
  const { ocspResponse, sctList } = session
  try {
    const verification = verdictOf(
      yield* answer('verifyPeer', () =>
        verifyPeer({ side, chain, leaf, rawPublicKey, serverName, ocspResponse, sctList, resumed: true }),
      ),
    )
    return verification.ok ? { verification } : undefined
  } catch {
    return undefined
  }
}

/** Stores and tickets are others' memory: what is no session any more is none, and nothing else of it is looked at. */
export function isSound(session: Session): boolean {
  if (!isObject(session)) return false
  const { version, secret, peerCertificates, peerRawPublicKey, lifetime, createdAt } = session
  return (
    secret instanceof Uint8Array &&
    secret.length === (version === Version.TLS13 ? pskLength(session.cipherSuite) : MASTER_SECRET) &&
    Array.isArray(peerCertificates) &&
    peerCertificates.every((der) => der instanceof Uint8Array) &&
    (peerRawPublicKey === undefined || peerRawPublicKey instanceof Uint8Array) &&
    Number.isFinite(lifetime) &&
    Number.isFinite(createdAt)
  )
}

/** RFC 5246 §8.1, bytes. */
const MASTER_SECRET = 48

/** RFC 9846 §4.7.1: as long as the hash. */
const pskLength = (suite: number) => (cipherSuite13(suite)?.hash === 'sha384' ? 48 : 32)
