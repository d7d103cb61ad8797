import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../algorithm.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { SubjectPublicKeyInfo } from '../keys/public-key.ts'
import { type CertificateReference, readIssuerAndSerialNumber, readReference } from './signer-info.ts'

/** For whom a message is encrypted (RFC 5652 §6.2). */
export type RecipientInfo =
  /** §6.2.1: the content's key encrypted to an RSA key. */
  | {
      readonly type: 'keyTransport'
      readonly recipient: CertificateReference
      readonly algorithm: AlgorithmIdentifier
      readonly encryptedKey: Uint8Array
    }
  /** §6.2.2: wrapped by a key that was agreed on; one of these for each recipient of the agreement. */
  | {
      readonly type: 'keyAgreement'
      readonly recipient: CertificateReference
      readonly originator: Uint8Array | undefined
      readonly ukm: Uint8Array | undefined
      readonly algorithm: AlgorithmIdentifier
      readonly encryptedKey: Uint8Array
    }
  /** §6.2.3: wrapped by a key that both have already. */
  | {
      readonly type: 'keyEncryptionKey'
      readonly keyIdentifier: Uint8Array
      readonly algorithm: AlgorithmIdentifier
      readonly encryptedKey: Uint8Array
    }
  /** §6.2.4: wrapped by a password's key. */
  | {
      readonly type: 'password'
      readonly derivation: AlgorithmIdentifier | undefined
      readonly algorithm: AlgorithmIdentifier
      readonly encryptedKey: Uint8Array
    }
  /** §6.2.5, or a choice that is not known here. */
  | { readonly type: 'other'; readonly oid?: string; readonly value: Uint8Array }

const CHOICE = { keyAgreement: 0xa1, keyEncryptionKey: 0xa2, password: 0xa3, other: 0xa4 } as const

/** More recipients than a message of any use has. */
const MOST_RECIPIENTS = 1000

/** Reads RecipientInfos. @throws {X509Error} */
export function readRecipients(reader: DerReader): RecipientInfo[] {
  const set = reader.set('recipientInfos')
  const recipients: RecipientInfo[] = []
  while (!set.done) {
    recipients.push(...readRecipient(set))
    if (recipients.length > MOST_RECIPIENTS)
      set.fail('LIMIT_EXCEEDED', `more than ${MOST_RECIPIENTS} recipients`, 'RecipientInfo')
  }
  return recipients
}

function readRecipient(reader: DerReader): RecipientInfo[] {
  switch (reader.tag) {
    case Tag.SEQUENCE:
      return [readKeyTransport(reader.sequence('KeyTransRecipientInfo'))]
    case CHOICE.keyAgreement:
      return readKeyAgreement(reader.enter(CHOICE.keyAgreement, 'KeyAgreeRecipientInfo'))
    case CHOICE.keyEncryptionKey:
      return [readKek(reader.enter(CHOICE.keyEncryptionKey, 'KEKRecipientInfo'))]
    case CHOICE.password:
      return [readPassword(reader.enter(CHOICE.password, 'PasswordRecipientInfo'))]
    case CHOICE.other: {
      const other = reader.enter(CHOICE.other, 'OtherRecipientInfo')
      const oid = other.oid('oriType')
      const value = other.raw('oriValue')
      other.finish()
      return [{ type: 'other', oid, value }]
    }
    default:
      return [{ type: 'other', value: reader.raw('RecipientInfo') }]
  }
}

function readKeyTransport(info: DerReader): RecipientInfo {
  info.number('version')
  const recipient = readReference(info, 'rid')
  const algorithm = readAlgorithmIdentifier(info, 'keyEncryptionAlgorithm')
  const encryptedKey = info.octetString('encryptedKey')
  info.finish()
  return { type: 'keyTransport', recipient, algorithm, encryptedKey }
}

function readKeyAgreement(info: DerReader): RecipientInfo[] {
  info.number('version')
  const wrapped = info.explicit(0, 'originator')
  // OriginatorPublicKey is tagged [1] in place of SEQUENCE; a certificate's static key is none that is known here.
  let originator: Uint8Array | undefined
  if (wrapped.is(0xa1)) {
    const key = wrapped.rawOf(0xa1, 'originatorKey').slice()
    key[0] = Tag.SEQUENCE
    originator = SubjectPublicKeyInfo.read(DerReader.open(key, 'originatorKey'), '').keyBytes
  } else wrapped.raw('originator')
  wrapped.finish()
  let ukm: Uint8Array | undefined
  if (info.is(0xa1)) {
    const inside = info.explicit(1, 'ukm')
    ukm = inside.octetString('')
    inside.finish()
  }
  const algorithm = readAlgorithmIdentifier(info, 'keyEncryptionAlgorithm')
  const keys = info.sequence('recipientEncryptedKeys')
  info.finish()
  const recipients: RecipientInfo[] = []
  while (!keys.done) {
    const one = keys.sequence('RecipientEncryptedKey')
    const recipient = one.is(0xa0) ? readKeyIdentifier(one) : readIssuerAndSerialNumber(one, 'rid')
    recipients.push({
      type: 'keyAgreement',
      recipient,
      originator,
      ukm,
      algorithm,
      encryptedKey: one.octetString('encryptedKey'),
    })
    one.finish()
  }
  return recipients
}

/** RecipientKeyIdentifier; its date and other attribute say which of several keys, and are not needed to find one. */
function readKeyIdentifier(reader: DerReader): CertificateReference {
  return { keyIdentifier: reader.enter(0xa0, 'rKeyId').octetString('subjectKeyIdentifier') }
}

function readKek(info: DerReader): RecipientInfo {
  info.number('version')
  const keyIdentifier = info.sequence('kekid').octetString('keyIdentifier')
  const algorithm = readAlgorithmIdentifier(info, 'keyEncryptionAlgorithm')
  const encryptedKey = info.octetString('encryptedKey')
  info.finish()
  return { type: 'keyEncryptionKey', keyIdentifier, algorithm, encryptedKey }
}

function readPassword(info: DerReader): RecipientInfo {
  info.number('version')
  let derivation: AlgorithmIdentifier | undefined
  if (info.is(0xa0)) {
    const raw = info.rawOf(0xa0, 'keyDerivationAlgorithm').slice()
    raw[0] = Tag.SEQUENCE
    derivation = readAlgorithmIdentifier(DerReader.open(raw, 'keyDerivationAlgorithm'), '')
  }
  const algorithm = readAlgorithmIdentifier(info, 'keyEncryptionAlgorithm')
  const encryptedKey = info.octetString('encryptedKey')
  info.finish()
  return { type: 'password', derivation, algorithm, encryptedKey }
}
