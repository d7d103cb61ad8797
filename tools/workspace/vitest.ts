import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('../../packages', import.meta.url))

/**
 * The one vitest configuration. `@x/<package>/<entry>` resolves to the package's source, so that
 * a package is tested in a fresh clone without any other package being built.
 */
export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^@x\/node-tls-compat\/(websocket|cloudflare|direct-sockets)$/,
        replacement: `${packages}/node-tls-compat/src/dialers/$1.ts`,
      },
      { find: '#host', replacement: `${packages}/node-tls-compat/src/host/node.ts` },
      { find: /^@x\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
      { find: /^@x\/([^/]+)\/(.+)$/, replacement: `${packages}/$1/src/$2.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: [fileURLToPath(new URL('fixed-seed.ts', import.meta.url))],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    reporters: ['default'],
  },
})
