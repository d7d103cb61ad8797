import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runReadme } from '../../../tools/workspace/readme.ts'

test('the program at the top of the README runs and prints what it says', () => {
  expect(runReadme(fileURLToPath(new URL('..', import.meta.url)))).toBe('hello\n')
})
