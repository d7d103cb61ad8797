import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A program of a README: its first block of JavaScript.
 *
 * @param holding the first one that holds this text
 */
export function readmeProgram(folder: string, holding = ''): string {
  const blocks = readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/```js\n([\s\S]*?)```/g)
  for (const [, program] of blocks) if (program.includes(holding)) return program
  throw new Error(`${folder}: the README has no program${holding && ` with ${holding}`}`)
}

/**
 * Runs a program of a package's README, the one at its top, against the sources of the packages.
 *
 * @param edit what is to be another program's in it
 * @param holding the first program that holds this text
 * @returns what it printed
 */
export function runReadme(
  folder: string,
  edit: (program: string) => string = (program) => program,
  holding = '',
): string {
  return runProgram(folder, edit(readmeProgram(folder, holding)))
}

/** Runs a program against the sources of the packages, as one of a package's folder. @returns what it printed */
export function runProgram(folder: string, program: string): string {
  const place = mkdtempSync(join(tmpdir(), 'readme-'))
  try {
    writeFileSync(join(place, 'program.mts'), program)
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
