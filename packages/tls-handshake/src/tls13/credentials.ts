import { configError } from '@x/tls-record'
import { includesBytes } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import type { CertificateTypeName, Credential, TlsConfig } from '../config.ts'
import { sctList } from '../extensions/signed-certificate-timestamp.ts'
import { chooseFitting, commonSchemes } from '../handshake/credential-choice.ts'
import { own } from '../handshake/own.ts'
import { typeOf } from '../handshake/raw-public-key.ts'
import {
  OFF_BY_DEFAULT,
  SIGNATURE_SCHEMES,
  type SignatureScheme,
  schemeFitsKey13,
} from '../registry/signature-schemes.ts'

/** @throws {TlsError} for a credential that cannot be shown to anyone */
export function checkCredentials(credentials: readonly Credential[] = []): void {
  for (const credential of credentials) {
    const list = own(credential, 'sctList')
    if (list === undefined) continue
    try {
      sctList.decode(new Reader(list, 'sctList'))
    } catch {
      throw configError('INVALID_SCT_LIST', 'sctList is not a SignedCertificateTimestampList (RFC 6962 §3.3)')
    }
  }
}

/** What the peer can use: its signature_algorithms, and the authorities it named, if any. */
export interface PeerWishes {
  readonly signatureSchemes: readonly number[]
  readonly certificateAuthorities?: readonly Uint8Array[]
}

/** A credential with the scheme to sign by; or why there is none. */
export type CredentialChoice =
  | { readonly credential: Credential; readonly scheme: SignatureScheme }
  | { readonly credential: undefined; readonly reason: string }

/**
 * RFC 9846 §4.5.1.2 #9: what its chain is signed with ends no handshake.
 * The credential that fits what the peer wishes (RFC 9846 §4.5.1.2 #2), by `credentialChoice` where several do.
 *
 * @param types what may be shown (RFC 7250)
 */
export function chooseCredential13(
  config: TlsConfig,
  all: readonly Credential[],
  wishes: PeerWishes,
  side: 'client' | 'server',
  types: readonly CertificateTypeName[],
): CredentialChoice {
  const credentials = all.filter((one) => types.includes(typeOf(one)))
  if (credentials.length === 0 && all.length > 0) return { credential: undefined, reason: 'UNKNOWN_CERTIFICATE_TYPE' }
  const accepted = wishes.signatureSchemes
  let reason: string | undefined
  function* fitting() {
    for (const credential of credentials) {
      if (own(credential, 'mustMatchIssuer') && !issuerMatches(config, credential, wishes.certificateAuthorities)) {
        reason = 'NO_MATCHING_ISSUER'
        continue
      }
      const scheme = commonSchemes(config, credential, accepted, SOUND_SCHEMES).find((one) =>
        schemeFitsKey13(one, credential.signer, side),
      )
      if (scheme) yield { credential, scheme }
    }
  }
  const choice = chooseFitting(config, fitting(), accepted, ({ scheme }) => scheme.id)
  if (choice) return choice
  const shared = (one: Credential) => commonSchemes(config, one, accepted, SOUND_SCHEMES).length > 0
  reason ??=
    credentials.length === 0 || credentials.some(shared)
      ? 'NO_SUITABLE_SIGNATURE_ALGORITHM'
      : 'NO_SHARED_SIGNATURE_ALGORITHMS'
  return { credential: undefined, reason }
}

const SOUND_SCHEMES = /* @__PURE__ */ SIGNATURE_SCHEMES.filter(({ id }) => !OFF_BY_DEFAULT.has(id))

/** True when an issuer in the chain is one of the authorities (RFC 9846 §4.3.4 #1, RFC 9846 §4.5.1.2 #4). */
export function issuerMatches(config: TlsConfig, credential: Credential, authorities?: readonly Uint8Array[]): boolean {
  if (authorities === undefined || authorities.length === 0) return false
  return credential.chain.some((der) => {
    try {
      return includesBytes(authorities, config.parseCertificate(der).issuer)
    } catch {
      return false
    }
  })
}
