export type { AlgorithmIdentifier, PssParameters } from './algorithm.ts'
export { type CertificateBag, encodePkcs7, parsePkcs7 } from './containers/pkcs7.ts'
export { encodePfx, type PfxInput } from './containers/write-pkcs12.ts'
export { type CtLog, type SctVerdict, type SctVerifyOptions, verifyScts, verifySctsSync } from './ct/verify-sct.ts'
export { der } from './der/builders.ts'
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
  type AuthorityCrl,
  type AuthorityOptions,
  authorityFrom,
  createAuthority,
  createAuthorityAsync,
  type Issued,
  type IssueFromRequest,
  type IssueOptions,
  type RenewOptions,
} from './issue/authority.ts'
export {
  type CertificateInput,
  createCertificate,
  createCertificateSync,
  keyIdentifier,
  type NameLike,
} from './issue/certificate-writer.ts'
export { type CrlInput, createCrl, createCrlSync, type Revocation } from './issue/crl-writer.ts'
export type { ExtensionInput, NamedExtension } from './issue/extension-input.ts'
export type { RequestChanges, RequestPolicy } from './issue/from-request.ts'
export { CertificateRequest, createRequest, createRequestSync, type RequestInput } from './issue/request.ts'
export { CURVES } from './keys/curve-names.ts'
export { encodeDhParameters } from './keys/dh-parameters.ts'
export { type EncodePrivateKeyOptions, encodePrivateKey } from './keys/encode-private-key.ts'
export { type DhGenerationOptions, generateDhParameters } from './keys/generate-dh-parameters.ts'
export { type Jwk, privateKeyFromJwk, privateKeyToJwk, publicKeyFromJwk, publicKeyToJwk } from './keys/jwk.ts'
export type { KeyEncryption } from './keys/pbe-encrypt.ts'
export { encodePublicKey, parsePublicKey, SubjectPublicKeyInfo } from './keys/public-key.ts'
export { createName, type NamePair } from './names/create-name.ts'
export type { GeneralName } from './names/general-name.ts'
export { formatIpAddress, parseIpAddress } from './names/ip-address.ts'
export { Name, type NameAttribute } from './names/name.ts'
export { fingerprint } from './node-shapes/legacy-object.ts'
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
export { encodePem } from './pem.ts'
export * from './tls.ts'
export type { VerifyBudget } from './verify/account.ts'
export type { PathProblem } from './verify/findings.ts'
export { checkName, matchesDnsName } from './verify/host-name.ts'
export type {
  PathCheck,
  PathReport,
} from './verify/options.ts'
export { checkPolicies, type PolicyOptions } from './verify/policy.ts'
export { type CrlOptions, checkCrls } from './verify/revocation.ts'
export type { Purpose, ReferenceName } from './verify/terms.ts'
export { type Profile, type VerifyOptions, verifyChain, verifyChainSync } from './verify/verify-chain.ts'
