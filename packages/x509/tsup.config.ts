import { build } from '../../tools/workspace/tsup.ts'

export default build(['index', 'der', 'roots', 'tls', 'verify'], {
  // What a TLS stack imports.
  together: ['tls'],
})
