import { toHex } from '../../bytes.ts'
import { ExtensionList } from '../../extensions/list.ts'
import { type ExtensionInput, makeExtension } from '../../issue/extension-input.ts'
import { dateText } from '../../node-shapes/text.ts'
import type { CertificateRevocationList, RevokedCertificate } from '../../revocation/crl.ts'
import { dumpExtensions } from './extensions.ts'
import { indent } from './lines.ts'
import { oneLine } from './names.ts'
import { dumpAlgorithm, dumpSignature } from './signature.ts'

/** A revocation list, as `openssl crl -text` prints it. */
export function dumpCrl(crl: CertificateRevocationList): string {
  const { signatureAlgorithm, signatureIdentifier, nextUpdate, version, entries } = crl
  const head = [
    `Version ${version} (0x${version - 1})`,
    `${dumpAlgorithm(signatureAlgorithm, signatureIdentifier)}Issuer: ${oneLine(crl.issuer)}`,
    `Last Update: ${dateText(crl.thisUpdate)}`,
    `Next Update: ${nextUpdate === undefined ? 'NONE' : dateText(nextUpdate)}`,
    '',
  ].join('\n')
  const extensions =
    crl.extensions.all.length > 0 ? `CRL extensions:\n${indent(dumpExtensions(crl.extensions), 4)}` : ''
  const list = entries.length === 0 ? 'No Revoked Certificates.\n' : `Revoked Certificates:\n${revoked(crl)}`
  const signature = dumpSignature(signatureAlgorithm, signatureIdentifier, crl.signature)
  return `Certificate Revocation List (CRL):\n${indent(head + extensions, 8)}${list}${indent(signature, 4)}`
}

function revoked({ entries, issuer }: CertificateRevocationList): string {
  let last = issuer
  return entries
    .map((entry) => {
      const extensions = entryExtensions(entry, !entry.issuer.equals(last))
      last = entry.issuer
      const { serialNumber } = entry
      const bytes = serialNumber.length > 1 && serialNumber[0] === 0 ? serialNumber.subarray(1) : serialNumber
      const lines = `Serial Number: ${toHex(bytes).toUpperCase()}\n    Revocation Date: ${dateText(entry.revocationDate)}\n`
      const dumped =
        extensions.all.length > 0 ? `    CRL entry extensions:\n${indent(dumpExtensions(extensions), 8)}` : ''
      return indent(lines + dumped, 4)
    })
    .join('')
}

/** What was decoded of an entry, as extensions again: their bytes are not kept. */
function entryExtensions({ reason, invalidityDate, issuer }: RevokedCertificate, tellsIssuer: boolean): ExtensionList {
  const told: ExtensionInput[] = []
  if (reason) told.push({ name: 'cRLReason', value: reason })
  if (invalidityDate !== undefined) told.push({ name: 'invalidityDate', value: invalidityDate })
  if (tellsIssuer)
    told.push({ name: 'certificateIssuer', critical: true, value: [{ type: 'directoryName', value: issuer }] })
  return new ExtensionList(
    told.map((extension) => makeExtension(extension)),
    'revokedCertificate',
  )
}
