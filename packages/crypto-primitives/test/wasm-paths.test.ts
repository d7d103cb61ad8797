/**
 * Constant time, checked: each module is instrumented so that it tells the address of every load and store, and every
 * turn of a loop, and then run over different secrets of the same lengths. All that it tells must be the same.
 *
 * What this cannot see is a branch with nothing but arithmetic in it, and how long the processor takes for an instruction.
 */
import binaryen from 'assemblyscript/binaryen'
import { describe, expect, test } from 'vitest'
import { compile } from '../wasm/build.mjs'

type Exports = Record<string, unknown> & { memory: WebAssembly.Memory }
const at = (exports: Exports, name: string) => (exports[name] as WebAssembly.Global).value as number
const call = (exports: Exports, name: string, ...args: (number | boolean)[]) =>
  (exports[name] as (...args: number[]) => void)(...args.map(Number))

/** Deterministic bytes that look random. */
function generator(seed: number): (length: number) => Uint8Array {
  let state = Math.imul(seed, 0x9e3779b9) >>> 0
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state >>> 24
    })
}

/** Runs each module over secrets: keys, texts, scalars. Lengths are public. */
const RUNS: Record<string, (exports: Exports, random: (length: number) => Uint8Array) => void> = {
  'aes-gcm': (exports, random) => {
    const memory = new Uint8Array(exports.memory.buffer)
    for (const [rounds, length] of [
      [10, 100],
      [14, 1000],
      [10, 9000],
    ] as const) {
      memory.set(random(16 * (rounds + 1)), at(exports, 'ROUND_KEYS'))
      call(exports, 'setKey', rounds)
      call(exports, 'makeTable')
      memory.set(random(13), at(exports, 'AAD'))
      memory.set(random(12), at(exports, 'NONCE'))
      memory.set(random(length), at(exports, 'TEXT'))
      call(exports, 'seal', rounds, 13, length, true)
      call(exports, 'authenticate', rounds, 13, length, true)
      call(exports, 'decrypt', rounds, length)
    }
  },
  'chacha20-poly1305': (exports, random) => {
    const memory = new Uint8Array(exports.memory.buffer)
    for (const length of [100, 1000]) {
      memory.set(random(32), at(exports, 'KEY'))
      memory.set(random(12), at(exports, 'NONCE'))
      memory.set(random(13), at(exports, 'AAD'))
      memory.set(random(length), at(exports, 'TEXT'))
      call(exports, 'seal', 13, length)
      call(exports, 'authenticate', 13, length)
      call(exports, 'decrypt', length)
    }
  },
  sha2: (exports, random) => {
    const memory = new Uint8Array(exports.memory.buffer)
    for (const bits of [256, 512]) {
      memory.set(random(bits / 8), at(exports, `STATE${bits}`))
      memory.set(random(1024), at(exports, 'INPUT'))
      call(exports, `compress${bits}`, 4)
      call(exports, `digest${bits}`)
    }
  },
  x25519: (exports, random) => {
    const memory = new Uint8Array(exports.memory.buffer)
    memory.set(random(32), at(exports, 'SCALAR'))
    memory.set(random(32), at(exports, 'COORDINATE'))
    call(exports, 'x25519')
  },
}

/** What a run tells, as one number, and how much it was. */
async function trace(bytes: BufferSource, run: (typeof RUNS)[string], seed: number) {
  let hash = 0
  let events = 0
  const tell = (...numbers: number[]) => {
    events++
    for (const number of numbers) hash = (Math.imul(hash ^ number, 0x01000193) + (hash >>> 15)) | 0
  }
  // Values are secret; ids of instructions, and addresses, are not.
  const address = (id: number, offset: number, pointer: number) => {
    tell(id, offset, pointer)
    return pointer
  }
  const value = (_id: number, secret: unknown) => secret
  const module = await WebAssembly.compile(bytes)
  const hooks: Record<string, unknown> = {}
  for (const { name } of WebAssembly.Module.imports(module)) {
    if (name === 'log_execution') hooks[name] = (id: number) => tell(id)
    else if (name === 'load_ptr' || name === 'store_ptr')
      hooks[name] = (id: number, _bytes: number, offset: number, pointer: number) => address(id, offset, pointer)
    else if (/_val_|^(get|set)_/.test(name)) hooks[name] = value
    else hooks[name] = () => {}
  }
  const imports = Object.fromEntries(WebAssembly.Module.imports(module).map(({ module: from }) => [from, hooks]))
  const { exports } = await WebAssembly.instantiate(module, imports as WebAssembly.Imports)
  run(exports as Exports, generator(seed))
  return { hash, events }
}

/** Every address and every turn of a loop is told to the host. */
function instrument(module: binaryen.Module): Uint8Array<ArrayBuffer> {
  module.setFeatures(binaryen.Features.All)
  module.runPasses(['instrument-memory', 'log-execution'])
  expect(module.validate()).toBe(1)
  const bytes = Uint8Array.from(module.emitBinary())
  module.dispose()
  return bytes
}

const instrumented = async (name: string) => instrument(binaryen.readBinary(await compile(name)))

describe('the same path and the same addresses, whatever the secrets', () => {
  test.each(Object.keys(RUNS))('%s', async (name) => {
    const bytes = await instrumented(name)
    const first = await trace(bytes, RUNS[name]!, 1)
    expect(first.events).toBeGreaterThan(500)
    for (const seed of [2, 3, 4]) expect(await trace(bytes, RUNS[name]!, seed)).toEqual(first)
  })

  test('an address that depends on what was read is told', async () => {
    const lookUp = '(i32.store8 (i32.load8_u (i32.const 0)) (i32.const 1))'
    const text = `(module (memory (export "memory") 1) (func (export "look") ${lookUp}))`
    const bytes = instrument(binaryen.parseText(text))
    const run = (exports: Exports, random: (length: number) => Uint8Array) => {
      new Uint8Array(exports.memory.buffer).set(random(1))
      call(exports, 'look')
    }
    expect(await trace(bytes, run, 1)).not.toEqual(await trace(bytes, run, 2))
  })

  test('what depends on a length is told', async () => {
    const bytes = await instrumented('sha2')
    const blocks = (count: number) => (exports: Exports) => call(exports, 'compress256', count)
    const [one, two] = [await trace(bytes, blocks(1), 1), await trace(bytes, blocks(2), 1)]
    expect(one).not.toEqual(two)
  })
})
