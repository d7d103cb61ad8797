import { listOf, oneOf, optionsReader, thing } from '@x/crypto-primitives/options'
import { Certificate } from '../certificate.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { PKCS } from '../oids.ts'
import { derOf, encodePem } from '../pem.ts'
import { CertificateRevocationList } from '../revocation/crl.ts'
import { aCertificate, invalidArgument } from '../rules.ts'

/** What a PKCS#7 bag holds. */
export interface CertificateBag {
  readonly certificates: readonly Certificate[]
  readonly crls: readonly CertificateRevocationList[]
}

/**
 * Reads the certificates and CRLs of a PKCS#7 or CMS SignedData (RFC 5652 §5.1), in DER, BER or PEM labelled `PKCS7` or `CMS`:
 * the `.p7b` and `.p7c` that authorities give out. Signatures in it are not verified; certificates prove themselves.
 *
 * @throws {X509Error}
 */
export function parsePkcs7(input: Uint8Array | string): CertificateBag {
  const outer = DerReader.open(derOf(input, ['PKCS7', 'CMS']), '', BER_LIMITS)
  const info = outer.sequence('ContentInfo')
  outer.finish()
  const type = info.oid('contentType')
  if (type !== PKCS.signedData)
    info.fail('UNSUPPORTED', `content type ${type}; a bag of certificates is signedData`, 'contentType')
  const wrapped = info.explicit(0, 'content')
  info.finish()
  const signed = wrapped.sequence('SignedData')
  wrapped.finish()
  signed.number('version')
  signed.rawOf(Tag.SET, 'digestAlgorithms')
  signed.rawOf(Tag.SEQUENCE, 'encapContentInfo')
  const bag = readCertificateBag(signed)
  signed.rawOf(Tag.SET, 'signerInfos')
  signed.finish()
  return bag
}

/** The certificates and CRLs of a SignedData (RFC 5652 §5.1), which stand next. */
export function readCertificateBag(signed: DerReader): CertificateBag {
  const certificates: Certificate[] = []
  if (signed.is(0xa0)) {
    const set = signed.enter(0xa0, 'certificates')
    // CertificateChoices: other kinds than X.509 certificates are context-tagged, and passed over.
    while (!set.done) {
      if (set.is(Tag.SEQUENCE)) certificates.push(Certificate.parse(set.raw('certificate')))
      else set.raw('CertificateChoices')
    }
  }
  const crls: CertificateRevocationList[] = []
  if (signed.is(0xa1)) {
    const set = signed.enter(0xa1, 'crls')
    while (!set.done) {
      if (set.is(Tag.SEQUENCE)) crls.push(CertificateRevocationList.parse(set.raw('crl')))
      else set.raw('RevocationInfoChoice')
    }
  }
  return { certificates, crls }
}

const readBag = /* @__PURE__ */ (() =>
  optionsReader(
    'encodePkcs7',
    { certificates: listOf(aCertificate), crls: listOf(thing('a CertificateRevocationList, parsed', 'raw')) },
    invalidArgument,
  ) as unknown as (given: unknown) => Partial<CertificateBag>)()

const readFormat = /* @__PURE__ */ (() =>
  optionsReader('encodePkcs7', { format: oneOf('der', 'pem') }, invalidArgument))()

/** Writes a bag: SignedData without content and signers (`openssl crl2pkcs7 -nocrl -certfile`). */
export function encodePkcs7(bag: Partial<CertificateBag>, options: { format: 'pem' }): string
export function encodePkcs7(bag: Partial<CertificateBag>, options?: { format?: 'der' }): Uint8Array
export function encodePkcs7(
  bag: Partial<CertificateBag>,
  options: { format?: 'der' | 'pem' } = {},
): Uint8Array | string {
  const { format } = readFormat(options)
  const checked = readBag(bag) as Partial<CertificateBag>
  const signed = der.sequence(
    der.integer(1),
    der.set(),
    der.sequence(der.oid(PKCS.data)),
    ...encodeBag(checked),
    der.set(),
  )
  const bytes = der.sequence(der.oid(PKCS.signedData), der.explicit(0, signed))
  return format === 'pem' ? encodePem('PKCS7', bytes) : bytes
}

/** The certificates and CRLs as they stand in a SignedData; nothing for those that are not there. */
export function encodeBag({ certificates = [], crls = [] }: Partial<CertificateBag>): Uint8Array[] {
  const setOf = (tag: number, items: readonly { readonly raw: Uint8Array }[]) =>
    items.length > 0 ? [der.element(tag, der.contentsOf(der.setOf(items.map(({ raw }) => raw))))] : []
  return [...setOf(0xa0, certificates), ...setOf(0xa1, crls)]
}
