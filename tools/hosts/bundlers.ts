import { dirname } from 'node:path'
import alias from '@rollup/plugin-alias'
import commonjs from '@rollup/plugin-commonjs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { rspack } from '@rspack/core'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'
import * as vite from 'vite'
import webpack from 'webpack'

/** Bundles `entry` for a page as modules in the folder `out`, the first of them `bundled.js`. */
type Bundle = (entry: string, out: string) => Promise<void>

/** Where a driver imports Node's module it gets ours; beside it, no setting is of our making. */
const OURS = { tls: '@x/node-tls-compat' }

/** What webpack and rspack have in common. */
const packed = (entry: string, out: string) => ({
  context: dirname(entry),
  mode: 'production' as const,
  entry: { bundled: entry },
  output: { path: out, filename: '[name].js' },
  resolve: { alias: OURS },
  // Advice on size.
  performance: false as const,
})

interface Stats {
  hasErrors(): boolean
  hasWarnings(): boolean
  toString(options: 'errors-warnings'): string
}

/** Webpack's way to say how it went; a warning is a failure too. */
const finished = (resolve: () => void, reject: (error: Error) => void) => (error: Error | null, stats?: Stats) => {
  if (error || !stats) reject(error ?? new Error('nothing was made'))
  else if (stats.hasErrors() || stats.hasWarnings()) reject(new Error(stats.toString('errors-warnings')))
  else resolve()
}

export const BUNDLERS: Readonly<Record<string, Bundle>> = {
  async esbuild(entry, out) {
    await esbuild.build({
      absWorkingDir: dirname(entry),
      entryPoints: { bundled: entry },
      outdir: out,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      alias: OURS,
      logLevel: 'error',
    })
  },
  async vite(entry, out) {
    await vite.build({
      configFile: false,
      logLevel: 'error',
      root: dirname(entry),
      resolve: { alias: OURS },
      build: { outDir: out, rolldownOptions: { input: entry, output: { entryFileNames: 'bundled.js' } } },
    })
  },
  webpack: (entry, out) => new Promise((resolve, reject) => webpack(packed(entry, out), finished(resolve, reject))),
  rspack: (entry, out) => new Promise((resolve, reject) => rspack(packed(entry, out), finished(resolve, reject))),
  // It knows neither node_modules nor CommonJS by itself.
  async rollup(entry, out) {
    const bundle = await rollup({
      input: { bundled: entry },
      plugins: [alias({ entries: OURS }), nodeResolve({ browser: true }), commonjs()],
      onwarn: (warning) => {
        throw new Error(warning.message)
      },
    })
    await bundle.write({ dir: out, format: 'es' })
  },
}
