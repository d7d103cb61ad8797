import type { CipherWithOutput } from '@noble/ciphers/utils.js'
import type { Aead } from '../provider.ts'
import { checkPlace } from './specification.ts'

/** One of noble's AEADs behind our contract. It sets its key up again for each record. */
export class NobleAead implements Aead {
  readonly tagLength = 16
  readonly #key: Uint8Array

  constructor(
    private readonly name: string,
    key: Uint8Array,
    private readonly nonceLength: number,
    private readonly cipher: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) => CipherWithOutput,
  ) {
    this.#key = new Uint8Array(key)
  }

  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    checkPlace(this.name, nonce, this.nonceLength, buffer, offset, offset + length + this.tagLength)
    buffer.set(this.cipher(this.#key, nonce, aad).encrypt(buffer.subarray(offset, offset + length)), offset)
  }

  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkPlace(this.name, nonce, this.nonceLength, buffer, offset, offset + length)
    if (length < this.tagLength) return null
    try {
      return this.cipher(this.#key, nonce, aad).decrypt(buffer.subarray(offset, offset + length))
    } catch {
      return null
    }
  }

  destroy(): void {
    this.#key.fill(0)
  }
}
