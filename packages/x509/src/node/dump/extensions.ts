import { latin1, toHex } from '../../bytes.ts'
import { DerReader } from '../../der/reader.ts'
import * as Tag from '../../der/tag.ts'
import type { AccessDescription, DistributionPoint, DistributionPointName } from '../../extensions/access.ts'
import type { GeneralSubtree } from '../../extensions/constraints.ts'
import type { Extension, ExtensionList } from '../../extensions/list.ts'
import type { PolicyInformation, PolicyQualifier } from '../../extensions/policies.ts'
import { EXTENSION_CODECS, type ExtensionName, type ExtensionValue } from '../../extensions/registry.ts'
import type { IssuingDistributionPoint } from '../../extensions/revocation.ts'
import type { SignedCertificateTimestamp } from '../../extensions/sct-list.ts'
import type { GeneralName } from '../../names/general-name.ts'
import { decodeString, isStringTag } from '../../names/string.ts'
import { dateText } from '../../node-shapes/text.ts'
import { hexLine, indent } from './lines.ts'
import { addressText, generalName, oneLine, plain } from './names.ts'

/** Extensions as `openssl x509 -text` prints them, each with its heading. */
export function dumpExtensions(extensions: ExtensionList): string {
  let out = ''
  for (const extension of extensions) {
    const name = NAMES.get(extension.oid)
    const heading = name ? TITLES[name] : (FOREIGN_TITLES[extension.oid] ?? extension.oid)
    // The space behind the colon is OpenSSL's, too.
    out += `${heading}: ${extension.critical ? 'critical' : ''}\n`
    out += `${indent(contents(name, extension), 4)}\n`
  }
  return out
}

/** What an extension says, in lines without the last newline; by its bytes where that cannot be read. */
function contents(name: ExtensionName | undefined, { value }: Extension): string {
  if (!name) return dots(value)
  try {
    const decoded = EXTENSION_CODECS[name].decode(value)
    return (PRINTERS[name] as (value: unknown) => string)(decoded)
  } catch {
    return `<cannot be read> ${dots(value)}`
  }
}

const dots = (bytes: Uint8Array) => plain(latin1(bytes))

const NAMES = new Map(
  (Object.keys(EXTENSION_CODECS) as ExtensionName[]).map((name) => [EXTENSION_CODECS[name].oid, name]),
)

const TITLES: Readonly<Record<ExtensionName, string>> = {
  authorityKeyIdentifier: 'X509v3 Authority Key Identifier',
  subjectKeyIdentifier: 'X509v3 Subject Key Identifier',
  keyUsage: 'X509v3 Key Usage',
  certificatePolicies: 'X509v3 Certificate Policies',
  policyMappings: 'X509v3 Policy Mappings',
  subjectAltName: 'X509v3 Subject Alternative Name',
  issuerAltName: 'X509v3 Issuer Alternative Name',
  subjectDirectoryAttributes: 'X509v3 Subject Directory Attributes',
  basicConstraints: 'X509v3 Basic Constraints',
  nameConstraints: 'X509v3 Name Constraints',
  policyConstraints: 'X509v3 Policy Constraints',
  extKeyUsage: 'X509v3 Extended Key Usage',
  cRLDistributionPoints: 'X509v3 CRL Distribution Points',
  inhibitAnyPolicy: 'X509v3 Inhibit Any Policy',
  freshestCRL: 'X509v3 Freshest CRL',
  authorityInfoAccess: 'Authority Information Access',
  subjectInfoAccess: 'Subject Information Access',
  cRLNumber: 'X509v3 CRL Number',
  deltaCRLIndicator: 'X509v3 Delta CRL Indicator',
  issuingDistributionPoint: 'X509v3 Issuing Distribution Point',
  cRLReason: 'X509v3 CRL Reason Code',
  invalidityDate: 'Invalidity Date',
  certificateIssuer: 'X509v3 Certificate Issuer',
  tlsFeature: 'TLS Feature',
  netscapeCertType: 'Netscape Cert Type',
  netscapeComment: 'Netscape Comment',
  ocspNoCheck: 'OCSP No Check',
  ctPoison: 'CT Precertificate Poison',
  signedCertificateTimestampList: 'CT Precertificate SCTs',
}

/** Of those that are not decoded here. */
const FOREIGN_TITLES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.1.3': 'qcStatements',
  '1.3.6.1.5.5.7.1.14': 'Proxy Certificate Information',
  '1.3.6.1.4.1.311.20.2': 'Microsoft certificate template name',
  '1.3.6.1.4.1.311.21.1': 'Microsoft CA Version',
}

const KEY_USES: Readonly<Record<string, string>> = {
  digitalSignature: 'Digital Signature',
  nonRepudiation: 'Non Repudiation',
  contentCommitment: 'Non Repudiation',
  keyEncipherment: 'Key Encipherment',
  dataEncipherment: 'Data Encipherment',
  keyAgreement: 'Key Agreement',
  keyCertSign: 'Certificate Sign',
  cRLSign: 'CRL Sign',
  encipherOnly: 'Encipher Only',
  decipherOnly: 'Decipher Only',
}

const PURPOSES: Readonly<Record<string, string>> = {
  '2.5.29.37.0': 'Any Extended Key Usage',
  '1.3.6.1.5.5.7.3.1': 'TLS Web Server Authentication',
  '1.3.6.1.5.5.7.3.2': 'TLS Web Client Authentication',
  '1.3.6.1.5.5.7.3.3': 'Code Signing',
  '1.3.6.1.5.5.7.3.4': 'E-mail Protection',
  '1.3.6.1.5.5.7.3.8': 'Time Stamping',
  '1.3.6.1.5.5.7.3.9': 'OCSP Signing',
  '1.3.6.1.4.1.311.10.3.3': 'Microsoft Server Gated Crypto',
  '2.16.840.1.113730.4.1': 'Netscape Server Gated Crypto',
}

const NETSCAPE_TYPES: Readonly<Record<string, string>> = {
  sslClient: 'SSL Client',
  sslServer: 'SSL Server',
  smime: 'S/MIME',
  objectSigning: 'Object Signing',
  reserved: 'Unused',
  sslCA: 'SSL CA',
  smimeCA: 'S/MIME CA',
  objectSigningCA: 'Object Signing CA',
}

const METHODS: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.48.1': 'OCSP',
  '1.3.6.1.5.5.7.48.2': 'CA Issuers',
  '1.3.6.1.5.5.7.48.3': 'AD Time Stamping',
  '1.3.6.1.5.5.7.48.5': 'CA Repository',
}

const REASONS = [
  'Unused',
  'Key Compromise',
  'CA Compromise',
  'Affiliation Changed',
  'Superseded',
  'Cessation Of Operation',
  'Certificate Hold',
  'Privilege Withdrawn',
  'AA Compromise',
]

const CRL_REASON_WORDS: Readonly<Record<string, string>> = {
  unspecified: 'Unspecified',
  keyCompromise: 'Key Compromise',
  cACompromise: 'CA Compromise',
  affiliationChanged: 'Affiliation Changed',
  superseded: 'Superseded',
  cessationOfOperation: 'Cessation Of Operation',
  certificateHold: 'Certificate Hold',
  removeFromCRL: 'Remove From CRL',
  privilegeWithdrawn: 'Privilege Withdrawn',
  aACompromise: 'AA Compromise',
}

const PRINTERS: { readonly [N in ExtensionName]: (value: ExtensionValue<N>) => string } = {
  authorityKeyIdentifier: ({ keyIdentifier, authorityCertIssuer, authorityCertSerialNumber }) =>
    [
      ...(keyIdentifier ? [hexLine(keyIdentifier)] : []),
      ...(authorityCertIssuer ?? []).map(generalName),
      ...(authorityCertSerialNumber ? [`serial:${hexLine(authorityCertSerialNumber)}`] : []),
    ].join('\n'),
  subjectKeyIdentifier: hexLine,
  keyUsage: (uses) => uses.map((use) => KEY_USES[use] ?? use).join(', '),
  certificatePolicies: (policies) => policies.map(policy).join('\n'),
  policyMappings: (mappings) =>
    mappings
      .map(({ issuerDomainPolicy, subjectDomainPolicy }) => `${issuerDomainPolicy}:${subjectDomainPolicy}`)
      .join(', '),
  subjectAltName: names,
  issuerAltName: names,
  subjectDirectoryAttributes: (attributes) => attributes.map(({ oid }) => oid).join(', '),
  basicConstraints: ({ ca, pathLength }) =>
    `CA:${ca ? 'TRUE' : 'FALSE'}${pathLength === undefined ? '' : `, pathlen:${pathLength}`}`,
  nameConstraints: ({ permitted, excluded }) =>
    [...subtrees('Permitted', permitted), ...subtrees('Excluded', excluded)].join('\n'),
  policyConstraints: ({ requireExplicitPolicy, inhibitPolicyMapping }) =>
    [
      ...(requireExplicitPolicy === undefined ? [] : [`Require Explicit Policy:${requireExplicitPolicy}`]),
      ...(inhibitPolicyMapping === undefined ? [] : [`Inhibit Policy Mapping:${inhibitPolicyMapping}`]),
    ].join(', '),
  extKeyUsage: (purposes) => purposes.map((purpose) => PURPOSES[purpose] ?? purpose).join(', '),
  cRLDistributionPoints: points,
  inhibitAnyPolicy: (skip) => String(skip),
  freshestCRL: points,
  authorityInfoAccess: accesses,
  subjectInfoAccess: accesses,
  cRLNumber: crlNumber,
  deltaCRLIndicator: crlNumber,
  issuingDistributionPoint,
  cRLReason: (reason) => CRL_REASON_WORDS[reason] ?? reason,
  invalidityDate: dateText,
  certificateIssuer: names,
  tlsFeature: (features) =>
    features
      .map((feature) => ({ 5: 'status_request', 17: 'status_request_v2' })[feature] ?? String(feature))
      .join(', '),
  netscapeCertType: (types) => types.map((type) => NETSCAPE_TYPES[type] ?? type).join(', '),
  netscapeComment: plain,
  ocspNoCheck: () => '',
  ctPoison: () => 'NULL',
  signedCertificateTimestampList: (list) => list.map(timestamp).join('\n'),
}

function names(list: readonly GeneralName[]): string {
  return list.length === 0 ? '<EMPTY>' : list.map(generalName).join(', ')
}

function policy({ policy, qualifiers = [] }: PolicyInformation): string {
  const name = policy === '2.5.29.32.0' ? 'X509v3 Any Policy' : policy
  return [`Policy: ${name}`, ...qualifiers.map((one) => indent(qualifier(one), 2))].join('\n')
}

const CPS = '1.3.6.1.5.5.7.2.1'
const USER_NOTICE = '1.3.6.1.5.5.7.2.2'

function qualifier({ oid, value }: PolicyQualifier): string {
  const reader = DerReader.open(value, 'qualifier')
  if (oid === CPS) return `CPS: ${plain(latin1(reader.value(Tag.IA5_STRING, '')))}`
  if (oid !== USER_NOTICE) return `Unknown Qualifier: ${oid}`
  const lines = ['User Notice:']
  const notice = reader.sequence('')
  if (notice.is(Tag.SEQUENCE)) {
    const reference = notice.sequence('noticeRef')
    lines.push(`  Organization: ${text(reference)}`)
    const numbers = reference.sequence('noticeNumbers')
    const list: string[] = []
    while (!numbers.done) list.push(String(numbers.number('')))
    lines.push(`  Number${list.length > 1 ? 's' : ''}: ${list.join(', ')}`)
  }
  if (!notice.done) lines.push(`  Explicit Text: ${text(notice)}`)
  return lines.join('\n')
}

function text(reader: DerReader): string {
  const { tag } = reader
  return plain((isStringTag(tag) ? decodeString(tag, reader.value(tag, '')) : undefined) ?? '<no text>')
}

function subtrees(heading: string, list: readonly GeneralSubtree[] | undefined): string[] {
  if (!list) return []
  const base = ({ base }: GeneralSubtree) => (base.type === 'ip' ? `IP:${addressText(base.value)}` : generalName(base))
  return [`${heading}:`, ...list.map((one) => `  ${base(one)}`)]
}

function points(list: readonly DistributionPoint[]): string {
  return list.map(point).join('\n')
}

function point({ name, reasons, crlIssuer }: DistributionPoint): string {
  const lines = name ? [pointName(name)] : []
  if (reasons !== undefined) lines.push(`Reasons:\n  ${reasonWords(reasons)}`)
  if (crlIssuer) lines.push(`CRL Issuer:\n${indent(crlIssuer.map(issuerName).join('\n'), 2)}`)
  return lines.join('\n')
}

/** OpenSSL writes names in this place as it writes subjects. */
const issuerName = (name: GeneralName) =>
  name.type === 'directoryName' ? `DirName:${oneLine(name.value)}` : generalName(name)

const pointName = ({ fullName, relativeName }: DistributionPointName) =>
  fullName
    ? `Full Name:\n${indent(fullName.map(generalName).join('\n'), 2)}`
    : `Relative Name:\n  ${toHex(relativeName!)}`

/** Bits as in `REASON_FLAGS`. */
const reasonWords = (reasons: number) => REASONS.filter((_, bit) => (reasons >> bit) & 1).join(', ')

function accesses(list: readonly AccessDescription[]): string {
  return list.map(({ method, location }) => `${METHODS[method] ?? method} - ${generalName(location)}`).join('\n')
}

function crlNumber(number: Uint8Array): string {
  const value = BigInt(`0x${toHex(number) || '0'}`)
  return value < 1n << 64n ? String(value) : `0x${value.toString(16).toUpperCase()}`
}

function issuingDistributionPoint(point: IssuingDistributionPoint): string {
  const lines = point.name ? [pointName(point.name)] : []
  if (point.onlyContainsUserCerts) lines.push('Only User Certificates')
  if (point.onlyContainsCACerts) lines.push('Only CA Certificates')
  if (point.indirectCRL) lines.push('Indirect CRL')
  if (point.onlySomeReasons !== undefined) lines.push(`Only Some Reasons:\n  ${reasonWords(point.onlySomeReasons)}`)
  if (point.onlyContainsAttributeCerts) lines.push('Only Attribute Certificates')
  return lines.length > 0 ? lines.join('\n') : '<EMPTY>'
}

function timestamp(sct: SignedCertificateTimestamp): string {
  const bytes = (value: Uint8Array) => {
    const lines: string[] = []
    for (let at = 0; at < value.length; at += 16)
      lines.push(hexLine(value.subarray(at, at + 16)) + (at + 16 < value.length ? ':' : ''))
    return lines.join(`\n${' '.repeat(16)}`)
  }
  const [date, year] = dateText(sct.timestamp).split(/ (?=\d{4} )/) as [string, string]
  const algorithm =
    sct.hashAlgorithm === 4 && { 1: 'sha256WithRSAEncryption', 3: 'ecdsa-with-SHA256' }[sct.signatureAlgorithm]
  return [
    'Signed Certificate Timestamp:',
    `    Version   : ${sct.version === 0 ? 'v1 (0x0)' : `unknown (0x${sct.version.toString(16)})`}`,
    `    Log ID    : ${bytes(sct.logId)}`,
    `    Timestamp : ${date}.${String(sct.timestamp % 1000).padStart(3, '0')} ${year}`,
    `    Extensions: ${sct.extensions.length === 0 ? 'none' : bytes(sct.extensions)}`,
    `    Signature : ${algorithm || `unknown (${sct.hashAlgorithm}, ${sct.signatureAlgorithm})`}`,
    `${' '.repeat(16)}${bytes(sct.signature)}`,
  ].join('\n')
}
