import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../algorithm.ts'
import type { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { openContentInfo } from './content-info.ts'
import { CONTENT } from './oids.ts'
import { type RecipientInfo, readRecipients } from './recipient-info.ts'
import { toDer } from './to-der.ts'

/** An encrypted message as it stands: EnvelopedData (RFC 5652 §6.1), or AuthEnvelopedData (RFC 5083 §2.1). */
export interface EnvelopedData {
  readonly type: 'envelopedData' | 'authEnvelopedData'
  readonly recipients: readonly RecipientInfo[]
  /** The type of what is encrypted, dotted. */
  readonly contentType: string
  readonly contentEncryption: AlgorithmIdentifier
  /** Absent where the ciphertext is sent beside the message. */
  readonly ciphertext?: Uint8Array
  /** Of an AuthEnvelopedData. */
  readonly tag?: Uint8Array
  /** DER of the authenticated attributes; empty where there are none. */
  readonly authenticated: Uint8Array
}

/**
 * Reads an EnvelopedData or AuthEnvelopedData in DER, BER or PEM, decrypting nothing.
 *
 * @throws {X509Error}
 */
export function parseEnvelopedData(input: Uint8Array | string): EnvelopedData {
  const { type, content } = openContentInfo(input, {
    [CONTENT.envelopedData]: 'envelopedData',
    [CONTENT.authEnvelopedData]: 'authEnvelopedData',
  })
  const isAuthenticated = type === CONTENT.authEnvelopedData
  const data = content.sequence(isAuthenticated ? 'AuthEnvelopedData' : 'EnvelopedData')
  content.finish()
  data.number('version')
  if (data.is(0xa0)) data.raw('originatorInfo')
  const recipients = readRecipients(data)
  const encrypted = readEncryptedContent(data.sequence('encryptedContentInfo'))
  if (!isAuthenticated) {
    if (data.is(0xa1)) data.raw('unprotectedAttrs')
    data.finish()
    return { type: 'envelopedData', recipients, ...encrypted, authenticated: new Uint8Array(0) }
  }
  let authenticated = new Uint8Array(0)
  if (data.is(0xa1)) {
    // RFC 5083 §2.2: authenticated is the SET OF, in DER.
    authenticated = toDer(data.raw('authAttrs')) as Uint8Array<ArrayBuffer>
    authenticated[0] = Tag.SET
  }
  const tag = data.octetString('mac')
  if (data.is(0xa2)) data.raw('unauthAttrs')
  data.finish()
  return { type: 'authEnvelopedData', recipients, ...encrypted, tag, authenticated }
}

function readEncryptedContent(info: DerReader) {
  const contentType = info.oid('contentType')
  const contentEncryption = readAlgorithmIdentifier(info, 'contentEncryptionAlgorithm')
  const ciphertext = info.done ? undefined : info.octetString('encryptedContent', 0x80)
  info.finish()
  return { contentType, contentEncryption, ciphertext }
}
