import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runReadme } from '../../../tools/workspace/readme.ts'

it('the program at the top of the README runs', () => {
  const printed = runReadme(fileURLToPath(new URL('..', import.meta.url)))
  expect(printed).toContain('ECDHE-ECDSA-AES256-GCM-SHA384')
  expect(printed.trim()).toMatch(/security level 2$/)
})
