import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runReadme } from '../../../tools/workspace/readme.ts'

it('the program at the top of the README runs', () => {
  expect(runReadme(fileURLToPath(new URL('..', import.meta.url)))).toMatch(/^TLSv1\.3 TLS_\w+ hello$/m)
})
