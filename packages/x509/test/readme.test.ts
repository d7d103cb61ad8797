import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readmeProgram, runReadme } from '../../../tools/workspace/readme.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

test('the program at the top of the README runs and prints what it says', { timeout: 60_000 }, () => {
  const promised = /\/\/ (.*)\n$/.exec(readmeProgram(folder))?.[1]
  expect(runReadme(folder).trim()).toBe(promised)
})
