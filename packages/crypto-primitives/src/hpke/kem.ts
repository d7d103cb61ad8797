import { isPromiseLike } from '../awaitable.ts'
import { ascii, concatBytes, u16 } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import { hkdfExpand, hkdfExtract } from '../kdf/hkdf.ts'
import type { CryptoProvider, GroupName, Hash, KeyExchangeGroup } from '../provider.ts'

/** A key of a receiver, as numbers of its group: of X25519 32 bytes each, of P-256 an integer and an uncompressed point. */
export interface HpkeKeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

/** DHKEM (RFC 9180 §4.1): the registered number, its group, and lengths. */
const KEMS: readonly (readonly [id: number, group: GroupName, publicLength: number, privateLength: number])[] = [
  [0x0010, 'secp256r1', 65, 32],
  [0x0020, 'x25519', 32, 32],
]

/** A key encapsulation out of a Diffie-Hellman group. */
export class DhKem {
  readonly publicKeyLength: number
  readonly privateKeyLength: number
  readonly #group: KeyExchangeGroup
  readonly #hash: Hash
  readonly #suite: Uint8Array

  /** @throws {CryptoError} `UNSUPPORTED` for a KEM that is not known here, or whose group the provider lacks */
  constructor(
    provider: CryptoProvider,
    readonly id: number,
  ) {
    const found = KEMS.find(([known]) => known === id)
    const group = found && provider.groups[found[1]]
    const hash = provider.hashes.sha256
    if (!group?.agreeWith || !hash) throw new CryptoError('UNSUPPORTED', `no HPKE KEM 0x${id.toString(16)} here`)
    this.#group = group
    this.#hash = hash
    this.publicKeyLength = found![2]
    this.privateKeyLength = found![3]
    this.#suite = concatBytes(ascii('KEM'), u16(id))
  }

  /** A secret for the owner of a public key. @throws {CryptoError} `INVALID_SHARE` for what is none */
  encapsulate(publicKey: Uint8Array): { readonly secret: Uint8Array; readonly enc: Uint8Array } {
    this.#checkShare(publicKey)
    const agreement = this.#group.initiate()
    const enc = agreement.share
    const shared = agreement.complete(publicKey)
    if (isPromiseLike(shared)) throw new CryptoError('UNSUPPORTED', 'HPKE needs a group that answers at once')
    return { secret: this.#extractAndExpand(shared, concatBytes(enc, publicKey)), enc }
  }

  /** The same by a private value that is given: for test vectors alone. */
  encapsulateWith({ privateKey, publicKey: enc }: HpkeKeyPair, publicKey: Uint8Array) {
    return { secret: this.#extractAndExpand(this.#agree(privateKey, publicKey), concatBytes(enc, publicKey)), enc }
  }

  /** @throws {CryptoError} `INVALID_SHARE` for an encapsulation that is no public key */
  decapsulate(enc: Uint8Array, { privateKey, publicKey }: HpkeKeyPair): Uint8Array {
    return this.#extractAndExpand(this.#agree(privateKey, enc), concatBytes(enc, publicKey))
  }

  #checkShare(share: Uint8Array): void {
    if (share.length === this.publicKeyLength) return
    throw new CryptoError('INVALID_SHARE', `an HPKE public key of ${share.length} bytes, not ${this.publicKeyLength}`)
  }

  #agree(privateKey: Uint8Array, share: Uint8Array): Uint8Array {
    this.#checkShare(share)
    return this.#group.agreeWith!(privateKey, share)
  }

  /** RFC 9180 §4.1. */
  #extractAndExpand(dh: Uint8Array, context: Uint8Array): Uint8Array {
    const hash = this.#hash
    const prk = hkdfExtract(hash, EMPTY, concatBytes(VERSION, this.#suite, ascii('eae_prk'), dh))
    const info = concatBytes(u16(hash.outputLength), VERSION, this.#suite, ascii('shared_secret'), context)
    const secret = hkdfExpand(hash, prk, info, hash.outputLength)
    dh.fill(0)
    prk.fill(0)
    return secret
  }
}

const EMPTY = /* @__PURE__ */ new Uint8Array(0)
const VERSION = /* @__PURE__ */ ascii('HPKE-v1')
