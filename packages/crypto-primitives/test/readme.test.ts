import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))

it('the program at the top of the README runs and prints what it says', () => {
  const program = /```js\n([\s\S]*?)```/.exec(readFileSync(join(folder, 'README.md'), 'utf8'))![1]
  const printed = /\/\/ (.*)\n$/.exec(program)![1]
  // What an installation resolves through `exports`, this resolves to the source.
  const runnable = program.replace(/'@x\/crypto-primitives\/(\w+)'/g, (_, entry) => `'${folder}src/${entry}.ts'`)
  const place = mkdtempSync(join(tmpdir(), 'readme-'))
  const file = join(place, 'program.mts')
  writeFileSync(file, runnable)
  try {
    const output = execFileSync(process.execPath, ['--import', 'tsx', file], { cwd: folder }).toString()
    expect(output.trim()).toBe(printed)
  } finally {
    rmSync(place, { recursive: true })
  }
})
