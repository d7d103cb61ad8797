import { toHex } from '../../bytes.ts'
import type { Certificate } from '../../certificate.ts'
import type { SubjectPublicKeyInfo } from '../../keys/public-key.ts'
import { dateText } from '../../node-shapes/text.ts'
import { dumpExtensions } from './extensions.ts'
import { dumpPublicKey } from './keys.ts'
import { indent } from './lines.ts'
import { oneLine } from './names.ts'
import { dumpAlgorithm, dumpSignature } from './signature.ts'

/** A certificate, as `openssl x509 -text` prints it. */
export function dumpCertificate(certificate: Certificate): string {
  const { version, signatureAlgorithm, signatureIdentifier } = certificate
  const known = version >= 1 && version <= 3
  const data = [
    `Version: ${known ? `${version} (0x${(version - 1).toString(16)})` : `Unknown (${version - 1})`}`,
    `Serial Number:${serialNumber(certificate)}`,
    `${dumpAlgorithm(signatureAlgorithm, signatureIdentifier)}Issuer: ${oneLine(certificate.issuer)}`,
    'Validity',
    `    Not Before: ${dateText(certificate.notBefore)}`,
    `    Not After : ${dateText(certificate.notAfter)}`,
    `Subject: ${oneLine(certificate.subject)}`,
    'Subject Public Key Info:',
    '',
  ].join('\n')
  const extensions =
    certificate.extensions.all.length > 0
      ? `X509v3 extensions:\n${indent(dumpExtensions(certificate.extensions), 4)}`
      : ''
  const signature = dumpSignature(signatureAlgorithm, signatureIdentifier, certificate.signature)
  return `Certificate:\n    Data:\n${indent(data + indent(dumpKeyInfo(certificate.subjectPublicKeyInfo), 4) + extensions, 8)}${indent(signature, 4)}`
}

/** Small numbers in their line, others by their bytes in the next. */
function serialNumber({ serialNumber, serialNumberHex }: Certificate): string {
  const negative = serialNumberHex.startsWith('-')
  const digits = serialNumberHex.replace('-', '')
  if (digits.length <= 16) {
    const value = BigInt(`0x${digits}`)
    const sign = negative ? '-' : ''
    return ` ${sign}${value} (${sign}0x${value.toString(16)})`
  }
  const bytes = serialNumber[0] === 0 ? serialNumber.subarray(1) : serialNumber
  const text = negative
    ? digits
        .replace(/^(?=.(..)*$)/, '0')
        .toLowerCase()
        .replaceAll(/..(?=.)/g, '$&:')
    : toHex(bytes, ':')
  return `\n    ${negative ? ' (Negative)' : ''}${text}`
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.10045.2.1': 'id-ecPublicKey',
  '1.2.840.10040.4.1': 'dsaEncryption',
  '1.3.101.110': 'X25519',
  '1.3.101.111': 'X448',
  '1.3.101.112': 'ED25519',
  '1.3.101.113': 'ED448',
  '2.16.840.1.101.3.4.3.17': 'ML-DSA-44',
  '2.16.840.1.101.3.4.3.18': 'ML-DSA-65',
  '2.16.840.1.101.3.4.3.19': 'ML-DSA-87',
}

/** The algorithm of a key, and the key where it is one that is known. */
export function dumpKeyInfo(info: SubjectPublicKeyInfo): string {
  const { oid } = info.algorithm
  let key: string
  try {
    key = dumpPublicKey(info.data)
  } catch {
    key = 'Unable to load Public Key\n'
  }
  return `Public Key Algorithm: ${KEY_NAMES[oid] ?? oid}\n${indent(key, 4)}`
}
