/**
 * Cryptographic Message Syntax (RFC 5652), S/MIME's and PKCS#7's messages: signing, encrypting, time-stamping.
 *
 * Nothing that was not verified, or whose tag did not fit, is given out.
 */

export type { Content } from './cms/content.ts'
export type { ContentCipherName } from './cms/content-encryption.ts'
export { type CountersignInput, countersignCms, countersignCmsSync } from './cms/countersign.ts'
export { type DecryptOptions, decryptCms } from './cms/decrypt.ts'
export { type CmsRecipient, type EncryptInput, encryptCms, encryptCmsSync } from './cms/encrypt.ts'
export { type EnvelopedData, parseEnvelopedData } from './cms/enveloped-data.ts'
export { CONTENT as CONTENT_TYPE } from './cms/oids.ts'
export type { RecipientInfo } from './cms/recipient-info.ts'
export { type CmsSigner, type SignInput, signCms, signCmsSync } from './cms/sign.ts'
export { parseSignedData, type SignedData } from './cms/signed-data.ts'
export type { CertificateReference, SignerInfo } from './cms/signer-info.ts'
export { canonicalMime, parseSmime, type SmimeInput, type SmimeMessage, toSmime } from './cms/smime.ts'
export {
  createTimestamp,
  createTimestampRequest,
  createTimestampSync,
  encodeTimestampRefusal,
  parseTimestampRequest,
  parseTimestampResponse,
  type TimestampFailure,
  type TimestampInput,
  type TimestampRequest,
  type TimestampRequestInput,
  type TimestampResponse,
  type TimestampVerdict,
  type VerifyTimestampOptions,
  verifyTimestamp,
  verifyTimestampSync,
} from './cms/timestamp.ts'
export type { MessageImprint, TstInfo } from './cms/tst-info.ts'
export {
  type CmsCode,
  type CmsVerdict,
  type SignerVerdict,
  type VerifyCmsOptions,
  verifyCms,
  verifyCmsSync,
} from './cms/verify.ts'
