import type { CryptoProvider } from '@x/crypto-primitives'
import type { PeerCertificate, PeerVerdict } from '@x/tls-handshake'
import type { Certificate, TrustStore } from '@x/x509/tls'
import { readPeerCertificate } from './peer-certificate.ts'

/** The entries that were used last, so many of them at most. */
class Recent<T> {
  readonly #entries = new Map<string, T>()

  constructor(private readonly limit: number) {}

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  set(key: string, entry: T): void {
    if (this.#entries.size >= this.limit) this.#entries.delete(this.#entries.keys().next().value!)
    this.#entries.set(key, entry)
  }
}

const LIMIT = 256

function hashOf(provider: CryptoProvider, chain: readonly Uint8Array[]): string | undefined {
  const { sha256 } = provider.hashes
  if (!sha256) return undefined
  // A certificate says its own length: no two chains are the same bytes.
  return String.fromCharCode(...sha256.digest(...chain))
}

const certificates = /* @__PURE__ */ new WeakMap<CryptoProvider, Recent<PeerCertificate>>()

/** Bytes of DER up to which a leaf is remembered: nobody has been verified yet, and strangers' bytes are not to stay. */
const MOST_REMEMBERED = 4096

/**
 * A peer's certificate, parsed, and its key imported when it was asked for. Both depend on the bytes alone, so that a peer
 * seen before costs a hash; of large certificates nothing is remembered.
 *
 * @throws {X509Error | CryptoError}
 */
export function recallCertificate(der: Uint8Array, provider: CryptoProvider): PeerCertificate {
  const key = der.length > MOST_REMEMBERED ? undefined : hashOf(provider, [der])
  if (key === undefined) return readPeerCertificate(der, provider)
  let recent = certificates.get(provider)
  if (!recent) certificates.set(provider, (recent = new Recent(LIMIT)))
  let leaf = recent.get(key)
  if (!leaf) recent.set(key, (leaf = readPeerCertificate(new Uint8Array(der), provider)))
  return leaf
}

/** Everything a verdict depends on but the chain, the time, and what the store holds. */
export interface TrustSettings {
  readonly provider: CryptoProvider
  readonly anchors: TrustStore
  readonly purpose: string
  readonly securityLevel: number
  readonly allowPartialTrustChain: boolean
}

interface Remembered {
  readonly provider: CryptoProvider
  /** Certificates in the store then: one that was added may matter. */
  readonly storeSize: number
  /** All certificates of the accepted path are valid in this time, milliseconds since the epoch. */
  readonly from: number
  readonly until: number
}

const accepted = /* @__PURE__ */ new WeakMap<TrustStore, Recent<Remembered>>()

function keyOf(settings: TrustSettings, chain: readonly Uint8Array[]): string | undefined {
  const hash = hashOf(settings.provider, chain)
  return hash && `${settings.purpose} ${settings.securityLevel} ${settings.allowPartialTrustChain} ${hash}`
}

/**
 * Whether this very chain was accepted before under the same settings, by the same provider, against the same store, and
 * is within its dates now. Only what was accepted is remembered.
 */
export function wasAccepted(
  settings: TrustSettings,
  chain: readonly Uint8Array[],
  now: number,
): PeerVerdict | undefined {
  const recent = accepted.get(settings.anchors)
  const key = recent && keyOf(settings, chain)
  const found = key === undefined ? undefined : recent!.get(key)
  if (!found || found.provider !== settings.provider || found.storeSize !== settings.anchors.size) return undefined
  return now >= found.from && now <= found.until ? ACCEPTED : undefined
}

const ACCEPTED: PeerVerdict = { ok: true }

/** @param path the certificates of the accepted path, the anchor included */
export function rememberAccepted(
  settings: TrustSettings,
  chain: readonly Uint8Array[],
  path: readonly Certificate[],
): void {
  const key = keyOf(settings, chain)
  if (key === undefined) return
  let recent = accepted.get(settings.anchors)
  if (!recent) accepted.set(settings.anchors, (recent = new Recent(LIMIT)))
  recent.set(key, {
    provider: settings.provider,
    storeSize: settings.anchors.size,
    from: Math.max(...path.map(({ notBefore }) => notBefore)),
    until: Math.min(...path.map(({ notAfter }) => notAfter)),
  })
}
