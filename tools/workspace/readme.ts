import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The program at the top of a README: its first block of JavaScript. */
export function readmeProgram(folder: string): string {
  const program = /```js\n([\s\S]*?)```/.exec(readFileSync(join(folder, 'README.md'), 'utf8'))?.[1]
  if (!program) throw new Error(`${folder}: the README does not start with a program`)
  return program
}

/**
 * Runs the program at the top of a package's README against the sources of the packages.
 *
 * @param edit what is to be another program's in it
 * @returns what it printed
 */
export function runReadme(folder: string, edit: (program: string) => string = (program) => program): string {
  const place = mkdtempSync(join(tmpdir(), 'readme-'))
  try {
    writeFileSync(join(place, 'program.mts'), edit(readmeProgram(folder)))
    return execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), join(place, 'program.mts')], {
      cwd: folder,
      encoding: 'utf8',
      // The paths in it lead from package names to sources.
      env: { ...process.env, TSX_TSCONFIG_PATH: join(folder, 'tsconfig.json') },
    })
  } finally {
    rmSync(place, { recursive: true })
  }
}
