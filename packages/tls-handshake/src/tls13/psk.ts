import { type CryptoProvider, type Hash, type HashName, hkdfExpandLabel, hkdfExtract } from '@x/crypto-primitives'
import { Version } from '@x/tls-record'
import { Writer } from '../codec/writer.ts'
import type { Lent } from '../handshake/resumable.ts'
import type { PskIdentity, Session } from '../session.ts'
import { finishedMac, KeySchedule } from './key-schedule.ts'

/** A PSK as the handshake uses it: what is on the wire, and the key behind it. */
export interface Psk {
  readonly identity: Uint8Array
  readonly secret: Uint8Array
  readonly hash: HashName
  readonly kind: 'ext' | 'res' | 'imp'
  /** Where it comes from. */
  readonly session?: Session
  /** What that says of the peer now. */
  readonly lent?: Lent
  readonly external?: PskIdentity
  /** It came in a ticket of ours; whether that wants to be replaced. */
  readonly ticket?: { readonly renew: boolean }
}

/** KDF Identifiers (RFC 9258 §8). */
const TARGET_KDF: Readonly<Partial<Record<HashName, number>>> = { sha256: 1, sha384: 2 }

/**
 * The TLS 1.3 PSKs that an external one stands for: itself, or one for each hash when it is imported
 * (RFC 9258 §4.1).
 *
 * @param targets hashes of the cipher suites that may be negotiated
 */
export function externalPsks(provider: CryptoProvider, psk: PskIdentity, targets: readonly HashName[]): Psk[] {
  // Whoever has no secret would have this one; RFC 9846 §4.3.11: an identity has a byte at least.
  if (psk.key.length === 0 || psk.identity.length === 0) return []
  const name = psk.hash ?? 'sha256'
  if (psk.importer === undefined) {
    return [{ identity: psk.identity, secret: psk.key, hash: name, kind: 'ext', external: psk }]
  }
  const hash = provider.hashes[name]
  if (hash === undefined) return []
  const { context } = psk.importer
  return [...new Set(targets)].flatMap((target): Psk[] => {
    const kdf = TARGET_KDF[target]
    const targetHash = provider.hashes[target]
    if (kdf === undefined || targetHash === undefined) return []
    const identity = new Writer().vector16(psk.identity).vector16(context).u16(Version.TLS13).u16(kdf).finish()
    let secret: Uint8Array | undefined
    return [
      {
        identity,
        // Derived for the one that is used: a stranger's hello asks for all of ours.
        get secret() {
          return (secret ??= importKey(hash, psk.key, identity, targetHash))
        },
        hash: target,
        kind: 'imp',
        external: psk,
      },
    ]
  })
}

/** ipskx (RFC 9258 §5.1). */
function importKey(hash: Hash, key: Uint8Array, importedIdentity: Uint8Array, target: Hash): Uint8Array {
  const extracted = hkdfExtract(hash, new Uint8Array(hash.outputLength), key)
  const imported = hkdfExpandLabel(hash, extracted, 'derived psk', hash.digest(importedIdentity), target.outputLength)
  extracted.fill(0)
  return imported
}

/** PskBinderEntry (RFC 9846 §4.3.11.2) over the transcript up to the truncated ClientHello. */
export function pskBinder(schedule: KeySchedule, kind: Psk['kind'], truncatedHash: Uint8Array): Uint8Array {
  const key = schedule.binderKey(kind)
  const binder = finishedMac(schedule.hash, key, truncatedHash)
  key.fill(0)
  return binder
}

/** A schedule that starts from a PSK. */
export function pskSchedule(provider: CryptoProvider, psk: Psk): KeySchedule {
  return new KeySchedule(provider.hashes[psk.hash]!, psk.secret)
}
