import { defineConfig, type Options } from 'tsup'
import { putTogether } from './together.ts'

/**
 * The one build: ES modules, declarations and source maps; `dist/<entry>.js` comes from `src/<entry>.ts`,
 * and everything a package depends on stays outside.
 *
 * @param entries names of the package's entries, without `src/` and `.ts`
 * @param together of these, the ones that programs import with each other: see `putTogether`
 */
export function build(entries: string[], { together, ...options }: Options & { together?: string[] } = {}) {
  return defineConfig({
    entry: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    tsconfig: 'tsconfig.build.json',
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: false,
    external: [/^node:/],
    // Deno and the edge runtimes know Node's modules by this prefix only.
    removeNodeProtocol: false,
    // No minifying: it takes away the annotations by which a bundler leaves out what a program does not use.
    onSuccess: together && (() => putTogether('dist', entries, together)),
    ...options,
  })
}
