import { readFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { rollup } from 'rollup'

const isOutside = (id: string) => !id.startsWith('.') && !id.startsWith('/')

/**
 * esbuild makes a file for every set of entries that share code, and each file costs half a millisecond to import. This
 * puts what some entries reach, but for the entries themselves, into one file, `common.js`.
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
    // What a program does not use, its bundler leaves out.
    treeshake: false,
    plugins: [
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
  const own = new Set(entries.map(fileOf))
  await Promise.all(files.map((file) => rm(file)))
  await bundle.write({
    dir: folder,
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minifyInternalExports: false,
    hoistTransitiveImports: false,
    manualChunks(id, { getModuleInfo }) {
      const reached = new Set<string>()
      const visit = (file: string): void => {
        if (reached.has(file)) return
        reached.add(file)
        getModuleInfo(file)?.importedIds.forEach(visit)
      }
      for (const name of together) visit(fileOf(name))
      // What imports other packages, or Node's modules, would have them loaded with all the rest.
      const alone = getModuleInfo(id)?.importedIds.some(isOutside)
      return reached.has(id) && !own.has(id) && !alone ? 'common' : undefined
    },
  })
  await bundle.close()
}
