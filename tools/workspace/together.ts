import { readFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { rollup } from 'rollup'
import { builtinsByName } from './builtins.ts'

const isOutside = (id: string) => !id.startsWith('.') && !id.startsWith('/')

/**
 * esbuild makes a file for every set of entries that share code, and each file costs half a millisecond to import. This
 * leaves fewer of them to the entries that programs import with each other: what they share, and what is behind it, goes
 * into the first of these entries that has nothing from other packages or from Node's modules, else into `common.js`;
 * what has something from there goes into the first of these entries that reaches it.
 *
 * An entry that holds more than its own exports the rest under names of a letter or two: they are in no declaration.
 *
 * @param folder where the built files are
 * @param entries all of the package
 * @param together those that programs import with each other
 */
export async function putTogether(folder: string, entries: readonly string[], together: readonly string[]) {
  const fileOf = (name: string) => resolve(folder, `${name}.js`)
  const files: string[] = []
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, fileOf(name)])),
    external: isOutside,
    preserveEntrySignatures: 'allow-extension',
    // What a program does not use, its bundler leaves out.
    treeshake: false,
    plugins: [
      builtinsByName,
      {
        name: 'built files with their maps',
        async load(id) {
          files.push(id, `${id}.map`)
          const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')])
          return { code: code.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), map: JSON.parse(map) }
        },
      },
    ],
  })
  await Promise.all(files.map((file) => rm(file)))
  await bundle.write({
    dir: folder,
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minifyInternalExports: true,
    hoistTransitiveImports: false,
    manualChunks(id, { getModuleInfo }) {
      const reach = (file: string, reached = new Set<string>()) => {
        if (!reached.has(file)) {
          reached.add(file)
          for (const next of getModuleInfo(file)?.importedIds ?? []) reach(next, reached)
        }
        return reached
      }
      const reachesOutside = (file: string) => [...reach(file)].some(isOutside)
      const entry = entries.find((name) => fileOf(name) === id)
      if (entry) return together.includes(entry) ? entry : undefined
      const first = together.find((name) => reach(fileOf(name)).has(id))
      // Whoever imports the shared code is not to load with it what comes from elsewhere.
      if (!first || reachesOutside(id)) return first
      return together.find((name) => !reachesOutside(fileOf(name))) ?? 'common'
    },
  })
  await bundle.close()
}
