import { readdir, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { minify } from 'terser'

/**
 * Takes white space, comments and the names of local variables out of built files: the longer a text, the longer its
 * import, and Node keeps the text in memory. Functions, classes and everything at the top keep their names, for stack
 * traces; nothing is computed otherwise than it was written; and the annotations stay by which a bundler leaves out what
 * a program does not use (esbuild's minifier takes them away).
 */
export async function shorten(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.js'))
  await Promise.all(
    files.map(async (name) => {
      const path = resolve(folder, name)
      const [text, content] = await Promise.all([readFile(path, 'utf8'), readFile(`${path}.map`, 'utf8')])
      const { code, map } = await minify(text, {
        module: true,
        compress: false,
        mangle: { module: false, toplevel: false, keep_fnames: true, keep_classnames: true },
        format: { comments: false, preserve_annotations: true, ecma: 2020 },
        sourceMap: { content, url: `${name}.map`, filename: name },
      })
      if (code === undefined || typeof map !== 'string') throw new Error(`${name}: nothing came of it`)
      await Promise.all([writeFile(path, code), writeFile(`${path}.map`, map)])
    }),
  )
}
