/**
 * The hook of a TLS stack that verifies a peer, made of this package. The stack is known by its shapes alone:
 * `@x/tls-handshake` takes it as it is. It brings the strict profile, so that it is no part of `@x/x509/tls`.
 */
import { type Awaitable, isPromiseLike } from '@x/crypto-primitives'
import { callback, instant, oneOf, optionsReader, text } from '@x/crypto-primitives/options'
import { X509Error } from './error.ts'
import { argument, invalidArgument } from './rules.ts'
import { run } from './steps.ts'
import { VerifiableCertificate } from './verifiable-certificate.ts'
import type { PathOptions, PathResult } from './verify/options.ts'
import { ADVICE, CHECK_RULES, PATH_RULES } from './verify/read-options.ts'
import { validatePath } from './verify/validate-path.ts'
import { webpkiProfile } from './verify/webpki-profile.ts'

/** What a TLS stack tells of its peer. */
export interface PresentedPeer {
  /** Which side asks. */
  readonly side: 'client' | 'server'
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[]
  /** A client's: the name it asked for. */
  readonly serverName?: string
}

/** `ok: true`, or why not, with the alert that says so (RFC 9846 §6.2). */
export interface PeerJudgement {
  readonly ok: boolean
  readonly alert?: number
  readonly reason?: string
  /** OpenSSL's code, and words for a person. */
  readonly result?: { readonly code: string; readonly reason: string }
}

/** As for `verifyChain`; the chain is the peer's, and each side looks for the other's purpose. */
export interface PeerVerifierOptions
  extends Omit<PathOptions<VerifiableCertificate>, 'leaf' | 'intermediates' | 'purpose' | 'time' | 'profile' | 'name'> {
  /** Default `webpkiProfile`. */
  readonly profile?: PathOptions['profile']
  /**
   * The name that a server's certificate must have. Default: the connection's `serverName`; without either a server is
   * refused. `false`: whoever the anchors vouch for will do. Of a client no name is asked, unless one is given here.
   */
  readonly name?: PathOptions['name'] | false
  /** Milliseconds since 1970 (default `Date.now`). */
  readonly now?: () => number
}

const aSide = /* @__PURE__ */ (() => oneOf('client', 'server'))()

const BAD_CERTIFICATE = 42
const CERTIFICATE_EXPIRED = 45
const CERTIFICATE_REVOKED = 44
const UNKNOWN_CA = 48

/**
 * A `verifyPeer` for `@x/tls-handshake`: builds and validates the peer's path to an anchor, for the right name and
 * purpose. It answers at once where the provider does, and has a fitting alert for each refusal.
 *
 * @throws {X509Error} `INVALID_ARGUMENT` when there are no anchors, the name is empty or `undefined`, or an option is not known
 * @example
 * TlsConnection.client({ provider, serverName, parseCertificate: peerCertificateReader(provider), verifyPeer: peerVerifier({ anchors, provider }) })
 */
export function peerVerifier(options: PeerVerifierOptions): (peer: PresentedPeer) => Awaitable<PeerJudgement> {
  const { name, now = Date.now, profile = webpkiProfile, ...settings } = readPeerOptions(options)
  if (name === '') throw new X509Error('INVALID_ARGUMENT', 'name must not be empty: `name: false` asks for no name')
  return (peer) => {
    argument('peerVerifier: the side that asks', aSide, peer.side)
    let chain: VerifiableCertificate[]
    try {
      chain = peer.chain.map((der) => VerifiableCertificate.fromDer(der))
    } catch (error) {
      return refusal('UNSPECIFIED', (error as Error).message)
    }
    const [leaf, ...intermediates] = chain
    if (!leaf) return refusal('UNABLE_TO_GET_ISSUER_CERT', 'the peer shows no certificate')
    const wanted = name ?? (peer.side === 'client' ? peer.serverName : false)
    if (name === undefined && wanted) argument('peerVerifier: serverName', text, wanted)
    if (wanted === undefined || wanted === null)
      return refusal('HOSTNAME_MISMATCH', 'nobody says which name the server must have')
    const result = run(
      validatePath({
        ...settings,
        profile,
        leaf,
        intermediates,
        purpose: peer.side === 'client' ? 'serverAuth' : 'clientAuth',
        time: argument('peerVerifier: what `now` answers', instant, now()),
        name: wanted,
      }),
    )
    return isPromiseLike(result) ? result.then(judgement) : judgement(result)
  }
}

const readPeerOptions = /* @__PURE__ */ (() => {
  const { leaf: _, intermediates: __, purpose: ___, time: ____, ...rules } = PATH_RULES
  return optionsReader(
    'peerVerifier',
    { ...rules, ...CHECK_RULES, now: callback },
    invalidArgument,
    ADVICE,
  ) as unknown as (given: unknown) => PeerVerifierOptions
})()

function judgement({ ok, code, reason }: PathResult): PeerJudgement {
  return ok ? { ok: true } : refusal(code, reason)
}

function refusal(code: string, reason: string): PeerJudgement {
  return { ok: false, alert: alertOf(code), reason: 'CERTIFICATE_VERIFY_FAILED', result: { code, reason } }
}

/** RFC 9846 §6.2. */
function alertOf(code: string): number {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return CERTIFICATE_EXPIRED
  if (code === 'CERT_REVOKED') return CERTIFICATE_REVOKED
  if (/ISSUER|SELF_SIGNED|VERIFY_LEAF/.test(code)) return UNKNOWN_CA
  return BAD_CERTIFICATE
}
