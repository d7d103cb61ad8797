/**
 * What a connection is told before it starts. Plain data and hooks; no defaults that weaken.
 *
 * A hook answers one step of the handshake. It may answer with a promise: the handshake then waits, input stays
 * undecrypted (up to a limit), and everything goes on when the promise settles. A hook that throws an
 * {@link AlertError} (or rejects with one) chooses the alert; anything else thrown is `internal_error`, blamed on us.
 */
import type { Awaitable, CryptoProvider, GroupName, PublicKey, Signer } from '@x/crypto-primitives'
import type { ProtocolVersion } from './registry/versions.ts'
import type { PskIdentity, Session } from './session.ts'

export type { ProtocolVersion }

/** What a side may show: X.509 certificates, or a public key and nothing about it (RFC 7250). */
export type CertificateTypeName = 'x509' | 'raw_public_key'

/** A certificate chain, or a raw public key, with the private key that goes with it. */
export interface Credential {
  /** DER, leaf first; empty with `rawPublicKey`. */
  readonly chain: readonly Uint8Array[]
  /** DER SubjectPublicKeyInfo, shown in the place of a chain to a peer that accepts raw public keys (RFC 7250). */
  readonly rawPublicKey?: Uint8Array
  readonly signer: Signer
  /** Schemes (IANA numbers) this key may sign with, in order; default: all that fit the key. */
  readonly signatureSchemes?: readonly number[]
  /** DER OCSPResponse to staple when the peer asks. */
  readonly ocspResponse?: Uint8Array
  /** SignedCertificateTimestampList (RFC 6962 §3.3) to send when the peer asks. */
  readonly sctList?: Uint8Array
  /** Use only when the leaf's (or an intermediate's) issuer is in the peer's certificate_authorities. */
  readonly mustMatchIssuer?: boolean
}

/** What the handshake must know of a certificate. Parsing is injected: this package knows no DER. */
export interface PeerCertificate {
  readonly der: Uint8Array
  readonly publicKey: PublicKey
  /** RFC 5280 §4.2.1.3 bits; `undefined` when the extension is absent (anything is allowed). */
  readonly keyUsage?: {
    readonly digitalSignature: boolean
    readonly keyEncipherment: boolean
    readonly keyAgreement: boolean
  }
  /** DER Name of the issuer, for certificate_authorities. */
  readonly issuer: Uint8Array
  /** Signature scheme (IANA number) the certificate itself is signed with, where it has one. */
  readonly signedWith?: number
}

/** What is asked about the peer's chain. */
export interface PeerVerification {
  readonly side: 'client' | 'server'
  /** DER, leaf first. Empty with `rawPublicKey`. */
  readonly chain: readonly Uint8Array[]
  /** Of the chain; absent with `rawPublicKey`. */
  readonly leaf?: PeerCertificate
  /**
   * DER SubjectPublicKeyInfo: the peer shows a key that nobody vouches for (RFC 7250). Whose it is must be known from
   * elsewhere; by `{ ok: true }` alone it is accepted, whatever `allowUnverifiedPeer` says.
   */
  readonly rawPublicKey?: Uint8Array
  readonly serverName?: string
  readonly ocspResponse?: Uint8Array
  readonly sctList?: Uint8Array
  /** The chain comes from a session that may be resumed: a no, or an exception, means a full handshake instead. */
  readonly resumed: boolean
}

/**
 * The verdict. Only `ok: true` is yes. Everything else ends the handshake: `ok: false` with its `alert` (default
 * bad_certificate), or, where `allowUnverifiedPeer` says so and it has none, unauthorized. `result` is opaque, is kept in
 * the session and handed back by `connection.peerVerification`.
 */
export interface PeerVerdict {
  readonly ok: boolean
  readonly alert?: number
  readonly reason?: string
  readonly result?: unknown
}

/** A peer's ClientHello, as a server sees it before it decides anything. */
export interface ClientHelloInfo {
  /** The raw message, 4-byte header included: JA3, JA4 and the like are made from it. */
  readonly raw: Uint8Array
  readonly serverName?: string
  readonly alpnProtocols?: readonly Uint8Array[]
  readonly versions: readonly number[]
  readonly cipherSuites: readonly number[]
  readonly groups: readonly number[]
  readonly signatureSchemes: readonly number[]
  readonly certificateAuthorities?: readonly Uint8Array[]
  readonly ocspRequested: boolean
  readonly sctRequested: boolean
  readonly sessionId: Uint8Array
}

export interface Limits {
  /**
   * Largest handshake message, bytes (default 131396 for a ClientHello, 131338 for a NewSessionTicket, 16384 for others),
   * and largest Certificate or list of authorities (default 102400).
   */
  readonly handshakeMessage?: number
  readonly certificateMessage?: number
  /** Input kept while a step waits for its answer, bytes (default 128 KiB): past it `receive` still takes it, and `paused` says stop. */
  readonly pendingInput?: number
  /** In a row: empty records 32, warning alerts 4, KeyUpdates 32, middlebox ChangeCipherSpec 32; tickets a connection 8. */
  readonly emptyRecords?: number
  readonly warningAlerts?: number
  readonly keyUpdates?: number
}

/** Common to both sides. */
export interface TlsConfig {
  readonly provider: CryptoProvider
  /** Enabled versions, in any order (default 1.2 and 1.3). */
  readonly versions?: readonly ProtocolVersion[]
  /** IANA numbers in order of preference, all versions together (default: by what the provider prefers). */
  readonly cipherSuites?: readonly number[]
  /** Names of the provider's groups in order of preference. */
  readonly groups?: readonly GroupName[]
  /** Schemes accepted from the peer in CertificateVerify and ServerKeyExchange, IANA numbers, in order; they are advertised. */
  readonly signatureSchemes?: readonly number[]
  /** signature_algorithms_cert, when it differs. */
  readonly certificateSignatureSchemes?: readonly number[]
  /**
   * Reads a certificate of the peer's list. It is called for each of them when it comes; of those above the leaf nothing
   * more is asked than that they can be read, so that `publicKey` and `keyUsage` may be getters. DER is all it may take.
   * `peerCertificateReader` of `@x/x509/verify` makes one.
   *
   * @throws anything for a certificate it can't read: becomes decode_error
   */
  readonly parseCertificate: (der: Uint8Array) => PeerCertificate
  /**
   * What the peer may prove itself by, in order of preference (default X.509 certificates alone). With `raw_public_key`
   * (RFC 7250) a `parsePublicKey` is needed, and a `verifyPeer` that knows the peer's key.
   */
  readonly peerCertificateTypes?: readonly CertificateTypeName[]
  /**
   * Reads a DER SubjectPublicKeyInfo that a peer shows in the place of certificates: that of a TLS stack's provider is
   * `(spki) => provider.importPublicKey(parsePublicKey(spki))` with `parsePublicKey` of `@x/x509`.
   *
   * @throws anything for what is no key: becomes decode_error
   */
  readonly parsePublicKey?: (spki: Uint8Array) => PublicKey
  readonly credentials?: readonly Credential[]
  /**
   * Which credential is shown where several would do: the first of the list (`listed`, the default), or the one that goes
   * with the suite (below TLS 1.3), then with the signature scheme, that comes first in the order of the side that decides:
   * on a server by `preferServerCiphers`, on a client the server's (`negotiated`: OpenSSL's way).
   */
  readonly credentialChoice?: 'listed' | 'negotiated'
  readonly alpnProtocols?: readonly Uint8Array[]
  /**
   * Answers the verification step: yes by `{ ok: true }` and by nothing else. Absent on a client: every handshake fails
   * closed. `peerVerifier` of `@x/x509/verify` makes one.
   */
  readonly verifyPeer?: (peer: PeerVerification) => Awaitable<PeerVerdict>
  /**
   * Go on with a peer of which `verifyPeer` says `{ ok: false }` without an alert, and with an anonymous server: the
   * application then looks at `connection.peer.verification` before it trusts the peer with anything (default false: a no
   * ends the handshake).
   */
  readonly allowUnverifiedPeer?: boolean
  /**
   * Resume sessions whose peer was not verified, with that verdict (default: as `allowUnverifiedPeer`); said outright, those
   * of clients without a certificate too, where `requireCertificate` has it that a full handshake refuses them.
   */
  readonly allowUnverifiedSession?: boolean
  /**
   * Names who has a say about a peer besides `verifyPeer`: a session is resumed only where this is what it was. Without
   * one, `verifyPeer` alone decides: it is asked again before a session is offered, or taken.
   */
  readonly verifierId?: string
  /** Milliseconds since the epoch (default `Date.now`). */
  readonly now?: () => number
  /** NSS key log lines, without newline. Secrets: for debugging only. */
  readonly onKeyLog?: (line: string) => void
  /** Each handshake message, alert and ChangeCipherSpec as it passes; the bytes must not be kept or changed. */
  readonly onMessage?: (direction: 'read' | 'write', contentType: number, bytes: Uint8Array) => void
  /** Largest plaintext of a record we send, 512 to 16384 bytes (default 16384). */
  readonly maxSendFragment?: number
  /** record_size_limit (RFC 8449) we announce; absent: the extension is not sent. */
  readonly recordSizeLimit?: number
  /** TLS 1.3 record padding: bytes of padding for a plaintext of this length (default 0). */
  readonly padding?: (contentType: number, length: number) => number
  readonly limits?: Limits
  /** TLS up to 1.2. Extended master secret and encrypt-then-MAC are on unless refused here. */
  readonly extendedMasterSecret?: boolean
  readonly encryptThenMac?: boolean
  /** Below 1.3, whether the peer may renegotiate: never (default), once, freely, ignore, or ask (an event). */
  readonly renegotiation?: 'never' | 'once' | 'freely' | 'ignore' | 'explicit'
  /** Refuse peers without RFC 5746 at the start of a handshake (default true on clients, as OpenSSL 3). */
  readonly requireSecureRenegotiation?: boolean
  /** 1/n-1 splitting against BEAST in TLS 1.0 CBC (default true). */
  readonly cbcRecordSplitting?: boolean
  /** Certificate compression (RFC 8879), in order of preference, what the host can do. */
  readonly certificateCompression?: readonly CertificateCompression[]
  /** GREASE (RFC 8701): send values that mean nothing, so that peers keep ignoring what they do not know. */
  readonly grease?: boolean
  /** PSK key exchange modes of TLS 1.3 that we offer or accept (default only `psk_dhe_ke`: `psk_ke` has no forward secrecy). */
  readonly pskModes?: readonly ('psk_dhe_ke' | 'psk_ke')[]
  /** Session tickets: neither offered, issued nor accepted when false (default true). */
  readonly tickets?: boolean
}

export interface CertificateCompression {
  /** IANA: 1 zlib, 2 brotli, 3 zstd. */
  readonly id: number
  readonly compress?: (message: Uint8Array) => Uint8Array
  /** @param maxLength bytes the answer may have at most: exceeding it must throw before the memory is taken */
  readonly decompress?: (compressed: Uint8Array, maxLength: number) => Uint8Array
}

export interface ClientConfig extends TlsConfig {
  /** For server_name; absent: no SNI. Never an IP address. */
  readonly serverName?: string
  /** Groups to send key shares for (default: the first of `groups`; with a hybrid first, also X25519 if it is in the list is NOT sent). */
  readonly keyShares?: readonly GroupName[]
  /**
   * Session to resume; what `session` events gave. Before it is offered `verifyPeer` is asked about it: where that answers with
   * a promise, the ClientHello waits for it.
   */
  readonly session?: Session
  /** External PSKs (RFC 9846 §4.3.11, RFC 9258). Without `verifyPeer` the server must take one. */
  readonly psks?: readonly PskIdentity[]
  /** TLS up to 1.2 PSK: the identity and key for the server's hint; null refuses. */
  readonly pskCallback?: (hint: Uint8Array | null) => Awaitable<{ identity: Uint8Array; key: Uint8Array } | null>
  /** Ask for a stapled OCSP response, SCTs. */
  readonly requestOcsp?: boolean
  readonly requestSct?: boolean
  /**
   * What we may be asked to show, in order of preference (RFC 7250; default: what `credentials` are). Needed where
   * `selectClientCredential` comes up with a raw public key.
   */
  readonly clientCertificateTypes?: readonly CertificateTypeName[]
  /** Picks the client's certificate; default: the first credential that fits, else an empty Certificate. */
  readonly selectClientCredential?: (request: CertificateRequestInfo) => Awaitable<Credential | null | undefined>
  /** Looks at a CertificateRequest before a credential is picked from the list; throws to end the handshake. */
  readonly onCertificateRequest?: (request: CertificateRequestInfo) => Awaitable<void>
  /** When credentials are configured but none fits a CertificateRequest: fail instead of sending an empty Certificate. */
  readonly requireFittingCredential?: boolean
  readonly earlyData?: boolean
  /** Take an ALPN answer that was not offered (default false: illegal_parameter, RFC 7301 §3.1). */
  readonly acceptUnknownAlpn?: boolean
  /** Middlebox compatibility (RFC 9846 appendix E.4), default true. */
  readonly middleboxCompatibility?: boolean
  readonly postHandshakeAuth?: boolean
  readonly permuteExtensions?: boolean
  /**
   * Gives each ClientHello, 4-byte header included, another form: a profile of another client, byte for byte. It must
   * offer nothing that is not configured; the key shares must stay, and PSK binders are computed anew.
   */
  readonly rewriteClientHello?: (hello: Uint8Array) => Uint8Array
  readonly fallbackScsv?: boolean
  /** Application data before the server's Finished (RFC 7918): ECDHE, an AEAD and, unless `without-alpn`, a protocol agreed on. */
  readonly falseStart?: boolean | 'without-alpn'
  /** Smallest DH prime accepted from a server, bits (default 1024). */
  readonly minDhBits?: number
  readonly maxFragmentLength?: 512 | 1024 | 2048 | 4096
  /** NPN (TLS up to 1.2): picks from the server's list. */
  readonly selectNpn?: (offered: readonly Uint8Array[]) => Uint8Array
}

export interface CertificateRequestInfo {
  readonly version: ProtocolVersion
  readonly signatureSchemes: readonly number[]
  readonly certificateAuthorities: readonly Uint8Array[]
  /** TLS up to 1.2. */
  readonly certificateTypes?: readonly number[]
  /** Post-handshake authentication's context. */
  readonly context?: Uint8Array
}

/** What the first hook on a server may replace for this connection (SNI: another certificate, other trust). */
export type ServerOverrides = Partial<Omit<ServerConfig, 'provider'>>

/** A key that opens Encrypted ClientHellos (RFC 9849). */
export interface EchKey {
  /** One ECHConfig; `encodeEchConfig` of `@x/tls-handshake/ech` makes one. */
  readonly config: Uint8Array
  /** HPKE private key: 32 bytes, of X25519 or P-256. */
  readonly privateKey: Uint8Array
  /** Offer the config to clients whose hello no key opens (default true). An old key, which is kept for a while: false. */
  readonly retry?: boolean
}

export interface ServerConfig extends TlsConfig {
  /**
   * Opens Encrypted ClientHellos (RFC 9849), the current key first. The hello that every hook sees is then the inner one,
   * and `connection.ech` says what came of it. Keys are rotated by another configuration for the connections to come.
   */
  readonly echKeys?: readonly EchKey[]
  /** Runs first, once, when the ClientHello is complete: SNI's home. */
  readonly onClientHello?: (hello: ClientHelloInfo) => Awaitable<ServerOverrides | void>
  /** Picks the protocol; `undefined` declines (no ALPN in the answer); default: ours in our order, else no_application_protocol. */
  readonly selectAlpn?: (offered: readonly Uint8Array[]) => Awaitable<Uint8Array | undefined>
  /** Acknowledge server_name in the answer (OpenSSL: only if a callback accepted it; default true when SNI came). */
  readonly acknowledgeServerName?: boolean | 'always'
  /** Our order of suites, groups and, with `credentialChoice: 'negotiated'`, signature schemes, not the client's (default true). */
  readonly preferServerCiphers?: boolean
  readonly requestCertificate?: boolean
  /** With `requestCertificate`: no certificate is certificate_required (1.3) or handshake_failure. */
  readonly requireCertificate?: boolean
  /** DER Names for certificate_authorities. */
  readonly certificateAuthorities?: readonly Uint8Array[]
  /** OCSP stapling by callback; wins over the credential's own. */
  readonly ocspResponse?: (credential: Credential, hello: ClientHelloInfo) => Awaitable<Uint8Array | null | undefined>
  /** Session tickets: see session.ts. Absent: random keys for this config's lifetime. */
  readonly ticketKeys?: TicketProtection
  /** TLS 1.3 tickets sent after the handshake (default 2). */
  readonly ticketCount?: number
  /** TLS 1.3 tickets sent after a resumption by a ticket that needs no renewal (default `ticketCount`; OpenSSL sends 0). */
  readonly resumptionTicketCount?: number
  /** Lifetime of sessions, seconds (default 7200, at most 604800). */
  readonly sessionTimeout?: number
  /** Sessions are bound to it and not resumed under another one; at most 32 bytes. */
  readonly sessionIdContext?: Uint8Array
  /** Stateful resumption by session id (≤ 1.2). */
  readonly sessionStore?: SessionStore
  readonly psks?: readonly PskIdentity[]
  /** Take an external PSK only where no certificate of ours fits the client (default false). */
  readonly preferCertificate?: boolean
  readonly selectPsk?: (identity: Uint8Array) => Awaitable<PskIdentity | null | undefined>
  readonly pskIdentityHint?: Uint8Array
  readonly pskCallback?: (identity: Uint8Array) => Awaitable<Uint8Array | null>
  /** Accept 0-RTT; bytes a ticket allows. 0 or absent: no. */
  readonly maxEarlyData?: number
  /** Called with the binder of each 0-RTT attempt; false rejects the early data (replay). Required for 0-RTT. */
  readonly antiReplay?: (binder: Uint8Array, session: Session) => Awaitable<boolean>
  /** Finite-field parameters for DHE below 1.3: given p and g, or 'auto'. Absent: no DHE. */
  readonly dhParameters?: { readonly p: Uint8Array; readonly g: Uint8Array } | 'auto'
  /** Ask for a cookie in a HelloRetryRequest, random or given (RFC 9846 §4.3.2). */
  readonly cookie?: boolean | ((hello: ClientHelloInfo) => Uint8Array)
  /** Tell the client our groups in EncryptedExtensions, for its next connection (RFC 9846 §4.3.7; default false). */
  readonly announceGroups?: boolean
  /** NPN: what we advertise when the client asks. */
  readonly npnProtocols?: readonly Uint8Array[]
}

/** Seals sessions into tickets and opens them. May be asynchronous: a KMS, a shared store. */
export interface TicketProtection {
  seal(session: Uint8Array): Awaitable<Uint8Array | null>
  /** `null`: unknown, corrupt or expired: full handshake. `renew` asks for a fresh ticket. */
  open(ticket: Uint8Array): Awaitable<{ session: Uint8Array; renew: boolean } | null>
  /** The same for a ticket whose content has a form of its own: asked instead of `seal` where it is there. */
  sealSession?(session: Session): Awaitable<Uint8Array | null>
  /** Asked instead of `open` where it is there. */
  openSession?(ticket: Uint8Array): Awaitable<{ session: Session; renew: boolean } | null>
}

export interface SessionStore {
  get(id: Uint8Array): Awaitable<Session | null | undefined>
  set(id: Uint8Array, session: Session): Awaitable<void>
  delete(id: Uint8Array): void
}
