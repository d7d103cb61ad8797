import { BYTES } from '../generated/x25519.ts'
import { wasmModule } from '../wasm/module.ts'

const address = (exports: Record<string, unknown>, name: string) => (exports[name] as { value: number }).value

/** X25519 in WebAssembly, in constant time; undefined where that cannot be had. */
export const x25519Kernel = /* @__PURE__ */ wasmModule(BYTES, (exports, memory) => {
  const bytes = new Uint8Array(memory)
  const [scalarAt, coordinateAt, resultAt] = ['SCALAR', 'COORDINATE', 'RESULT'].map((name) => address(exports, name))
  const run = exports.x25519 as () => void
  /** @returns the u-coordinate; zeros for a point of low order */
  return (scalar: Uint8Array, u: Uint8Array): Uint8Array => {
    bytes.set(scalar, scalarAt)
    bytes.set(u, coordinateAt)
    run()
    const result = bytes.slice(resultAt, resultAt + 32)
    bytes.fill(0, resultAt, resultAt + 32)
    return result
  }
})
