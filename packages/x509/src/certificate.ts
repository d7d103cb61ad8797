import { type DerLimits, DerReader } from './der/reader.ts'
import { type ExtensionName, type ExtensionValue, readNamed } from './extensions/registry.ts'
import { blockOf, encodePem, isPem, type PemBlock, parsePem } from './pem.ts'
import { readTrustSettings } from './trust-settings.ts'
import { CERTIFICATE_LIMITS, VerifiableCertificate } from './verifiable-certificate.ts'

/**
 * An X.509 certificate (RFC 5280 §4.1). `parse` and `fromDer` check the whole structure; the key and the contents of
 * extensions are decoded when they are asked for, and kept. Byte strings are views of the input.
 *
 * @example
 * const certificate = Certificate.parse(der)
 * certificate.subject.get('CN')
 * certificate.extension('subjectAltName')
 */
export class Certificate extends VerifiableCertificate {
  /**
   * Reads a certificate from a file: DER, or the first `CERTIFICATE` or `TRUSTED CERTIFICATE` block of PEM, the latter with
   * its `trust`. What a peer sends is read by
   * {@link Certificate.fromDer}, which takes no text.
   *
   * @throws {X509Error} naming the field, its byte offset and what was expected
   */
  static override parse(input: Uint8Array | string, limits?: Partial<DerLimits>): Certificate {
    if (typeof input !== 'string' && !isPem(input)) return Certificate.fromDer(input, limits)
    return certificateOf(blockOf(input, CERTIFICATE_LABELS), limits)
  }

  static override fromDer(bytes: Uint8Array, limits?: Partial<DerLimits>): Certificate {
    // biome-ignore lint/complexity/noThisInStatic: it makes one of this class, as the class's name would not
    return super.fromDer(bytes, limits) as Certificate
  }

  /** A decoded extension; `undefined` when it is not there. @throws {X509Error} when it is malformed or there twice */
  extension<N extends ExtensionName>(name: N): ExtensionValue<N> | undefined {
    return readNamed(this.extensions, name)
  }

  toPem(): string {
    return encodePem('CERTIFICATE', this.raw)
  }

  /** For a person: `certificate of CN=a.test, by CN=CA, from 2026-01-01 to 2027-01-01`. */
  override toString(): string {
    const { subject, issuer, notBefore, notAfter } = this
    return `certificate of ${subject.toBriefString()}, by ${issuer.toBriefString()}, from ${dayOf(notBefore)} to ${dayOf(notAfter)}`
  }
}

/** A date that may be none. */
const dayOf = (time: number) => (Number.isNaN(time) ? 'no date' : new Date(time).toISOString().slice(0, 10))

/** OpenSSL's: settings may stand behind the certificate. */
const TRUSTED = 'TRUSTED CERTIFICATE'
/** RFC 7468 §5.1, and OpenSSL's. */
const CERTIFICATE_LABELS = ['CERTIFICATE', 'X509 CERTIFICATE', TRUSTED]

/** The certificate of a block, with its trust settings where the block has some. @throws {X509Error} */
export function certificateOf({ label, bytes }: PemBlock, limits?: Partial<DerLimits>): Certificate {
  if (label !== TRUSTED) return Certificate.fromDer(bytes, limits)
  const outer = DerReader.open(bytes, '', CERTIFICATE_LIMITS)
  const certificate = Certificate.fromDer(outer.raw('Certificate'), limits)
  if (!outer.done) certificate.trust = readTrustSettings(outer.raw('CertAux'))
  outer.finish()
  return certificate
}

/** True for the label of a block that holds a certificate. */
export const isCertificateLabel = (label: string): boolean => CERTIFICATE_LABELS.includes(label)

/**
 * Every certificate of an input: one in DER, or all `CERTIFICATE` blocks of PEM.
 *
 * @throws {X509Error}
 */
export function parseCertificates(input: Uint8Array | string): Certificate[] {
  if (typeof input !== 'string' && !isPem(input)) return [Certificate.parse(input)]
  return parsePem(input)
    .filter(({ label }) => isCertificateLabel(label))
    .map((block) => certificateOf(block))
}
