import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readmeProgram, runReadme } from '../../../tools/workspace/readme.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

test('the program at the top of the README runs and prints what it says', { timeout: 60_000 }, () => {
  const promised = /\/\/ (.*)\n$/.exec(readmeProgram(folder))?.[1]
  expect(runReadme(folder).trim()).toBe(promised)
})

test('the program with messages runs, and a message by another name is refused', { timeout: 60_000 }, () => {
  const holding = '@x/x509/cms'
  expect(runReadme(folder, undefined, holding).trim()).toBe('Dear Bob')
  const another = (program: string) => program.replace("value: 'alice@", "value: 'mallory@")
  expect(() => runReadme(folder, another, holding)).toThrow('mallory@example.com')
})
