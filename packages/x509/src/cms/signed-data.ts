import { type CertificateBag, readCertificateBag } from '../containers/pkcs7.ts'
import type { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { openContentInfo } from './content-info.ts'
import { CONTENT } from './oids.ts'
import { readSignerInfo, type SignerInfo } from './signer-info.ts'

/** A signed message as it stands (RFC 5652 §5.1). Reading it verifies nothing: that is `verifyCms`. */
export interface SignedData extends CertificateBag {
  readonly version: number
  /** The type of what is signed, dotted; `1.2.840.113549.1.7.1` for data. */
  readonly contentType: string
  /** What is signed; absent where it is detached. Nobody has verified it. */
  readonly content?: Uint8Array
  readonly signers: readonly SignerInfo[]
}

/** More signers than a message of any use has. */
const MOST_SIGNERS = 64

/**
 * Reads a SignedData in DER, BER or PEM (`CMS`, `PKCS7`), verifying nothing.
 *
 * @throws {X509Error}
 */
export function parseSignedData(input: Uint8Array | string): SignedData {
  const { content: wrapped } = openContentInfo(input, { [CONTENT.signedData]: 'signedData' })
  const data = wrapped.sequence('SignedData')
  wrapped.finish()
  const version = data.number('version')
  data.rawOf(Tag.SET, 'digestAlgorithms')
  const encapsulated = data.sequence('encapContentInfo')
  const contentType = encapsulated.oid('eContentType')
  let content: Uint8Array | undefined
  if (!encapsulated.done) {
    const inside = encapsulated.explicit(0, 'eContent')
    content = readContent(inside)
    inside.finish()
  }
  encapsulated.finish()
  const bag = readCertificateBag(data)
  const signers: SignerInfo[] = []
  const set = data.set('signerInfos')
  while (!set.done) {
    if (signers.length === MOST_SIGNERS) set.fail('LIMIT_EXCEEDED', `more than ${MOST_SIGNERS} signers`, 'SignerInfo')
    signers.push(readSignerInfo(set))
  }
  data.finish()
  return { version, contentType, content, signers, ...bag }
}

/** RFC 5652 §5.2.1: an OCTET STRING; in PKCS#7 any element, of which the contents are signed. */
function readContent(reader: DerReader): Uint8Array {
  const { tag } = reader
  return (tag & ~Tag.CONSTRUCTED) === Tag.OCTET_STRING ? reader.octetString('eContent') : reader.value(tag, 'eContent')
}
