/**
 * What a TLS stack uses of this package, and no more of it is loaded: certificates, keys, PFX and CRLs read, chains
 * verified as Node does, names checked, certificates in the form of Node's `getPeerCertificate`. All of it is in the
 * index too, which has besides what writes and issues.
 */
export { Certificate, certificateOf, isCertificateLabel, parseCertificates } from './certificate.ts'
export {
  type Pfx,
  type PfxCertificate,
  type PfxIdentity,
  type PfxKey,
  type PfxOptions,
  parsePfx,
  pfxIdentities,
} from './containers/pkcs12.ts'
export { type DerLimits, DerReader } from './der/reader.ts'
export { type ErrorPlace, X509Error, type X509ErrorCode } from './error.ts'
export { type DhParameters, parseDhParameters } from './keys/dh-parameters.ts'
export { type PrivateKeyOptions, parsePrivateKey } from './keys/private-key.ts'
export {
  checkServerIdentity,
  type IdentityCertificate,
  type IdentityError,
} from './node-shapes/check-server-identity.ts'
export {
  type LegacyCertificate,
  type LegacyName,
  toIdentityCertificate,
  toLegacyObject,
} from './node-shapes/legacy-object.ts'
export { peerCertificateReader, type ReadCertificate } from './peer-certificate-reader.ts'
export { derOf, isPem, type PemBlock, parsePem, pemBlocks } from './pem.ts'
export { CertificateRevocationList, type RevokedCertificate } from './revocation/crl.ts'
export type { TrustSettings } from './trust-settings.ts'
export { nodeVerifyCode, VERIFY_CODES, type VerifyCode, verifyMessage } from './verify/codes.ts'
export { keySecurity, minimumBits, signatureSecurity } from './verify/security-level.ts'
export { createTrustStore, TrustStore } from './verify/trust-store.ts'
export type { VerifyResult } from './verify/verify-as-node.ts'
export { type VerifyAsNodeOptions, verifyAsNode } from './verify/verify-as-node.ts'
