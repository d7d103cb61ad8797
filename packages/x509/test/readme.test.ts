import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))

test('the program at the top of the README runs and prints what it says', { timeout: 60_000 }, () => {
  const program = /```js\n([\s\S]*?)```/.exec(readFileSync(join(folder, 'README.md'), 'utf8'))![1]!
  const printed = /\/\/ (.*)\n$/.exec(program)![1]!
  const place = mkdtempSync(join(tmpdir(), 'readme-'))
  const file = join(place, 'program.mts')
  // What an installation resolves through `exports`, this resolves to the sources.
  writeFileSync(
    file,
    program.replaceAll(
      /'@x\/([\w-]+)(?:\/(\w+))?'/g,
      (_, name, entry = 'index') => `'${folder}../${name}/src/${entry}.ts'`,
    ),
  )
  const tsconfig = join(folder, '../../tsconfig.base.json')
  try {
    const output = execFileSync(process.execPath, ['--import', 'tsx', file], {
      cwd: folder,
      env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig },
    })
    expect(output.toString().trim()).toBe(printed)
  } finally {
    rmSync(place, { recursive: true })
  }
})
