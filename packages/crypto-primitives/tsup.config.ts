import { build } from '../../tools/workspace/tsup.ts'

export default build(
  [
    'index',
    'portable',
    'modern',
    'compose',
    'options',
    'node',
    'node-aead',
    'hash',
    'hpke',
    'kdf',
    'aead',
    'groups',
    'ffdhe',
    'curves',
    'curve-parameters',
    'rsa',
    'safe-prime',
    'ecdsa',
    'eddsa',
    'dsa',
    'mldsa',
    'mlkem',
    'cbc',
    'legacy',
    'webcrypto',
    'conformance',
  ],
  // What the TLS stack in Node imports.
  { together: ['index', 'node', 'legacy', 'options'] },
)
