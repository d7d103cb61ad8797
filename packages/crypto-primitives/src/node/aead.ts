import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto'
import { AesCcm } from '../aead/ccm.ts'
import { fastAesGcm, fastChaCha20Poly1305, vectorAead } from '../aead/engines.ts'
import {
  type AeadCipher,
  type AeadParameters,
  aeadAlgorithm,
  checkPlace,
  NONCE_LENGTH,
  SPECIFICATIONS,
} from '../aead/specification.ts'
import { CryptoError } from '../error.ts'
import type { Aead, AeadAlgorithm, AeadName } from '../provider.ts'
import { bare } from './bare.ts'
import { hostDoes } from './trials.ts'

/** What nearly all ask for, once. */
const FULL_TAG = /* @__PURE__ */ bare({ authTagLength: 16 })

/**
 * Bytes of text up to which our own cipher takes less than the making of a cipher object of OpenSSL's, and how many such
 * in a row say that more will come: by then what ours does ahead for a key has paid for itself.
 */
const SHORT = 512
const SHORT_IN_A_ROW = 16

/**
 * An AEAD of OpenSSL. node:crypto makes a cipher object per record (3.5 microseconds, and it is slow to collect) and
 * allocates its output; `sealChunks` hands that output on without a copy. After a row of short texts it is our own cipher
 * that seals and opens them, which needs no object for each: what a request and its answer are, and what a peer sends
 * that cuts its data into records of a byte each.
 */
export class NativeAead implements Aead {
  #key: KeyObject | undefined
  readonly tagLength: number
  readonly #nonceLength: number
  readonly #name: 'aes-128-gcm'
  readonly #isCcm: boolean
  readonly #options: { authTagLength: number }
  /** Short texts in a row; minus infinity where ours has not this cipher. */
  #short = 0
  #ours: Aead | undefined
  constructor(cipher: AeadCipher, key: Uint8Array, { nonceLength, tagLength }: Required<AeadParameters>) {
    this.#key = createSecretKey(key)
    // The types know each mode by its name; the calls are the same.
    this.#name = (cipher === 'chacha20-poly1305' ? cipher : `aes-${8 * key.length}-${cipher.slice(4)}`) as 'aes-128-gcm'
    this.#isCcm = cipher === 'aes-ccm'
    this.#nonceLength = nonceLength
    this.tagLength = tagLength
    this.#options = tagLength === 16 ? FULL_TAG : bare({ authTagLength: tagLength })
    if (this.#isCcm || nonceLength !== NONCE_LENGTH) this.#short = Number.NEGATIVE_INFINITY
  }

  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    checkPlace(this.#name, nonce, this.#nonceLength, buffer, offset, offset + length + this.tagLength)
    const ours = this.#forShort(length)
    if (ours) {
      ours.seal(nonce, aad, buffer, offset, length)
      return
    }
    const cipher = this.#start(nonce, aad, length)
    buffer.set(cipher.update(buffer.subarray(offset, offset + length)), offset)
    cipher.final()
    buffer.set(cipher.getAuthTag(), offset + length)
  }

  sealChunks(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): [Uint8Array, Uint8Array] {
    checkPlace(this.#name, nonce, this.#nonceLength, nonce, 0, 0)
    const ours = this.#forShort(text.length)
    if (ours) {
      const sealed = new Uint8Array(text.length + this.tagLength)
      sealed.set(text)
      ours.seal(nonce, aad, sealed, 0, text.length)
      return [sealed.subarray(0, text.length), sealed.subarray(text.length)]
    }
    const cipher = this.#start(nonce, aad, text.length)
    const sealed = cipher.update(text)
    cipher.final()
    return [sealed, cipher.getAuthTag()]
  }

  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkPlace(this.#name, nonce, this.#nonceLength, buffer, offset, offset + length)
    const textLength = length - this.tagLength
    if (textLength < 0) return null
    const ours = this.#forShort(textLength)
    if (ours) return ours.open(nonce, aad, buffer, offset, length)
    const decipher: DecipherGCM = createDecipheriv(this.#name, this.#secret(), nonce, this.#options)
    decipher.setAuthTag(buffer.subarray(offset + textLength, offset + length))
    if (this.#isCcm) decipher.setAAD(aad, bare({ plaintextLength: textLength }))
    else decipher.setAAD(aad)
    let text: Uint8Array | undefined
    try {
      text = decipher.update(buffer.subarray(offset, offset + textLength))
      decipher.final()
      return text
    } catch {
      text?.fill(0)
      return null
    }
  }

  destroy(): void {
    this.#key = undefined
    this.#ours?.destroy()
    this.#ours = undefined
  }

  /** Our own cipher, where this text is one of a row of short ones. */
  #forShort(length: number): Aead | undefined {
    if (length > SHORT) {
      if (this.#short > 0) this.#short = 0
      return undefined
    }
    if (++this.#short <= SHORT_IN_A_ROW) return undefined
    if (!this.#ours) {
      const key = this.#secret().export()
      this.#ours = vectorAead(this.#name.endsWith('gcm') ? 'aes-gcm' : 'chacha20-poly1305', key)
      key.fill(0)
      if (!this.#ours) this.#short = Number.NEGATIVE_INFINITY
    }
    return this.#ours
  }

  #start(nonce: Uint8Array, aad: Uint8Array, length: number): CipherGCM {
    const cipher: CipherGCM = createCipheriv(this.#name, this.#secret(), nonce, this.#options)
    if (this.#isCcm) cipher.setAAD(aad, bare({ plaintextLength: length }))
    else cipher.setAAD(aad)
    return cipher
  }

  #secret(): KeyObject {
    if (!this.#key) throw new CryptoError('OPERATION_FAILED', `${this.#name} key was destroyed`)
    return this.#key
  }
}

/** The tags over no text under a key and a nonce of zeros. */
const TAGS_OF_NOTHING: Readonly<Record<string, string>> = {
  'aes-128-gcm': '58e2fccefa7e3061367f1d57a4e7455a',
  'aes-256-gcm': '530f8afbc74536b9a963b4f1c4cb738b',
  'aes-128-ccm': 'b9f650fb3c39bb1bee0e291d33f6ae28',
  'aes-256-ccm': 'a890265e43a26855f269b93ff4dddef6',
  'chacha20-poly1305': '4eb972c9a8fb3a1b382bb4d36f5ffad1',
}

/** Whether node:crypto has the cipher. */
function hasCipher(cipher: AeadCipher, keyLength: number): boolean {
  const name = cipher === 'chacha20-poly1305' ? cipher : `aes-${8 * keyLength}-${cipher.slice(4)}`
  return hostDoes(name, () => {
    const aead = new NativeAead(cipher, new Uint8Array(keyLength), { nonceLength: NONCE_LENGTH, tagLength: 16 })
    const tag = new Uint8Array(16)
    aead.seal(new Uint8Array(NONCE_LENGTH), new Uint8Array(0), tag, 0, 0)
    return tag.every((byte, i) => byte === Number.parseInt(TAGS_OF_NOTHING[name].slice(2 * i, 2 * i + 2), 16))
  })
}

const PORTABLE = { 'aes-gcm': fastAesGcm, 'chacha20-poly1305': fastChaCha20Poly1305 }

/** @throws {CryptoError} `UNSUPPORTED` for what neither the host nor this machine can do */
function native(name: AeadName, cipher: AeadCipher): AeadAlgorithm {
  const { tagLength } = SPECIFICATIONS[name]
  return aeadAlgorithm(name, (key) => {
    if (hasCipher(cipher, key.length)) return new NativeAead(cipher, key, { nonceLength: NONCE_LENGTH, tagLength })
    return cipher === 'aes-ccm' ? new AesCcm(key, NONCE_LENGTH, tagLength) : PORTABLE[cipher](key)
  })
}

/** The AEADs of `node:crypto`, and ours where it has none. */
export const aeads: Readonly<Record<AeadName, AeadAlgorithm>> = {
  'aes-128-gcm': /* @__PURE__ */ native('aes-128-gcm', 'aes-gcm'),
  'aes-256-gcm': /* @__PURE__ */ native('aes-256-gcm', 'aes-gcm'),
  'chacha20-poly1305': /* @__PURE__ */ native('chacha20-poly1305', 'chacha20-poly1305'),
  'aes-128-ccm': /* @__PURE__ */ native('aes-128-ccm', 'aes-ccm'),
  'aes-256-ccm': /* @__PURE__ */ native('aes-256-ccm', 'aes-ccm'),
  'aes-128-ccm-8': /* @__PURE__ */ native('aes-128-ccm-8', 'aes-ccm'),
  'aes-256-ccm-8': /* @__PURE__ */ native('aes-256-ccm-8', 'aes-ccm'),
}
