import { Certificate, type IdentityCertificate, toIdentityCertificate } from '@x/x509/tls'
import { fingerprintOf } from '#host'
import { type ConfiguredSocket, kEngine } from '../config/configured-socket.ts'
import { checkServerIdentity } from '../trust/check-server-identity.ts'

/** The client whose server is looked at. */
interface Client extends Pick<ConfiguredSocket, typeof kEngine> {
  getPeerCertificate(detailed: boolean): object | null
}

/** Names found right for a certificate, the latest; for a client that comes back to the same servers. */
const LIMIT = 256
const right = new Set<string>()

/**
 * Whether the peer's certificate is for this host: asks `check`, or remembers that the usual check was content with the
 * same certificate and the same host before.
 */
export function identityError(
  socket: Client,
  host: string,
  check: (host: string, certificate: IdentityCertificate) => Error | undefined,
): Error | undefined {
  const ask = () => check(host, socket.getPeerCertificate(true) as IdentityCertificate)
  const leaf = socket[kEngine].connection?.peerCertificates?.[0]
  if (check !== checkServerIdentity || !leaf) {
    return ask()
  }
  const key = `${fingerprintOf(leaf)}${host}`
  if (right.has(key)) {
    return undefined
  }
  // The whole certificate object, with fingerprints and issuers, is for an error to show.
  if (check(host, toIdentityCertificate(Certificate.fromDer(leaf)))) {
    return ask()
  }
  if (right.size >= LIMIT) {
    right.clear()
  }
  right.add(key)
  return undefined
}
