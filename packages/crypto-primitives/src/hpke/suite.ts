import { ascii, concatBytes, u16, wipe } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import { hkdfExpand, hkdfExtract } from '../kdf/hkdf.ts'
import type { Aead, AeadAlgorithm, AeadName, CryptoProvider, Hash, HashName } from '../provider.ts'
import { DhKem, type HpkeKeyPair } from './kem.ts'

/** Numbers of a suite (RFC 9180 §7). */
export interface HpkeSuiteIds {
  /** DHKEM: 0x0010 P-256, 0x0020 X25519. */
  readonly kem: number
  /** HKDF: 1 SHA-256, 2 SHA-384, 3 SHA-512. */
  readonly kdf: number
  /** 1 AES-128-GCM, 2 AES-256-GCM, 3 ChaCha20-Poly1305. */
  readonly aead: number
}

/** A secret that both sides had before (mode psk). Neither may be empty (RFC 9180 §5.1). */
export interface HpkePsk {
  readonly psk: Uint8Array
  readonly id: Uint8Array
}

const KDFS: readonly (HashName | undefined)[] = [undefined, 'sha256', 'sha384', 'sha512']
const AEADS: readonly (AeadName | undefined)[] = [undefined, 'aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305']

const EMPTY = /* @__PURE__ */ new Uint8Array(0)
const VERSION = /* @__PURE__ */ ascii('HPKE-v1')

/** HPKE (RFC 9180) by one suite of a provider, modes base and psk. */
export class HpkeSuite {
  readonly kem: DhKem
  readonly #hash: Hash
  readonly #aead: AeadAlgorithm
  readonly #id: Uint8Array

  /** @throws {CryptoError} `UNSUPPORTED` for a suite that is not known here, or that the provider lacks a part of */
  constructor(
    provider: CryptoProvider,
    readonly ids: HpkeSuiteIds,
  ) {
    this.kem = new DhKem(provider, ids.kem)
    const hash = provider.hashes[KDFS[ids.kdf]!]
    const aead = provider.aeads[AEADS[ids.aead]!]
    if (!hash || !aead) throw new CryptoError('UNSUPPORTED', `no HPKE KDF ${ids.kdf} with AEAD ${ids.aead} here`)
    this.#hash = hash
    this.#aead = aead
    this.#id = concatBytes(ascii('HPKE'), u16(ids.kem), u16(ids.kdf), u16(ids.aead))
  }

  /** What a sealed text is longer by, bytes. */
  get tagLength(): number {
    return this.#aead.tagLength
  }

  /** To the owner of a public key. @throws {CryptoError} `INVALID_SHARE` */
  sender(publicKey: Uint8Array, info: Uint8Array, psk?: HpkePsk): HpkeContext & { readonly enc: Uint8Array } {
    const { secret, enc } = this.kem.encapsulate(publicKey)
    return Object.assign(this.context(secret, info, psk), { enc })
  }

  /** From whoever made this encapsulation. @throws {CryptoError} `INVALID_SHARE` */
  receiver(enc: Uint8Array, key: HpkeKeyPair, info: Uint8Array, psk?: HpkePsk): HpkeContext {
    return this.context(this.kem.decapsulate(enc, key), info, psk)
  }

  /** The key schedule (RFC 9180 §5.1). @param secret of the encapsulation, which is overwritten */
  context(secret: Uint8Array, info: Uint8Array, psk?: HpkePsk): HpkeContext {
    if (psk && (psk.psk.length === 0 || psk.id.length === 0)) {
      throw new CryptoError('INVALID_PARAMETER', 'an HPKE psk and its id must not be empty')
    }
    const hash = this.#hash
    const extract = (salt: Uint8Array, label: string, ikm: Uint8Array) =>
      hkdfExtract(hash, salt, concatBytes(VERSION, this.#id, ascii(label), ikm))
    const expand = (prk: Uint8Array, label: string, content: Uint8Array, length: number) =>
      hkdfExpand(hash, prk, concatBytes(u16(length), VERSION, this.#id, ascii(label), content), length)
    const context = concatBytes(
      Uint8Array.of(psk ? 1 : 0),
      extract(EMPTY, 'psk_id_hash', psk?.id ?? EMPTY),
      extract(EMPTY, 'info_hash', info),
    )
    const prk = extract(secret, 'secret', psk?.psk ?? EMPTY)
    secret.fill(0)
    const key = expand(prk, 'key', context, this.#aead.keyLength)
    const nonce = expand(prk, 'base_nonce', context, this.#aead.nonceLength)
    const exporter = expand(prk, 'exp', context, hash.outputLength)
    prk.fill(0)
    const aead = this.#aead.create(key)
    key.fill(0)
    return new HpkeContext(aead, nonce, exporter, (exported, length) => expand(exporter, 'sec', exported, length))
  }
}

/** One direction of texts, each under a nonce of its own (RFC 9180 §5.2). */
export class HpkeContext {
  readonly #aead: Aead
  readonly #nonce: Uint8Array
  readonly #exporter: Uint8Array
  readonly #export: (context: Uint8Array, length: number) => Uint8Array
  #sequence = 0
  #destroyed = false

  constructor(
    aead: Aead,
    nonce: Uint8Array,
    exporter: Uint8Array,
    exportBy: (context: Uint8Array, length: number) => Uint8Array,
  ) {
    this.#aead = aead
    this.#nonce = nonce
    this.#exporter = exporter
    this.#export = exportBy
  }

  /**
   * A secret that both sides can derive (RFC 9180 §5.3).
   *
   * @param length bytes
   * @throws {CryptoError} `OPERATION_FAILED` once the context was destroyed
   */
  exportSecret(context: Uint8Array, length: number): Uint8Array {
    this.#checkAlive()
    return this.#export(context, length)
  }

  seal(aad: Uint8Array, text: Uint8Array): Uint8Array {
    const buffer = new Uint8Array(text.length + this.#aead.tagLength)
    buffer.set(text)
    this.#aead.seal(this.#next(), aad, buffer, 0, text.length)
    this.#sequence++
    return buffer
  }

  /** @returns `null` when authentication fails; the next text is then still the same one */
  open(aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    if (sealed.length < this.#aead.tagLength) return null
    const opened = this.#aead.open(this.#next(), aad, sealed.slice(), 0, sealed.length)
    if (opened === null) return null
    this.#sequence++
    // Of a provider it may be a Buffer.
    return new Uint8Array(opened.buffer, opened.byteOffset, opened.length)
  }

  /** Overwrites the key where that is possible, and what is exported from. Nothing is sealed, opened or exported any more. */
  destroy(): void {
    this.#destroyed = true
    this.#aead.destroy()
    wipe(this.#nonce, this.#exporter)
  }

  #checkAlive(): void {
    if (this.#destroyed) throw new CryptoError('OPERATION_FAILED', 'the HPKE context was destroyed')
  }

  #next(): Uint8Array {
    this.#checkAlive()
    // RFC 9180 §5.2 allows many more; nobody seals so many here.
    if (this.#sequence >= 2 ** 31) throw new CryptoError('INVALID_PARAMETER', 'too many texts of one HPKE context')
    const nonce = this.#nonce.slice()
    for (let i = 0; i < 4; i++) nonce[nonce.length - 1 - i] ^= this.#sequence >>> (8 * i)
    return nonce
  }
}
