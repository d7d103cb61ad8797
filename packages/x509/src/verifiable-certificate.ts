import type { CryptoProvider, PublicKey, PublicKeyData, SignatureAlgorithm } from '@x/crypto-primitives'
import { type AlgorithmIdentifier, readAlgorithmIdentifier, signatureAlgorithmOf } from './algorithm.ts'
import { equalBytes, toHex } from './bytes.ts'
import { type DerLimits, DerReader } from './der/reader.ts'
import { ExtensionList } from './extensions/list.ts'
import { readExtensions } from './extensions/read.ts'
import { SubjectPublicKeyInfo } from './keys/public-key.ts'
import { Name } from './names/name.ts'

/** A certificate is rarely over 8 KB; one of a megabyte is an attack. */
const LIMITS: DerLimits = { maxLength: 1_048_576, maxDepth: 32 }

/**
 * A certificate with what verifying it takes: read from DER, its extensions by their decoders. `Certificate` has more
 * ways in and out, and with them more code.
 *
 * @example
 * const certificate = VerifiableCertificate.parse(der)
 * certificate.extensions.read(keyUsage)
 */
export class VerifiableCertificate {
  private readonly keys = new WeakMap<CryptoProvider, PublicKey>()
  private algorithm: SignatureAlgorithm | null | undefined

  protected constructor(
    /** The whole DER. */
    readonly raw: Uint8Array,
    /** DER of tbsCertificate: what is signed. */
    readonly tbs: Uint8Array,
    readonly version: 1 | 2 | 3,
    /** Contents of the INTEGER, two's complement. */
    readonly serialNumber: Uint8Array,
    /** The algorithm inside what is signed; it must equal `signatureIdentifier`. */
    readonly tbsSignatureIdentifier: AlgorithmIdentifier,
    readonly issuer: Name,
    /** Milliseconds since 1970. */
    readonly notBefore: number,
    /** Milliseconds since 1970; the whole last second is valid. */
    readonly notAfter: number,
    readonly subject: Name,
    readonly subjectPublicKeyInfo: SubjectPublicKeyInfo,
    readonly extensions: ExtensionList,
    readonly signatureIdentifier: AlgorithmIdentifier,
    readonly signature: Uint8Array,
  ) {}

  /**
   * Reads a certificate from DER.
   *
   * @throws {X509Error} naming the field, its byte offset and what was expected
   */
  static parse(bytes: Uint8Array, limits: DerLimits = LIMITS): VerifiableCertificate {
    const outer = DerReader.open(bytes, '', limits)
    const certificate = outer.sequence('Certificate')
    outer.finish()
    const tbsStart = certificate.offset
    const tbs = certificate.sequence('tbsCertificate')
    const tbsBytes = bytes.subarray(tbsStart, certificate.offset)
    let version: 1 | 2 | 3 = 1
    if (tbs.is(0xa0)) {
      const wrapped = tbs.explicit(0, 'version')
      const number = wrapped.number('')
      wrapped.finish()
      // An explicit v1 is not DER (X.690 §11.5), but OpenSSL reads it.
      if (number > 2) wrapped.fail('UNSUPPORTED', `version ${number + 1}; 1 to 3 are known`)
      version = (number + 1) as 1 | 2 | 3
    }
    const serialNumber = tbs.integer('serialNumber')
    const tbsSignature = readAlgorithmIdentifier(tbs, 'signature')
    const issuer = Name.read(tbs, 'issuer')
    const validity = tbs.sequence('validity')
    const notBefore = validity.time('notBefore')
    const notAfter = validity.time('notAfter')
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
    const signature = certificate.bitStringBytes('signatureValue')
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
      signature,
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
    const magnitude = ((1n << BigInt(8 * bytes.length)) - BigInt(`0x${toHex(bytes)}`)).toString(16).toUpperCase()
    return `-${magnitude.length % 2 ? '0' : ''}${magnitude}`
  }

  /** The same bytes. */
  equals(other: VerifiableCertificate): boolean {
    return this === other || equalBytes(this.raw, other.raw)
  }
}
