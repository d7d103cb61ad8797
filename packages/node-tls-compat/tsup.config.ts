import { build } from '../../tools/workspace/tsup.ts'

const DOORS = ['index', 'https', 'http2', 'register']
const DIALERS = ['websocket', 'cloudflare', 'direct-sockets'].map((name) => `dialers/${name}`)
const HOSTS = ['node', 'deno', 'bun', 'workerd', 'web'].map((name) => `host/${name}`)

export default build([...DOORS, ...DIALERS, ...HOSTS], {
  platform: 'node',
  // Which of them it is, each runtime and each bundler finds out by itself, from `imports` in package.json.
  external: [/^node:/, '#host'],
  dts: { entry: [...DOORS, ...DIALERS].map((name) => `src/${name}.ts`) },
})
