import { expandKeyConstantTime } from '../aes/constant-time.ts'
import { copyBytes, equalTags } from '../bytes.ts'
import { BYTES } from '../generated/aes-gcm.ts'
import type { Aead } from '../provider.ts'
import { wasmModule } from '../wasm/module.ts'
import { checkPlace, NONCE_LENGTH } from './specification.ts'

interface Kernel {
  readonly memory: Uint8Array
  readonly nonce: number
  readonly tag: number
  readonly roundKeys: number
  readonly state: number
  readonly stateEnd: number
  readonly table: number
  readonly tableEnd: number
  readonly aad: number
  readonly aadSize: number
  readonly text: number
  readonly textSize: number
  setKey(rounds: number): void
  makeTable(): void
  seal(rounds: number, aadLength: number, length: number, table: boolean): void
  authenticate(rounds: number, aadLength: number, length: number, table: boolean): void
  decrypt(rounds: number, length: number): void
  clear(length: number, all: boolean): void
  /** Whose state lies in the kernel. */
  loaded: WasmAesGcm | undefined
}

const address = (exports: Record<string, unknown>, name: string) => (exports[name] as { value: number }).value

/** AES-GCM in WebAssembly with 128-bit vectors; undefined where that cannot be had. */
export const gcmKernel = /* @__PURE__ */ wasmModule(
  BYTES,
  (exports, memory): Kernel => ({
    memory: new Uint8Array(memory),
    nonce: address(exports, 'NONCE'),
    tag: address(exports, 'TAG'),
    roundKeys: address(exports, 'ROUND_KEYS'),
    state: address(exports, 'STATE'),
    stateEnd: address(exports, 'STATE_END'),
    table: address(exports, 'TABLE'),
    tableEnd: address(exports, 'TABLE_END'),
    aad: address(exports, 'AAD'),
    aadSize: address(exports, 'AAD_SIZE'),
    text: address(exports, 'TEXT'),
    textSize: address(exports, 'TEXT_SIZE'),
    setKey: exports.setKey as Kernel['setKey'],
    makeTable: exports.makeTable as Kernel['makeTable'],
    seal: exports.seal as Kernel['seal'],
    authenticate: exports.authenticate as Kernel['authenticate'],
    decrypt: exports.decrypt as Kernel['decrypt'],
    clear: exports.clear as Kernel['clear'],
    loaded: undefined,
  }),
)

/** Texts from this size on, bytes, use the table (the kernel's own threshold), and so make it. */
const TABLE_FROM = 512

/**
 * One key over the kernel that all connections share: its state (2.5 KiB, and 8 KiB of table once a long record was
 * seen) is kept here and copied into the kernel when another key was there before. What does not fit the kernel's memory
 * goes to `large`.
 */
export class WasmAesGcm implements Aead {
  readonly tagLength = 16
  readonly #state: Uint8Array
  #table: Uint8Array | undefined
  readonly #rounds: number
  readonly #key: Uint8Array
  #large: Aead | undefined

  constructor(
    private readonly kernel: Kernel,
    key: Uint8Array,
    private readonly large: (key: Uint8Array) => Aead,
  ) {
    this.#key = new Uint8Array(key)
    const words = expandKeyConstantTime(key)
    this.#rounds = words.length / 4 - 1
    const { memory, roundKeys, state, stateEnd } = kernel
    const view = new DataView(memory.buffer)
    words.forEach((word, i) => {
      view.setInt32(roundKeys + 4 * i, word, true)
    })
    words.fill(0)
    kernel.setKey(this.#rounds)
    this.#state = memory.slice(state, stateEnd)
    kernel.loaded = this
  }

  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void {
    checkPlace('aes-gcm', nonce, NONCE_LENGTH, buffer, offset, offset + length + this.tagLength)
    const { kernel } = this
    if (length > kernel.textSize || aad.length > kernel.aadSize) {
      this.#large ??= this.large(this.#key)
      this.#large.seal(nonce, aad, buffer, offset, length)
      return
    }
    const { memory, text, tag } = kernel
    const table = this.#load(nonce, aad, buffer, offset, length)
    kernel.seal(this.#rounds, aad.length, length, table)
    copyBytes(memory, text, length, buffer, offset)
    copyBytes(memory, tag, 16, buffer, offset + length)
  }

  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null {
    checkPlace('aes-gcm', nonce, NONCE_LENGTH, buffer, offset, offset + length)
    const { kernel } = this
    const textLength = length - this.tagLength
    if (textLength < 0) return null
    if (textLength > kernel.textSize || aad.length > kernel.aadSize) {
      this.#large ??= this.large(this.#key)
      return this.#large.open(nonce, aad, buffer, offset, length)
    }
    const { memory, text, tag } = kernel
    const table = this.#load(nonce, aad, buffer, offset, textLength)
    kernel.authenticate(this.#rounds, aad.length, textLength, table)
    if (!equalTags(memory, tag, buffer, offset + textLength)) return null
    kernel.decrypt(this.#rounds, textLength)
    copyBytes(memory, text, textLength, buffer, offset)
    memory.fill(0, text, text + textLength)
    return buffer.subarray(offset, offset + textLength)
  }

  destroy(): void {
    const { kernel } = this
    this.#key.fill(0)
    this.#state.fill(0)
    this.#table?.fill(0)
    this.#large?.destroy()
    if (kernel.loaded === this) {
      kernel.clear(kernel.textSize, true)
      kernel.loaded = undefined
    }
  }

  /** @returns whether the table lies ready */
  #load(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): boolean {
    const { kernel } = this
    const { memory, state, table, tableEnd } = kernel
    if (kernel.loaded !== this) {
      memory.set(this.#state, state)
      if (this.#table) memory.set(this.#table, table)
      kernel.loaded = this
    }
    if (length >= TABLE_FROM && !this.#table) {
      kernel.makeTable()
      this.#table = memory.slice(table, tableEnd)
    }
    copyBytes(nonce, 0, nonce.length, memory, kernel.nonce)
    copyBytes(aad, 0, aad.length, memory, kernel.aad)
    copyBytes(buffer, offset, length, memory, kernel.text)
    return this.#table !== undefined
  }
}
