import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runReadme } from '../../../tools/workspace/readme.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

it('the program at the top of the README runs', () => {
  expect(runReadme(folder)).toMatch(/^TLSv1\.3 TLS_\w+ hello$/m)
})

it.each([
  [
    'of another authority',
    `createAuthority({ provider: nodeProvider }).issue('localhost')`,
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  ['with another name', `authority.issue('impostor.example')`, 'ERR_TLS_CERT_ALTNAME_INVALID'],
])('an impostor %s gets no connection', (_who, credentials, code) => {
  const told = `process.on('uncaughtException', ({ code }) => (console.log(code), process.exit()))\n`
  const printed = runReadme(folder, (program) => {
    expect(program).toContain(`authority.issue('localhost')`)
    return program
      .replace(`authority.issue('localhost')`, credentials)
      .replace('const authority', `${told}const authority`)
  })
  expect(printed).toBe(`${code}\n`)
})
