import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** What a page imports, and how many bytes of it there may be, minified and compressed. The roots are loaded apart. */
const IMPORTS: readonly [name: string, code: string, limit: number][] = [
  ['the whole module', "export * from '@x/node-tls-compat'", 238_000],
  ['connect', "export { connect } from '@x/node-tls-compat'", 238_000],
  ['checkServerIdentity', "export { checkServerIdentity } from '@x/node-tls-compat'", 3_000],
  ['the roots', "export * from '@x/x509/roots'", 150_000],
  ['./websocket', "export * from '@x/node-tls-compat/websocket'", 4_000],
]

/** @returns a line for each, and whether all keep their limits */
export async function* sizes(folder: string): AsyncGenerator<readonly [line: string, kept: boolean]> {
  for (const [name, contents, limit] of IMPORTS) {
    const { outputFiles, metafile } = await build({
      stdin: { contents, resolveDir: folder },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      external: name === 'the roots' ? [] : ['@x/x509/roots'],
      outfile: join(folder, 'size.js'),
      write: false,
      metafile: true,
    })
    const size = gzipSync(outputFiles[0]!.contents, { level: 9 }).length
    const foreign = Object.keys(metafile.inputs).filter((file) => /host\/(node|deno|bun|workerd)\.js$/.test(file))
    const kept = size <= limit && foreign.length === 0
    const what = foreign.length > 0 ? `, of another host: ${foreign.join(', ')}` : ''
    yield [`page, ${name}: ${(size / 1000).toFixed(1)} kB of ${limit / 1000} kB${what}`, kept]
  }
}
