import type { CryptoProvider, PublicKey, PublicKeyData, SignatureAlgorithm } from '@x/crypto-primitives'
import { type AlgorithmIdentifier, readAlgorithmIdentifier, signatureAlgorithmOf } from './algorithm.ts'
import { equalBytes, toHex, trimInteger } from './bytes.ts'
import { type DerLimits, DerReader } from './der/reader.ts'
import { ExtensionList } from './extensions/list.ts'
import { readExtensions } from './extensions/read.ts'
import { SubjectPublicKeyInfo } from './keys/public-key.ts'
import { Name } from './names/name.ts'
import type { TrustSettings } from './trust-settings.ts'

/** A certificate is rarely over 8 KB; one of a megabyte is an attack. */
export const CERTIFICATE_LIMITS: DerLimits = { maxLength: 1_048_576, maxDepth: 32, ber: true }

/**
 * A certificate with what verifying it takes: read from DER, its extensions by their decoders. `Certificate` has more
 * ways in and out, and with them more code.
 *
 * @example
 * const certificate = VerifiableCertificate.fromDer(der)
 * certificate.extensions.read(keyUsage)
 */
export class VerifiableCertificate {
  private readonly keys = new WeakMap<CryptoProvider, PublicKey>()
  private algorithm: SignatureAlgorithm | null | undefined
  /** As an anchor: what it is trusted for. Absent: whatever its extensions say. */
  trust?: TrustSettings

  protected constructor(
    /** The whole DER. */
    readonly raw: Uint8Array,
    /** DER of tbsCertificate: what is signed. */
    readonly tbs: Uint8Array,
    /** 1 to 3; whatever else the certificate says is here too, as OpenSSL reads it. */
    readonly version: number,
    /** Contents of the INTEGER, two's complement. */
    readonly serialNumber: Uint8Array,
    /** The algorithm inside what is signed; it must equal `signatureIdentifier`. */
    readonly tbsSignatureIdentifier: AlgorithmIdentifier,
    readonly issuer: Name,
    /** Milliseconds since 1970; `NaN` for what is no date, which no time satisfies. */
    readonly notBefore: number,
    /** Milliseconds since 1970, or `NaN`; the whole last second is valid. */
    readonly notAfter: number,
    readonly subject: Name,
    readonly subjectPublicKeyInfo: SubjectPublicKeyInfo,
    readonly extensions: ExtensionList,
    readonly signatureIdentifier: AlgorithmIdentifier,
    /** Empty when it is no whole number of bytes: no key made it. */
    readonly signature: Uint8Array,
    /** False when something in the structure is BER and not DER (RFC 5280 §4.1), as OpenSSL reads it too. */
    readonly isDer: boolean,
  ) {}

  /** As {@link VerifiableCertificate.fromDer}. */
  static parse(bytes: Uint8Array, limits: Partial<DerLimits> = {}): VerifiableCertificate {
    // biome-ignore lint/complexity/noThisInStatic: what a subclass parses is of that subclass
    return this.fromDer(bytes, limits)
  }

  /**
   * Reads one certificate from its binary form and nothing else: no text, and no byte behind it. This is the door for
   * what a peer sends.
   *
   * The structure is read at once and as tolerantly as OpenSSL's `d2i_X509` does, so that whatever is wrong with it is
   * refused here. What is wrong inside an extension or a key is found where it is used: `verifyChain` refuses a path
   * that uses such a certificate, and none that does without it.
   *
   * @param limits bytes and nesting; default 1 MiB and 32. `ber: false` takes DER alone
   * @throws {X509Error} naming the field, its byte offset and what was expected
   */
  static fromDer(bytes: Uint8Array, limits: Partial<DerLimits> = {}): VerifiableCertificate {
    const outer = DerReader.open(bytes, '', { ...CERTIFICATE_LIMITS, ...limits })
    const certificate = outer.sequence('Certificate')
    outer.finish()
    const tbsStart = certificate.offset
    const tbs = certificate.sequence('tbsCertificate')
    const tbsBytes = bytes.subarray(tbsStart, certificate.offset)
    let version = 1
    if (tbs.is(0xa0)) {
      const wrapped = tbs.explicit(0, 'version')
      // An explicit v1 is not DER (X.690 §11.5), but OpenSSL reads it, and any other number.
      version = smallInteger(wrapped.integer('')) + 1
      wrapped.finish()
    }
    const serialNumber = tbs.integer('serialNumber')
    const tbsSignature = readAlgorithmIdentifier(tbs, 'signature')
    const issuer = Name.read(tbs, 'issuer')
    const validity = tbs.sequence('validity')
    // RFC 5280 §4.1.2.5 #2.
    const notBefore = validity.anyTime('notBefore')
    const notAfter = validity.anyTime('notAfter')
    validity.finish()
    const subject = Name.read(tbs, 'subject')
    const key = SubjectPublicKeyInfo.read(tbs, 'subjectPublicKeyInfo')
    if (tbs.is(0x81)) tbs.bitString('issuerUniqueID', 0x81)
    if (tbs.is(0x82)) tbs.bitString('subjectUniqueID', 0x82)
    let extensions: ReturnType<typeof readExtensions> = []
    if (tbs.is(0xa3)) {
      const wrapped = tbs.explicit(3, 'extensions')
      extensions = readExtensions(wrapped, '')
      wrapped.finish()
    }
    tbs.finish()
    const signatureIdentifier = readAlgorithmIdentifier(certificate, 'signatureAlgorithm')
    const signature = certificate.bitString('signatureValue')
    certificate.finish()
    // Not the class by its name: what a subclass parses is of that subclass.
    return new this(
      bytes,
      tbsBytes,
      version,
      serialNumber,
      tbsSignature,
      issuer,
      notBefore,
      notAfter,
      subject,
      key,
      new ExtensionList(extensions, 'Certificate.tbsCertificate'),
      signatureIdentifier,
      signature.unused === 0 ? signature.bytes : new Uint8Array(0),
      outer.isDer,
    )
  }

  /** The public key as numbers, for `provider.importPublicKey`. @throws {X509Error} for keys that are not known here */
  get publicKey(): PublicKeyData {
    return this.subjectPublicKeyInfo.data
  }

  /**
   * The public key in a provider, imported once and kept with the certificate.
   *
   * @throws {X509Error | CryptoError}
   */
  importKey(provider: CryptoProvider): PublicKey {
    let key = this.keys.get(provider)
    if (!key) {
      key = provider.importPublicKey(this.publicKey)
      this.keys.set(provider, key)
    }
    return key
  }

  /** How the issuer signed; `null` when the algorithm is not known here. */
  get signatureAlgorithm(): SignatureAlgorithm | null {
    if (this.algorithm === undefined) this.algorithm = signatureAlgorithmOf(this.signatureIdentifier)
    return this.algorithm
  }

  /** Subject and issuer are the same name (RFC 5280 §6.1). */
  get isSelfIssued(): boolean {
    return this.subject.equals(this.issuer)
  }

  /** The serial number in upper-case hexadecimal, as OpenSSL and Node print it; `-` for a negative one. */
  get serialNumberHex(): string {
    const bytes = this.serialNumber
    if (bytes.length === 1 && bytes[0] === 0) return '0'
    if (bytes[0]! < 0x80) return toHex(bytes.length > 1 && bytes[0] === 0 ? bytes.subarray(1) : bytes).toUpperCase()
    return `-${toHex(trimInteger(negated(bytes))).toUpperCase()}`
  }

  /** The same bytes. */
  equals(other: VerifiableCertificate): boolean {
    return this === other || equalBytes(this.raw, other.raw)
  }
}

/** An INTEGER's contents as a number; -1 for what does not fit 32 bits, as `X509_get_version` has it. */
function smallInteger(contents: Uint8Array): number {
  if (contents.length > 4) return -1
  let value = contents[0]! >= 0x80 ? -1 : 0
  for (const byte of contents) value = (value << 8) | byte
  return value
}

/** The magnitude of a negative two's complement integer. */
function negated(contents: Uint8Array): Uint8Array {
  const out = new Uint8Array(contents.length)
  let carry = 1
  for (let i = contents.length - 1; i >= 0; i--) {
    const byte = (~contents[i]! & 0xff) + carry
    out[i] = byte & 0xff
    carry = byte >> 8
  }
  return out
}
