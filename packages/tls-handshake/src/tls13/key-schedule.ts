import { deriveSecret, type Hash, hkdfExpandLabel, hkdfExtract } from '@x/crypto-primitives'
import { localError } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'

/**
 * The key schedule (RFC 9846 §7.1), step by step as the RFC draws it:
 *
 * ```
 *             0
 *             |
 *   PSK ->  HKDF-Extract = Early Secret
 *             +-----> binder keys, client_early_traffic_secret, early_exporter_secret
 *       Derive-Secret(., "derived", "")
 *             |
 *   KEX ->  HKDF-Extract = Handshake Secret
 *             +-----> client_ and server_handshake_traffic_secret
 *       Derive-Secret(., "derived", "")
 *             |
 *    0 ->   HKDF-Extract = Main Secret
 *             +-----> client_ and server_application_traffic_secret_0, exporter_secret, resumption_secret
 * ```
 */
export class KeySchedule {
  /** Early, Handshake, then Main Secret. */
  #secret: Uint8Array
  #emptyHash: Uint8Array
  /** Without a PSK: what the Handshake Secret is extracted with. */
  #salt: Uint8Array | undefined

  /** @param psk absent: as many zeros as the hash is long */
  constructor(
    readonly hash: Hash,
    psk?: Uint8Array,
  ) {
    const { emptyHash, early, derived } = beginning(hash)
    this.#emptyHash = emptyHash
    this.#secret = psk ? hkdfExtract(hash, new Uint8Array(hash.outputLength), psk) : early.slice()
    this.#salt = psk ? undefined : derived
  }

  // --- from the Early Secret

  /** `ext` for external PSKs, `res` for resumption, `imp` for imported ones (RFC 9258 §5.2). */
  binderKey(kind: 'ext' | 'res' | 'imp'): Uint8Array {
    return this.#derive(`${kind} binder`, this.#emptyHash)
  }

  clientEarlyTrafficSecret(clientHello: Uint8Array): Uint8Array {
    return this.#derive('c e traffic', clientHello)
  }

  earlyExporterSecret(clientHello: Uint8Array): Uint8Array {
    return this.#derive('e exp master', clientHello)
  }

  /** To the Handshake Secret. @param sharedSecret absent with psk_ke: zeros */
  enterHandshake(sharedSecret: Uint8Array = new Uint8Array(this.hash.outputLength)): void {
    this.#extract(sharedSecret)
  }

  // --- from the Handshake Secret

  clientHandshakeTrafficSecret(helloHash: Uint8Array): Uint8Array {
    return this.#derive('c hs traffic', helloHash)
  }

  serverHandshakeTrafficSecret(helloHash: Uint8Array): Uint8Array {
    return this.#derive('s hs traffic', helloHash)
  }

  /** To the Main Secret. */
  enterMain(): void {
    this.#extract(new Uint8Array(this.hash.outputLength))
  }

  // --- from the Main Secret

  clientApplicationTrafficSecret(serverFinishedHash: Uint8Array): Uint8Array {
    return this.#derive('c ap traffic', serverFinishedHash)
  }

  serverApplicationTrafficSecret(serverFinishedHash: Uint8Array): Uint8Array {
    return this.#derive('s ap traffic', serverFinishedHash)
  }

  exporterSecret(serverFinishedHash: Uint8Array): Uint8Array {
    return this.#derive('exp master', serverFinishedHash)
  }

  resumptionSecret(clientFinishedHash: Uint8Array): Uint8Array {
    return this.#derive('res master', clientFinishedHash)
  }

  /** Overwrites what is left, and lets go of it. */
  destroy(): void {
    this.#secret.fill(0)
    this.#secret = this.#emptyHash = EMPTY
  }

  #derive(label: string, transcriptHash: Uint8Array): Uint8Array {
    return deriveSecret(this.hash, this.#secret, label, transcriptHash)
  }

  #extract(inputKeyMaterial: Uint8Array): void {
    const known = this.#salt
    const salt = known ?? this.#derive('derived', this.#emptyHash)
    this.#secret.fill(0)
    this.#secret = hkdfExtract(this.hash, salt, inputKeyMaterial)
    if (known) this.#salt = undefined
    else salt.fill(0)
  }
}

/** What a schedule without a PSK begins with: the same for every connection, and no secret. */
interface Beginning {
  readonly emptyHash: Uint8Array
  readonly early: Uint8Array
  /** Derive-Secret(early, "derived", "") */
  readonly derived: Uint8Array
}

const beginnings = /* @__PURE__ */ new WeakMap<Hash, Beginning>()

function beginning(hash: Hash): Beginning {
  let found = beginnings.get(hash)
  if (!found) {
    const zeros = new Uint8Array(hash.outputLength)
    const emptyHash = hash.digest()
    const early = hkdfExtract(hash, zeros, zeros)
    found = { emptyHash, early, derived: deriveSecret(hash, early, 'derived', emptyHash) }
    beginnings.set(hash, found)
  }
  return found
}

/** verify_data of a Finished, and of a PSK binder (RFC 9846 §4.5.3, §4.3.11.2). */
export function finishedMac(hash: Hash, baseKey: Uint8Array, transcriptHash: Uint8Array): Uint8Array {
  // HKDF-Extract is HMAC with the salt as key (RFC 5869 §2.2).
  const key = hkdfExpandLabel(hash, baseKey, 'finished', EMPTY, hash.outputLength)
  const mac = hkdfExtract(hash, key, transcriptHash)
  key.fill(0)
  return mac
}

/** application_traffic_secret_N+1 (RFC 9846 §7.2). */
export function nextTrafficSecret(hash: Hash, secret: Uint8Array): Uint8Array {
  return hkdfExpandLabel(hash, secret, 'traffic upd', EMPTY, hash.outputLength)
}

/** The PSK of a ticket (RFC 9846 §4.7.1). */
export function ticketPsk(hash: Hash, resumptionSecret: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hkdfExpandLabel(hash, resumptionSecret, 'resumption', nonce, hash.outputLength)
}

/** TLS-Exporter (RFC 9846 §7.5). */
export function exportKeyingMaterial(
  hash: Hash,
  exporterSecret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  // "tls13 " and the label have 255 bytes together (RFC 9846 §7.1, HkdfLabel).
  if (label.length > 249) {
    throw localError('TLS_ILLEGAL_EXPORTER_LABEL', `a label has at most 249 bytes, not ${label.length}`)
  }
  const secret = deriveSecret(hash, exporterSecret, label, hash.digest())
  const out = hkdfExpandLabel(hash, secret, 'exporter', hash.digest(context), length)
  secret.fill(0)
  return out
}
