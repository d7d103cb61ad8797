import type { TlsConnection } from '@x/tls-handshake'
import { Certificate, type LegacyCertificate, toLegacyObject } from '@x/x509/tls'
import { ALL_CERTIFICATE_FIELDS, Buffer, X509Certificate } from '#host'
import { bytesOf } from '../../host/bytes.ts'
import type { SecureContext } from '../config/node-context.ts'

/** Since Node 24: all properties, with or without a value, in this order (ncrypto's X509 to object). */
const FIELDS = [
  'subject',
  'issuer',
  'subjectaltname',
  'infoAccess',
  'ca',
  'modulus',
  'exponent',
  'pubkey',
  'bits',
  'valid_from',
  'valid_to',
  'fingerprint',
  'fingerprint256',
  'fingerprint512',
  'ext_key_usage',
  'serialNumber',
  'raw',
  'asn1Curve',
  'nistCurve',
] as const

/** The legacy object as the running Node makes it, with its Buffers. A root's refers to itself. */
function asNodes(object: LegacyCertificate, made = new Map<LegacyCertificate, LegacyCertificate>()): LegacyCertificate {
  const known = made.get(object)
  if (known) {
    return known
  }
  const { issuerCertificate } = object
  const own = ALL_CERTIFICATE_FIELDS
    ? (Object.fromEntries(FIELDS.map((name) => [name, object[name]])) as unknown as LegacyCertificate)
    : object
  made.set(object, own)
  // BN_print's digits since then; a stream's of C++ before.
  if (ALL_CERTIFICATE_FIELDS && own.exponent) {
    own.exponent = `0x${own.exponent.slice(2).toUpperCase()}`
  }
  own.raw = Buffer.from(own.raw)
  if (own.pubkey) {
    own.pubkey = Buffer.from(own.pubkey)
  }
  if (issuerCertificate) {
    own.issuerCertificate = asNodes(issuerCertificate, made)
  }
  return own
}

/** The issuers above a leaf: among what the peer sent, then among what is trusted. */
function issuersOf(leaf: Certificate, sent: readonly Certificate[], { context }: SecureContext): Certificate[] {
  const issuers: Certificate[] = []
  for (let last = leaf; !last.isSelfIssued && issuers.length < 20; ) {
    const { issuer } = last
    const next =
      sent.find((candidate) => candidate.subject.equals(issuer) && !issuers.includes(candidate)) ??
      context.authorities.withSubject(issuer)[0]
    if (!next) {
      break
    }
    issuers.push(next)
    last = next
  }
  return issuers
}

/** `getPeerCertificate()`: `{}` when the peer showed none. */
export function peerCertificateOf(
  connection: TlsConnection | undefined,
  context: SecureContext,
  detailed?: boolean,
): object {
  const sent = connection?.peerCertificates ?? []
  if (sent.length === 0) {
    return {}
  }
  const [leaf, ...rest] = sent.map((der) => Certificate.fromDer(der)) as [Certificate, ...Certificate[]]
  // As Node: whatever is not `true` is no.
  const issuers = detailed === true ? issuersOf(leaf, rest, context) : undefined
  return asNodes(toLegacyObject(leaf, context.context.provider, issuers))
}

/** The certificate we show, or would show, on a connection. */
function ownLeaf(connection: TlsConnection | undefined, { context }: SecureContext): Uint8Array | undefined {
  return (connection?.credential ?? context.credentials[0])?.chain[0]
}

export function ownCertificateOf(connection: TlsConnection | undefined, context: SecureContext): object {
  const leaf = ownLeaf(connection, context)
  return leaf ? asNodes(toLegacyObject(Certificate.parse(leaf), context.context.provider)) : {}
}

/** Node's X509Certificate of what the peer sent, each with the next as its issuer. */
export function peerX509Of(connection: TlsConnection | undefined): X509Certificate | undefined {
  let issuer: X509Certificate | undefined
  for (const der of [...(connection?.peerCertificates ?? [])].reverse()) {
    const certificate = new X509Certificate(bytesOf(der))
    if (issuer) {
      Object.defineProperty(certificate, 'issuerCertificate', { value: issuer, configurable: true })
    }
    issuer = certificate
  }
  return issuer
}

export function ownX509Of(connection: TlsConnection | undefined, context: SecureContext): X509Certificate | undefined {
  const leaf = ownLeaf(connection, context)
  return leaf && new X509Certificate(bytesOf(leaf))
}
