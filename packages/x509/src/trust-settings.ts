import { DerReader } from './der/reader.ts'
import * as Tag from './der/tag.ts'
import { ANY_EXTENDED_KEY_USAGE } from './oids.ts'

/** What an anchor is trusted for: extended key usages, by their object identifiers. */
export interface TrustSettings {
  /** `undefined`: whatever the certificate itself is for. Given: these purposes and no others. */
  readonly trusted: readonly string[] | undefined
  /** Never these, whatever is trusted. */
  readonly rejected: readonly string[] | undefined
}

/**
 * OpenSSL's X509_CERT_AUX, which stands behind the certificate in a block `TRUSTED CERTIFICATE`
 * (`openssl x509 -trustout -addtrust serverAuth`).
 */
export function readTrustSettings(bytes: Uint8Array): TrustSettings {
  const outer = DerReader.open(bytes, '')
  const auxiliary = outer.sequence('CertAux')
  outer.finish()
  const trusted = auxiliary.is(Tag.SEQUENCE) ? readUsages(auxiliary.sequence('trust')) : undefined
  const rejected = auxiliary.is(0xa0) ? readUsages(auxiliary.enter(0xa0, 'reject')) : undefined
  if (auxiliary.is(Tag.UTF8_STRING)) auxiliary.raw('alias')
  if (auxiliary.is(Tag.OCTET_STRING)) auxiliary.raw('keyid')
  if (auxiliary.is(0xa1)) auxiliary.raw('other')
  auxiliary.finish()
  return { trusted, rejected }
}

function readUsages(list: DerReader): string[] {
  const usages: string[] = []
  while (!list.done) usages.push(list.oid('usage'))
  return usages
}

/**
 * What the settings of an anchor say of a purpose (OpenSSL's `obj_trust`); `undefined`: nothing, and the certificate's own
 * extensions decide.
 */
export function isTrustedFor({ trusted, rejected }: TrustSettings, usage: string): boolean | undefined {
  const names = (usages: readonly string[]) => usages.includes(usage) || usages.includes(ANY_EXTENDED_KEY_USAGE)
  if (rejected && names(rejected)) return false
  return trusted && names(trusted)
}
