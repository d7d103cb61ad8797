import { build } from '../../tools/workspace/tsup.ts'

const HOSTS = ['node', 'deno', 'bun', 'workerd', 'web'].map((name) => `host/${name}`)

export default build(['index', 'https', 'http2', 'register', ...HOSTS], {
  platform: 'node',
  // Which of them it is, each runtime and each bundler finds out by itself, from `imports` in package.json.
  external: [/^node:/, '#host'],
  dts: { entry: ['index', 'https', 'http2', 'register'].map((name) => `src/${name}.ts`) },
})
