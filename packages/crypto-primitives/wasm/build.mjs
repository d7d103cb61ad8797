// Compiles the AssemblyScript beside this file to WebAssembly and writes the bytes, in hexadecimal, into src/generated.
// Base64 is shorter until it is compressed: then, as it hides what repeats, it is a third longer.
// A test holds the committed bytes to what this makes.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

export const MODULES = ['aes-gcm', 'chacha20-poly1305', 'sha2', 'x25519']

/** No slower when functions are not copied into their callers, and a third smaller; the others would lose a tenth. */
const SHRUNK = ['aes-gcm']

/** The module's bytes. */
export async function compile(name) {
  const source = await readFile(new URL(`./${name}.as`, import.meta.url), 'utf8')
  let bytes
  const { error, stderr } = await asc.main(
    [
      'module.ts',
      '--outFile',
      'module.wasm',
      '--enable',
      'simd',
      '-O3',
      '--shrinkLevel',
      SHRUNK.includes(name) ? '1' : '0',
      '--noAssert',
      '--runtime',
      'stub',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '1',
    ],
    {
      readFile: (file) => (file === 'module.ts' ? source : null),
      writeFile: (file, data) => {
        if (file === 'module.wasm') bytes = data
      },
      listFiles: () => [],
    },
  )
  if (error) throw new Error(`${name}: ${error.message}\n${stderr.toString()}`)
  return bytes
}

/** The generated TypeScript around them. */
export function sourceOf(name, bytes) {
  const hex = Buffer.from(bytes).toString('hex')
  return `/** WebAssembly made by wasm/build.mjs from wasm/${name}.as: do not edit. ${bytes.length} bytes. */
export const BYTES =
  '${hex}'
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of MODULES) {
    const bytes = await compile(name)
    await writeFile(new URL(`../src/generated/${name}.ts`, import.meta.url), sourceOf(name, bytes))
    console.log(`${name}: ${bytes.length} bytes`)
  }
}
