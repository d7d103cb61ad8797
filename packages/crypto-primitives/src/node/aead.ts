import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto'
import { aeadAlgorithm, checkSeal } from '../aead/specification.ts'
import { CryptoError } from '../error.ts'
import type { Aead, AeadAlgorithm, AeadName } from '../provider.ts'

/** OpenSSL's names; CCM_8 differs from CCM in the tag alone. */
const CIPHER = {
  'aes-128-gcm': 'aes-128-gcm',
  'aes-256-gcm': 'aes-256-gcm',
  'chacha20-poly1305': 'chacha20-poly1305',
  'aes-128-ccm': 'aes-128-ccm',
  'aes-256-ccm': 'aes-256-ccm',
  'aes-128-ccm-8': 'aes-128-ccm',
  'aes-256-ccm-8': 'aes-256-ccm',
} as const

/**
 * An AEAD of OpenSSL. node:crypto makes a cipher object per record (2.5 microseconds) and allocates its output;
 * `sealChunks` hands that output on without a copy.
 */
class NativeAead implements Aead {
  #key: KeyObject | undefined
  readonly #cipher: 'aes-128-gcm'
  readonly #isCcm: boolean
  readonly #options: { authTagLength: number }
  sealChunks?: (nonce: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[]) => Uint8Array[]

  constructor(
    private readonly name: AeadName,
    key: Uint8Array,
    readonly tagLength: number,
  ) {
    this.#key = createSecretKey(key)
    // The types know each mode by its name; the calls are the same.
    this.#cipher = CIPHER[name] as 'aes-128-gcm'
    this.#isCcm = name.includes('ccm')
    this.#options = { authTagLength: tagLength }
    // CCM takes its text in one piece, so nothing is gained over `seal`.
    if (!this.#isCcm) this.sealChunks = this.#sealChunks
  }

  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    checkSeal(this.name, nonce, buffer, offset + length + this.tagLength, offset)
    const cipher = this.#start(nonce, aad, length)
    buffer.set(cipher.update(buffer.subarray(offset, offset + length)), offset)
    cipher.final()
    buffer.set(cipher.getAuthTag(), offset + length)
  }

  #sealChunks(nonce: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[]): Uint8Array[] {
    checkSeal(this.name, nonce, nonce, 0, 0)
    const cipher = this.#start(nonce, aad, 0)
    const out: Uint8Array[] = []
    for (const part of parts) if (part.length > 0) out.push(cipher.update(part))
    cipher.final()
    out.push(cipher.getAuthTag())
    return out
  }

  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkSeal(this.name, nonce, buffer, offset + length, offset)
    const textLength = length - this.tagLength
    if (textLength < 0) return null
    const decipher: DecipherGCM = createDecipheriv(this.#cipher, this.#secret(), nonce, this.#options)
    decipher.setAuthTag(buffer.subarray(offset + textLength, offset + length))
    if (this.#isCcm) decipher.setAAD(aad, { plaintextLength: textLength })
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
  }

  #start(nonce: Uint8Array, aad: Uint8Array, length: number): CipherGCM {
    const cipher: CipherGCM = createCipheriv(this.#cipher, this.#secret(), nonce, this.#options)
    if (this.#isCcm) cipher.setAAD(aad, { plaintextLength: length })
    else cipher.setAAD(aad)
    return cipher
  }

  #secret(): KeyObject {
    if (!this.#key) throw new CryptoError('OPERATION_FAILED', `${this.name} key was destroyed`)
    return this.#key
  }
}

function native(name: AeadName): AeadAlgorithm {
  const algorithm: AeadAlgorithm = aeadAlgorithm(name, (key) => new NativeAead(name, key, algorithm.tagLength))
  return algorithm
}

/** The AEADs of `node:crypto`. */
export const aeads: Readonly<Record<AeadName, AeadAlgorithm>> = {
  'aes-128-gcm': /* @__PURE__ */ native('aes-128-gcm'),
  'aes-256-gcm': /* @__PURE__ */ native('aes-256-gcm'),
  'chacha20-poly1305': /* @__PURE__ */ native('chacha20-poly1305'),
  'aes-128-ccm': /* @__PURE__ */ native('aes-128-ccm'),
  'aes-256-ccm': /* @__PURE__ */ native('aes-256-ccm'),
  'aes-128-ccm-8': /* @__PURE__ */ native('aes-128-ccm-8'),
  'aes-256-ccm-8': /* @__PURE__ */ native('aes-256-ccm-8'),
}
