/** A provider out of parts: what a program does not name is not offered, and not bundled. */
export { composeProvider, type KeyFamily, type ProviderParts } from './portable/compose.ts'
export {
  dsaKeys,
  ecKeys,
  ed448Keys,
  ed25519Keys,
  mlDsaKeys,
  rsaKeys,
  rsaSignatureKeys,
  xdhKeys,
} from './portable/key-families.ts'
