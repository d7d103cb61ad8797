import { build } from '../../tools/workspace/tsup.ts'

export default build(['index', 'asn1', 'cms', 'der', 'roots', 'tls', 'verify', 'node/x509'], {
  // What a TLS stack imports.
  together: ['tls'],
})
