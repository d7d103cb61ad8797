/** The part of WebAssembly's API that is used here; its types are not in every environment's library. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> }
}

function unhex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

let warned = false

/** Plain JavaScript does the same, but slower and, for AES, not in constant time: that is not to go unnoticed. */
function warnOnce(error: unknown): void {
  if (warned) return
  warned = true
  console.warn(
    `@x/crypto-primitives: no WebAssembly with SIMD here, ciphers run in plain JavaScript (${String(error)})`,
  )
}

/**
 * Compiles a module, once, when it is first asked for. Engines refuse more than 4 KiB at once on a page's main thread
 * only for `WebAssembly.Module` in some old versions; where that, a content security policy or a missing feature (SIMD)
 * stands in the way, the answer is undefined, and stays so.
 *
 * @param hex its bytes
 * @param read its exports, and its memory
 */
export function wasmModule<T>(hex: string, read: (exports: Record<string, unknown>, memory: ArrayBuffer) => T) {
  let loaded: { value: T | undefined } | undefined
  return (): T | undefined => {
    if (!loaded) {
      let value: T | undefined
      try {
        const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
        const { exports } = new Instance(new Module(unhex(hex)), {
          env: {
            abort() {
              throw new Error('unreachable')
            },
          },
        })
        value = read(exports, (exports.memory as { buffer: ArrayBuffer }).buffer)
      } catch (error) {
        warnOnce(error)
      }
      loaded = { value }
    }
    return loaded.value
  }
}
