import { build } from '../../tools/workspace/tsup.ts'

export default build(['index', 'https', 'http2', 'register', 'host/node'], {
  platform: 'node',
  external: [/^node:/, '#host'],
})
