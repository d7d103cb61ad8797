import { build } from '../../tools/workspace/tsup.ts'

export default build([
  'index',
  'portable',
  'node',
  'node-aead',
  'hash',
  'kdf',
  'aead',
  'groups',
  'ffdhe',
  'curves',
  'rsa',
  'ecdsa',
  'eddsa',
  'dsa',
  'mldsa',
  'mlkem',
  'cbc',
  'legacy',
  'webcrypto',
  'conformance',
])
