import type { SignatureAlgorithm } from '@x/crypto-primitives'
import { type AlgorithmIdentifier, readAlgorithmIdentifier, signatureAlgorithmOf } from '../algorithm.ts'
import { latin1 } from '../bytes.ts'
import { type DerLimits, DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { ExtensionList } from '../extensions/list.ts'
import * as OID from '../extensions/oids.ts'
import { readExtensions } from '../extensions/read.ts'
import { type ExtensionName, type ExtensionValue, readNamed } from '../extensions/registry.ts'
import { type CrlReason, certificateIssuer, cRLReason, invalidityDate } from '../extensions/revocation.ts'
import { Name } from '../names/name.ts'
import { derOf, encodePem } from '../pem.ts'

const LIMITS: DerLimits = { maxLength: 67_108_864, maxDepth: 32 }

/** One revoked certificate. */
export interface RevokedCertificate {
  /** Contents of the INTEGER. */
  readonly serialNumber: Uint8Array
  /** Milliseconds since 1970. */
  readonly revocationDate: number
  readonly reason?: CrlReason
  readonly invalidityDate?: number
  /** The certificate's issuer: the CRL's, or in an indirect CRL the one named by this or an earlier entry. */
  readonly issuer: Name
}

/**
 * A certificate revocation list (RFC 5280 §5). Entries are read at once and found by serial number.
 *
 * @example
 * const crl = CertificateRevocationList.parse(pem)
 * crl.find(certificate)?.reason
 */
export class CertificateRevocationList {
  private index: Map<string, RevokedCertificate[]> | undefined
  private algorithm: SignatureAlgorithm | null | undefined

  private constructor(
    /** The whole DER. */
    readonly raw: Uint8Array,
    /** DER of tbsCertList: what is signed. */
    readonly tbs: Uint8Array,
    readonly version: 1 | 2,
    readonly tbsSignatureIdentifier: AlgorithmIdentifier,
    readonly issuer: Name,
    readonly thisUpdate: number,
    readonly nextUpdate: number | undefined,
    readonly entries: readonly RevokedCertificate[],
    /** True when an entry has a critical extension that is not processed. */
    readonly hasUnknownCriticalEntry: boolean,
    readonly extensions: ExtensionList,
    readonly signatureIdentifier: AlgorithmIdentifier,
    readonly signature: Uint8Array,
  ) {}

  /** Reads a CRL from DER, or from the first `X509 CRL` block of PEM. @throws {X509Error} */
  static parse(input: Uint8Array | string, limits: DerLimits = LIMITS): CertificateRevocationList {
    const bytes = derOf(input, ['X509 CRL'])
    const outer = DerReader.open(bytes, '', limits)
    const list = outer.sequence('CertificateList')
    outer.finish()
    const tbsStart = list.offset
    const tbs = list.sequence('tbsCertList')
    const tbsBytes = bytes.subarray(tbsStart, list.offset)
    let version: 1 | 2 = 1
    if (tbs.is(Tag.INTEGER)) {
      // RFC 5280 §5 #5, RFC 5280 §5.1.2.1: v2 if it is there.
      if (tbs.number('version') !== 1) tbs.fail('UNSUPPORTED', 'only version 2 is known', 'version')
      version = 2
    }
    const tbsSignature = readAlgorithmIdentifier(tbs, 'signature')
    const issuer = Name.read(tbs, 'issuer')
    // RFC 5280 §5.1.2.4 #3, #4, #5, RFC 5280 §5.1.2.5 #6, #7, #8.
    const thisUpdate = tbs.time('thisUpdate')
    const nextUpdate = tbs.is(Tag.UTC_TIME) || tbs.is(Tag.GENERALIZED_TIME) ? tbs.time('nextUpdate') : undefined
    const { entries, unknownCritical } = tbs.is(Tag.SEQUENCE)
      ? readEntries(tbs.sequence('revokedCertificates'), issuer)
      : { entries: [], unknownCritical: false }
    let extensions: ReturnType<typeof readExtensions> = []
    if (tbs.is(0xa0)) {
      const wrapped = tbs.explicit(0, 'crlExtensions')
      extensions = readExtensions(wrapped, '')
      wrapped.finish()
    }
    tbs.finish()
    const signatureIdentifier = readAlgorithmIdentifier(list, 'signatureAlgorithm')
    const signature = list.bitStringBytes('signatureValue')
    list.finish()
    return new CertificateRevocationList(
      bytes,
      tbsBytes,
      version,
      tbsSignature,
      issuer,
      thisUpdate,
      nextUpdate,
      entries,
      unknownCritical,
      new ExtensionList(extensions, 'CertificateList.tbsCertList'),
      signatureIdentifier,
      signature,
    )
  }

  /** How the issuer signed; `null` when the algorithm is not known here. */
  get signatureAlgorithm(): SignatureAlgorithm | null {
    if (this.algorithm === undefined) this.algorithm = signatureAlgorithmOf(this.signatureIdentifier)
    return this.algorithm
  }

  /** A decoded extension; `undefined` when it is not there. @throws {X509Error} when it is malformed or there twice */
  extension<N extends ExtensionName>(name: N): ExtensionValue<N> | undefined {
    return readNamed(this.extensions, name)
  }

  /** The entry of a certificate, by issuer and serial number. */
  find(certificate: { readonly serialNumber: Uint8Array; readonly issuer: Name }): RevokedCertificate | undefined {
    if (!this.index) {
      this.index = new Map()
      for (const entry of this.entries) {
        const key = latin1(entry.serialNumber)
        const same = this.index.get(key)
        if (same) same.push(entry)
        else this.index.set(key, [entry])
      }
    }
    return this.index
      .get(latin1(certificate.serialNumber))
      ?.find(({ issuer }) => issuer === certificate.issuer || issuer.equals(certificate.issuer))
  }

  toPem(): string {
    return encodePem('X509 CRL', this.raw)
  }

  /** For a person: `revocation list of CN=CA, 3 entries, from 2026-01-01`. */
  toString(): string {
    const from = new Date(this.thisUpdate).toISOString().slice(0, 10)
    return `revocation list of ${this.issuer.toBriefString()}, ${this.entries.length} entries, from ${from}`
  }
}

function readEntries(list: DerReader, crlIssuer: Name) {
  const entries: RevokedCertificate[] = []
  let unknownCritical = false
  let issuer = crlIssuer
  while (!list.done) {
    const entry = list.sequence('revokedCertificate')
    const serialNumber = entry.integer('userCertificate')
    const revocationDate = entry.time('revocationDate')
    if (entry.done) {
      entries.push({ serialNumber, revocationDate, issuer, reason: undefined, invalidityDate: undefined })
      continue
    }
    const extensions = new ExtensionList(readExtensions(entry, 'crlEntryExtensions'), 'revokedCertificate')
    entry.finish()
    // RFC 5280 §5.3.3: an entry without certificateIssuer has that of the entry before. One that can't be read leaves
    // open whom this and the next entries are about, so the list is refused.
    const named = extensions.read(certificateIssuer)?.find(({ type }) => type === 'directoryName')
    if (named?.type === 'directoryName') issuer = named.value
    // RFC 5280 §5.3 #1.
    for (const { oid, critical } of extensions) if (critical && oid !== OID.certificateIssuer) unknownCritical = true
    entries.push({
      serialNumber,
      revocationDate,
      issuer,
      // What only says why and since when may be unreadable where it is not critical: the certificate is revoked.
      reason: readable(() => extensions.read(cRLReason)),
      invalidityDate: readable(() => extensions.read(invalidityDate)),
    })
  }
  return { entries, unknownCritical }
}

function readable<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
