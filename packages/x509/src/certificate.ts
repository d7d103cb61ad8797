import type { DerLimits } from './der/reader.ts'
import { type ExtensionName, type ExtensionValue, readNamed } from './extensions/registry.ts'
import { derOf, encodePem, isPem, parsePem } from './pem.ts'
import { VerifiableCertificate } from './verifiable-certificate.ts'

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
   * Reads a certificate from a file: DER, or the first `CERTIFICATE` block of PEM. What a peer sends is read by
   * {@link Certificate.fromDer}, which takes no text.
   *
   * @throws {X509Error} naming the field, its byte offset and what was expected
   */
  static override parse(input: Uint8Array | string, limits?: Partial<DerLimits>): Certificate {
    return Certificate.fromDer(
      typeof input === 'string' || input[0] !== 0x30 ? derOf(input, CERTIFICATE_LABELS) : input,
      limits,
    )
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
}

/** RFC 7468 §5.1, and OpenSSL's: the last may hold trust settings behind the certificate, which are refused. */
const CERTIFICATE_LABELS = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']

/**
 * Every certificate of an input: one in DER, or all `CERTIFICATE` blocks of PEM.
 *
 * @throws {X509Error}
 */
export function parseCertificates(input: Uint8Array | string): Certificate[] {
  if (typeof input !== 'string' && !isPem(input)) return [Certificate.parse(input)]
  return parsePem(input)
    .filter(({ label }) => CERTIFICATE_LABELS.includes(label))
    .map(({ bytes }) => Certificate.parse(bytes))
}
