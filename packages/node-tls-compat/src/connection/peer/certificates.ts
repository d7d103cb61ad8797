import type { TlsConnection } from '@x/tls-handshake'
import { Certificate, type LegacyCertificate, toLegacyObject } from '@x/x509/tls'
import { bytesOf } from '../../host/bytes.ts'
import { X509Certificate } from '../../host/node.ts'
import { ALL_CERTIFICATE_FIELDS } from '../../host/version-differences.ts'
import type { SecureContext } from '../config/node-context.ts'

/** Properties that are there whether they have a value or not. */
const ALWAYS = ['subjectaltname', 'infoAccess', 'asn1Curve', 'nistCurve', 'ext_key_usage'] as const

/** The legacy object with Node's Buffers in it. */
function withBuffers(object: LegacyCertificate): object {
  const seen = new Set<LegacyCertificate>()
  for (let next: LegacyCertificate | undefined = object; next && !seen.has(next); next = next.issuerCertificate) {
    seen.add(next)
    next.raw = Buffer.from(next.raw)
    if (ALL_CERTIFICATE_FIELDS) {
      for (const name of ALWAYS) {
        if (!(name in next)) {
          next[name] = undefined
        }
      }
    }
    if (next.pubkey) {
      next.pubkey = Buffer.from(next.pubkey)
    }
  }
  return object
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
  return withBuffers(
    toLegacyObject(leaf, context.context.provider, detailed ? issuersOf(leaf, rest, context) : undefined),
  )
}

/** The certificate we show, or would show, on a connection. */
function ownLeaf(connection: TlsConnection | undefined, { context }: SecureContext): Uint8Array | undefined {
  return (connection?.credential ?? context.credentials[0])?.chain[0]
}

export function ownCertificateOf(connection: TlsConnection | undefined, context: SecureContext): object {
  const leaf = ownLeaf(connection, context)
  return leaf ? withBuffers(toLegacyObject(Certificate.parse(leaf), context.context.provider)) : {}
}

/** Node's X509Certificate, with its issuer as far as the chain goes. */
function chainOfX509(chain: readonly Uint8Array[]): X509Certificate | undefined {
  let issuer: X509Certificate | undefined
  for (const der of [...chain].reverse()) {
    const certificate = new X509Certificate(bytesOf(der))
    if (issuer) {
      Object.defineProperty(certificate, 'issuerCertificate', { value: issuer, configurable: true, enumerable: true })
    }
    issuer = certificate
  }
  return issuer
}

export function peerX509Of(connection: TlsConnection | undefined, context: SecureContext): X509Certificate | undefined {
  const sent = connection?.peerCertificates ?? []
  if (sent.length === 0) {
    return undefined
  }
  const [leaf, ...rest] = sent.map((der) => Certificate.fromDer(der)) as [Certificate, ...Certificate[]]
  return chainOfX509([leaf, ...issuersOf(leaf, rest, context)].map(({ raw }) => raw))
}

export function ownX509Of(connection: TlsConnection | undefined, context: SecureContext): X509Certificate | undefined {
  return chainOfX509((connection?.credential ?? context.context.credentials[0])?.chain ?? [])
}
