import { peerError } from '@x/tls-record'
import type { CertificateTypeName } from '../config.ts'
import {
  CertificateFormat,
  CLIENT_CERTIFICATE_TYPE,
  clientCertificateType,
  clientCertificateTypes,
  SERVER_CERTIFICATE_TYPE,
  serverCertificateType,
  serverCertificateTypes,
} from '../extensions/certificate-types.ts'
import type { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import { acceptedTypes, typeOf } from '../handshake/raw-public-key.ts'
import type { ServerContext } from './server-context.ts'

/** Raw public keys (RFC 7250), the client's and our own: what a hello allows, and how it is answered. */

/** Those of a client's list that we know; X.509 where it sends none. */
const namesOf = (list: readonly number[] = [CertificateFormat.x509]): CertificateTypeName[] =>
  (['x509', 'raw_public_key'] as const).filter((name) => list.includes(CertificateFormat[name]))

/** What we may show. */
export const showableTypes = (extensions: ExtensionBlock): readonly CertificateTypeName[] =>
  namesOf(extensions.get(serverCertificateTypes))

/** What the client can show us of what we accept: the first in our order. */
export function clientType(hs: ServerContext, extensions: ExtensionBlock): CertificateTypeName | undefined {
  const offered = namesOf(extensions.get(clientCertificateTypes))
  return acceptedTypes(hs.config).find((name) => offered.includes(name))
}

/**
 * Settles what the client will show, where it will be asked.
 *
 * @throws {TlsError} unsupported_certificate where it can show nothing that is accepted (RFC 7250 §4.2)
 */
export function settleClientType(hs: ServerContext, extensions: ExtensionBlock): void {
  const type = clientType(hs, extensions)
  if (type === undefined) {
    throw peerError(
      'unsupported_certificate',
      'UNSUPPORTED_CERTIFICATE',
      `the client shows none of ${acceptedTypes(hs.config).join(', ')}`,
    )
  }
  hs.rawPeer = type === 'raw_public_key'
}

/**
 * What an answer says of both (RFC 7250 §4.2): nothing to a client that has not asked.
 *
 * @param asks a CertificateRequest follows, or may
 */
export function answerTypes(
  hs: ServerContext,
  offered: ExtensionBlock,
  asks: boolean,
): ((answer: ExtensionWriter) => void) | undefined {
  // In a resumption nothing is shown; what would be is said all the same, as everything is negotiated anew.
  const types = showableTypes(offered)
  const wouldShow = (hs.config.credentials ?? []).find((one) => types.includes(typeOf(one)))
  const credential = hs.facts.credential ?? (hs.pending.resumed ? wouldShow : undefined)
  const ofClient = asks && offered.has(CLIENT_CERTIFICATE_TYPE)
  const ours = credential && offered.has(SERVER_CERTIFICATE_TYPE) ? typeOf(credential) : undefined
  if (!ofClient && !ours) return undefined
  return (answer) => {
    if (ofClient) answer.add(clientCertificateType, CertificateFormat[hs.rawPeer ? 'raw_public_key' : 'x509'])
    if (ours) answer.add(serverCertificateType, CertificateFormat[ours])
  }
}
