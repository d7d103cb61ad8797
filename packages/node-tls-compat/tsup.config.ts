import { build } from '../../tools/workspace/tsup.ts'

const DOORS = ['index', 'https', 'http2', 'net', 'register']
const DIALERS = ['websocket', 'cloudflare', 'direct-sockets'].map((name) => `dialers/${name}`)
const HOSTS = ['node', 'deno', 'bun', 'workerd', 'web'].map((name) => `host/${name}`)

/** In files of their own: a program that asks for nothing else gets nothing else. */
const APART = ['connection/trust/check-server-identity', 'host/web/buffer']

export default build([...DOORS, ...DIALERS, ...HOSTS, ...APART], {
  platform: 'node',
  // Which of them it is, each runtime and each bundler finds out by itself, from `imports` in package.json.
  external: [/^node:/, '#host'],
  // One file for Node's face, which Deno's and Bun's import.
  together: ['host/node'],
  dts: { entry: [...DOORS, ...DIALERS].map((name) => `src/${name}.ts`) },
})
