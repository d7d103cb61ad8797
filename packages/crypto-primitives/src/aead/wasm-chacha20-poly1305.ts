import { copyBytes, equalTags } from '../bytes.ts'
import { BYTES } from '../generated/chacha20-poly1305.ts'
import type { Aead } from '../provider.ts'
import { wasmModule } from '../wasm/module.ts'
import { checkPlace, NONCE_LENGTH } from './specification.ts'

interface Kernel {
  readonly memory: Uint8Array
  readonly key: number
  readonly nonce: number
  readonly tag: number
  readonly aad: number
  readonly aadSize: number
  readonly text: number
  readonly textSize: number
  seal(aadLength: number, length: number): void
  authenticate(aadLength: number, length: number): void
  decrypt(length: number): void
  clear(length: number): void
}

const address = (exports: Record<string, unknown>, name: string) => (exports[name] as { value: number }).value

/** ChaCha20-Poly1305 in WebAssembly with 128-bit vectors; undefined where that cannot be had. */
export const chachaKernel = /* @__PURE__ */ wasmModule(
  BYTES,
  (exports, memory): Kernel => ({
    memory: new Uint8Array(memory),
    key: address(exports, 'KEY'),
    nonce: address(exports, 'NONCE'),
    tag: address(exports, 'TAG'),
    aad: address(exports, 'AAD'),
    aadSize: address(exports, 'AAD_SIZE'),
    text: address(exports, 'TEXT'),
    textSize: address(exports, 'TEXT_SIZE'),
    seal: exports.seal as Kernel['seal'],
    authenticate: exports.authenticate as Kernel['authenticate'],
    decrypt: exports.decrypt as Kernel['decrypt'],
    clear: exports.clear as Kernel['clear'],
  }),
)

/**
 * One key over the kernel that all connections share. Records and associated data that do not fit its memory go to
 * `large`.
 */
export class WasmChaCha20Poly1305 implements Aead {
  readonly tagLength = 16
  readonly #key: Uint8Array
  #large: Aead | undefined

  constructor(
    private readonly kernel: Kernel,
    key: Uint8Array,
    private readonly large: (key: Uint8Array) => Aead,
  ) {
    this.#key = new Uint8Array(key)
  }

  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    checkPlace('chacha20-poly1305', nonce, NONCE_LENGTH, buffer, offset, offset + length + this.tagLength)
    const { kernel } = this
    if (length > kernel.textSize || aad.length > kernel.aadSize) {
      this.#large ??= this.large(this.#key)
      this.#large.seal(nonce, aad, buffer, offset, length)
      return
    }
    const { memory, text, tag } = kernel
    this.#load(nonce, aad, buffer, offset, length)
    kernel.seal(aad.length, length)
    copyBytes(memory, text, length, buffer, offset)
    copyBytes(memory, tag, 16, buffer, offset + length)
  }

  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkPlace('chacha20-poly1305', nonce, NONCE_LENGTH, buffer, offset, offset + length)
    const { kernel } = this
    const textLength = length - this.tagLength
    if (textLength < 0) return null
    if (textLength > kernel.textSize || aad.length > kernel.aadSize) {
      this.#large ??= this.large(this.#key)
      return this.#large.open(nonce, aad, buffer, offset, length)
    }
    const { memory, text, tag } = kernel
    this.#load(nonce, aad, buffer, offset, textLength)
    kernel.authenticate(aad.length, textLength)
    if (!equalTags(memory, tag, buffer, offset + textLength)) return null
    kernel.decrypt(textLength)
    copyBytes(memory, text, textLength, buffer, offset)
    memory.fill(0, text, text + textLength)
    return buffer.subarray(offset, offset + textLength)
  }

  destroy(): void {
    this.#key.fill(0)
    this.#large?.destroy()
    this.kernel.clear(this.kernel.textSize)
  }

  #load(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    const { memory, key, nonce: nonceAt, aad: aadAt, text } = this.kernel
    memory.set(this.#key, key)
    copyBytes(nonce, 0, nonce.length, memory, nonceAt)
    copyBytes(aad, 0, aad.length, memory, aadAt)
    copyBytes(buffer, offset, length, memory, text)
  }
}
