import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import base from '../../tools/workspace/vitest.ts'

const { test, resolve } = base
const web = { find: '#host', replacement: fileURLToPath(new URL('src/host/web.ts', import.meta.url)) }
const others = (resolve?.alias ?? []) as []

/** Everything on this Node; and what holds on every host once more, with the face that needs none. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      { resolve: { alias: others }, test: { ...test, name: 'node' } },
      { resolve: { alias: [web, ...others] }, test: { ...test, name: 'web', include: ['test/hosts/**/*.test.ts'] } },
    ],
  },
})
