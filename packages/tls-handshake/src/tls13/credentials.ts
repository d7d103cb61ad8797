import { configError } from '@x/tls-record'
import { includesBytes } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import type { Credential, TlsConfig } from '../config.ts'
import { sctList } from '../extensions/signed-certificate-timestamp.ts'
import { distinct } from '../handshake/in-common.ts'
import {
  OFF_BY_DEFAULT,
  SIGNATURE_SCHEMES,
  type SignatureScheme,
  schemeFitsKey13,
  signatureScheme,
} from '../registry/signature-schemes.ts'

/** @throws {TlsError} for a credential that cannot be shown to anyone */
export function checkCredentials(credentials: readonly Credential[] = []): void {
  for (const { sctList: list } of credentials) {
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

/** The same without what we do not know, which a peer may list as often as it likes. */
export function knownWishes({ signatureSchemes, certificateAuthorities }: PeerWishes): PeerWishes {
  return {
    signatureSchemes: distinct(signatureSchemes, (id) => signatureScheme(id) !== undefined),
    certificateAuthorities,
  }
}

/** A credential with the scheme to sign by; or why there is none. */
export type CredentialChoice =
  | { readonly credential: Credential; readonly scheme: SignatureScheme }
  | { readonly credential: undefined; readonly reason: string }

/** The first of the credentials that fits what the peer wishes (RFC 9846 §4.5.1.2). */
export function chooseCredential13(
  config: TlsConfig,
  credentials: readonly Credential[],
  wishes: PeerWishes,
  side: 'client' | 'server',
): CredentialChoice {
  let reason: string | undefined
  for (const credential of credentials) {
    if (credential.mustMatchIssuer && !issuerMatches(config, credential, wishes.certificateAuthorities)) {
      reason = 'NO_MATCHING_ISSUER'
      continue
    }
    const scheme = chooseScheme13(credential, wishes.signatureSchemes, side)
    if (scheme !== undefined) return { credential, scheme }
  }
  const shared = (one: Credential) => ourSchemes(one).some(({ id }) => wishes.signatureSchemes.includes(id))
  reason ??=
    credentials.length === 0 || credentials.some(shared)
      ? 'NO_SUITABLE_SIGNATURE_ALGORITHM'
      : 'NO_SHARED_SIGNATURE_ALGORITHMS'
  return { credential: undefined, reason }
}

/** The first scheme of ours that the peer accepts. */
export function chooseScheme13(
  credential: Credential,
  accepted: readonly number[],
  side: 'client' | 'server',
): SignatureScheme | undefined {
  return ourSchemes(credential).find(
    (scheme) => accepted.includes(scheme.id) && schemeFitsKey13(scheme, credential.signer, side),
  )
}

const SOUND_SCHEMES = /* @__PURE__ */ SIGNATURE_SCHEMES.filter(({ id }) => !OFF_BY_DEFAULT.has(id))

function ourSchemes({ signatureSchemes }: Credential): readonly SignatureScheme[] {
  return signatureSchemes?.map(signatureScheme).filter((scheme) => scheme !== undefined) ?? SOUND_SCHEMES
}

/** True when an issuer in the chain is one of the authorities. */
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
