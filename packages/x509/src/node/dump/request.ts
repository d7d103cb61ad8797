import type { CertificateRequest } from '../../issue/request.ts'
import { PKCS } from '../../oids.ts'
import { dumpKeyInfo } from './certificate.ts'
import { dumpExtensions } from './extensions.ts'
import { indent } from './lines.ts'
import { oneLine, plain } from './names.ts'
import { dumpSignature } from './signature.ts'

const MS_EXTENSION_REQUEST = '1.3.6.1.4.1.311.2.1.14'

/** A signing request, as `openssl req -text` prints it. */
export function dumpRequest(request: CertificateRequest): string {
  const { attributes, signatureAlgorithm, signatureIdentifier } = request
  const shown = attributes.map(({ oid }) => {
    if (oid === PKCS.challengePassword) return `challengePassword        :${plain(request.challengePassword ?? '')}\n`
    if (oid === PKCS.extensionRequest || oid === MS_EXTENSION_REQUEST)
      return `${oid === PKCS.extensionRequest ? 'Requested Extensions' : 'Microsoft Extension Request'}:\n${indent(dumpExtensions(request.extensions), 4)}`
    return `${oid}\n`
  })
  const data =
    `Version: 1 (0x0)\nSubject: ${oneLine(request.subject)}\nSubject Public Key Info:\n` +
    `${indent(dumpKeyInfo(request.subjectPublicKeyInfo), 4)}` +
    `Attributes:\n${shown.length > 0 ? indent(shown.join(''), 4) : '    (none)\n'}`
  const signature = dumpSignature(signatureAlgorithm, signatureIdentifier, request.signature)
  return `Certificate Request:\n    Data:\n${indent(data, 8)}${indent(signature, 4)}`
}
