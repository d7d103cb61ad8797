export type { AlgorithmIdentifier, PssParameters } from './algorithm.ts'
export { Certificate, parseCertificates } from './certificate.ts'
export { type CertificateBag, encodePkcs7, parsePkcs7 } from './containers/pkcs7.ts'
export {
  encodePfx,
  type Pfx,
  type PfxCertificate,
  type PfxIdentity,
  type PfxInput,
  type PfxKey,
  parsePfx,
  pfxIdentities,
} from './containers/pkcs12.ts'
export { type CtLog, type SctVerdict, type SctVerifyOptions, verifyScts, verifySctsSync } from './ct/verify-sct.ts'
export { der } from './der/builders.ts'
export { type DerLimits, DerReader } from './der/reader.ts'
export { type ErrorPlace, X509Error, type X509ErrorCode } from './error.ts'
export type { AccessDescription, DistributionPoint, DistributionPointName } from './extensions/access.ts'
export type { BasicConstraints, GeneralSubtree, NameConstraints, PolicyConstraints } from './extensions/constraints.ts'
export type { Attribute, AuthorityKeyIdentifier } from './extensions/identifiers.ts'
export { type Extension, ExtensionList } from './extensions/list.ts'
export type { PolicyInformation, PolicyMapping, PolicyQualifier } from './extensions/policies.ts'
export type { ExtensionName, ExtensionValue } from './extensions/registry.ts'
export type { CrlReason, IssuingDistributionPoint } from './extensions/revocation.ts'
export { encodeSctList, parseSctList, type SignedCertificateTimestamp } from './extensions/sct-list.ts'
export type { KeyUsageName } from './extensions/usage.ts'
export {
  type Authority,
  type AuthorityOptions,
  authorityFrom,
  createAuthority,
  createAuthorityAsync,
  type Issued,
  type IssueOptions,
} from './issue/authority.ts'
export {
  type CertificateInput,
  createCertificate,
  createCertificateSync,
  type ExtensionInput,
  keyIdentifier,
  type NamedExtension,
  type NameLike,
} from './issue/certificate-writer.ts'
export { type CrlInput, createCrl, createCrlSync, type Revocation } from './issue/crl-writer.ts'
export { CertificateRequest, createRequest, createRequestSync, type RequestInput } from './issue/request.ts'
export { CURVES } from './keys/curve-names.ts'
export { type DhParameters, encodeDhParameters, parseDhParameters } from './keys/dh-parameters.ts'
export { type Jwk, privateKeyFromJwk, privateKeyToJwk, publicKeyFromJwk, publicKeyToJwk } from './keys/jwk.ts'
export type { KeyEncryption } from './keys/pbe.ts'
export {
  type EncodePrivateKeyOptions,
  encodePrivateKey,
  type PrivateKeyOptions,
  parsePrivateKey,
} from './keys/private-key.ts'
export { encodePublicKey, parsePublicKey, SubjectPublicKeyInfo } from './keys/public-key.ts'
export { createName, type NamePair } from './names/create-name.ts'
export type { GeneralName } from './names/general-name.ts'
export { formatIpAddress, parseIpAddress } from './names/ip-address.ts'
export { Name, type NameAttribute } from './names/name.ts'
export {
  checkServerIdentity,
  type IdentityCertificate,
  type IdentityError,
} from './node-shapes/check-server-identity.ts'
export {
  fingerprint,
  type LegacyCertificate,
  type LegacyName,
  toIdentityCertificate,
  toLegacyObject,
} from './node-shapes/legacy-object.ts'
export { type CheckOptions, X509CertificateLike } from './node-shapes/x509-certificate.ts'
export { type CertId, createOcspRequest, type OcspRequest, parseOcspRequest } from './ocsp/request.ts'
export {
  type BasicOcspResponse,
  createOcspResponse,
  createOcspResponseSync,
  encodeOcspError,
  type OcspAnswer,
  type OcspResponse,
  type OcspResponseInput,
  type OcspStatus,
  parseOcspResponse,
  type SingleResponse,
} from './ocsp/response.ts'
export { type OcspVerdict, type OcspVerifyOptions, verifyOcspResponse, verifyOcspResponseSync } from './ocsp/verify.ts'
export { ACCESS_METHOD, ANY_POLICY, EXTENDED_KEY_USAGE, EXTENSION } from './oids.ts'
export { derOf, encodePem, isPem, type PemBlock, parsePem, pemBlocks } from './pem.ts'
export { CertificateRevocationList, type RevokedCertificate } from './revocation/crl.ts'
export { nodeVerifyCode, VERIFY_CODES, type VerifyCode, verifyMessage } from './verify/codes.ts'
export { checkName, matchesDnsName } from './verify/host-name.ts'
export type {
  PathCheck,
  PathProblem,
  PathReport,
  Purpose,
  ReferenceName,
  VerifyBudget,
} from './verify/options.ts'
export { checkPolicies, type PolicyOptions } from './verify/policy.ts'
export { type CrlOptions, checkCrls } from './verify/revocation.ts'
export { keySecurity, minimumBits, signatureSecurity } from './verify/security-level.ts'
export { createTrustStore, TrustStore } from './verify/trust-store.ts'
export {
  type Profile,
  type VerifyOptions,
  type VerifyResult,
  verifyChain,
  verifyChainSync,
} from './verify/verify-chain.ts'
