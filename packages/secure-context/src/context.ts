import { type CryptoProvider, type GroupName, isPromiseLike } from '@x/crypto-primitives'
import type {
  ClientConfig,
  Credential,
  PeerCertificate,
  PeerVerdict,
  PeerVerification,
  ServerConfig,
  ServerOverrides,
  Session,
  TlsConfig,
} from '@x/tls-handshake'
import {
  Certificate,
  CertificateRevocationList,
  nodeVerifyCode,
  type Pfx,
  parseDhParameters,
  parsePem,
  parsePfx,
  pfxIdentities,
  TrustStore,
  type VerifyResult,
  verifyAsNode,
  verifyMessage,
} from '@x/x509/tls'
import { readAuthorities } from './authorities.ts'
import { checkInput, checkOptionBits, type Input } from './checks.ts'
import { allowedAtSecurityLevel, parseCipherList, parseTls13Suites, securityLevelBits } from './cipher-list.ts'
import { CIPHER_SUITES, cipherSuiteById, TLS13_CIPHER_SUITES } from './cipher-suites.ts'
import { readContextOptions, type TlsContextOptions } from './context-options.ts'
import { Credentials } from './credentials.ts'
import { ContextError } from './error.ts'
import { DEFAULT_GROUPS, groupStrength, parseGroups } from './groups.ts'
import { decodeOpenSslSession, encodeOpenSslSession } from './openssl-session.ts'
import { recallCertificate, rememberAccepted, type TrustSettings, wasAccepted } from './peer-memory.ts'
import { enabledVersions, methodVersions, protocolVersion, SSL_OP, type VersionRange } from './protocol-versions.ts'
import { defaultSignatureSchemes, parseSignatureSchemes } from './sigalgs.ts'
import { TicketKeys } from './ticket-keys.ts'

/**
 * What a stranger's chain may cost before it is refused, as `UNSPECIFIED`: honest ones have some ten signatures, a few
 * hundred names and constraints.
 */
const PEER_BUDGET = { signatures: 100, paths: 50, candidates: 2000, work: 200_000, time: 2000 } as const

/**
 * What connections share: versions, suites, groups, credentials, trust. Made once from Node's options, and turned into
 * the handshake's configuration for either side.
 *
 * @throws {ContextError} what OpenSSL would say of a bad option, with Node's `code`
 */
export class TlsContext {
  readonly provider: CryptoProvider
  securityLevel: number
  readonly credentials: readonly Credential[]
  readonly sessionIdContext: Uint8Array | undefined
  /** Sentences for the user: parameters that are accepted but weak. */
  readonly warnings: readonly string[]
  private ticketProtection: TicketKeys | undefined
  private secureOptions: number
  private readonly range: VersionRange
  private cipherSuites: readonly number[]
  private readonly groups: readonly GroupName[]
  private readonly signatureSchemes: readonly number[]
  private readonly dhParameters: ServerConfig['dhParameters']
  private trusted: TrustStore | undefined
  /** Authorities that came in a PFX. */
  private readonly fromContainers: Certificate[] = []
  private combined: TrustStore | undefined
  private readonly crls: readonly CertificateRevocationList[]
  private readonly identity: Credentials
  /** Made once: connections are many. */
  private client: ClientConfig | undefined
  private server: ServerConfig | undefined

  private readonly options: TlsContextOptions

  constructor(given: TlsContextOptions) {
    const options = readContextOptions(given)
    this.options = options
    const { provider } = options
    this.provider = provider
    this.secureOptions = options.secureOptions ?? 0
    const ciphers = this.readCiphers()
    this.securityLevel = ciphers.securityLevel ?? options.securityLevel ?? 1
    this.range = this.readVersions(ciphers.onlyTls13)
    this.cipherSuites = this.allowed(ciphers.suites)
    this.trusted = options.ca && new TrustStore(options.ca.flatMap(readAuthorities))
    this.identity = this.readIdentity()
    this.signatureSchemes =
      options.sigalgs === undefined
        ? defaultSignatureSchemes(securityLevelBits(this.securityLevel))
        : parseSignatureSchemes(options.sigalgs)
    const credentials = this.identity.list([...(this.trusted ?? []), ...this.fromContainers])
    // `sigalgs` says what we sign by as well as what we accept.
    this.credentials = options.sigalgs
      ? credentials.map((one) => ({ ...one, signatureSchemes: this.signatureSchemes }))
      : credentials
    this.groups = this.readGroups()
    const warnings: string[] = []
    this.dhParameters = this.readDhParameters(warnings)
    this.warnings = warnings
    this.crls = (options.crl ?? []).flatMap(readCrls)
    this.sessionIdContext = readSessionIdContext(options.sessionIdContext)
    if (options.ticketKeys) this.ticketProtection = new TicketKeys(options.ticketKeys, provider)
  }

  /** Names of all suites this provider can do, OpenSSL's spelling. */
  static cipherNames(provider: CryptoProvider): string[] {
    const shown = parseCipherList('DEFAULT:PSK').suites
    return [...TLS13_CIPHER_SUITES, ...CIPHER_SUITES.filter(({ id }) => shown.includes(id))]
      .filter(({ encryption }) => !encryption.startsWith('AES128CCM') || provider.aeads['aes-128-ccm'])
      .map(({ name }) => name)
  }

  get maxVersion(): number {
    return this.range.max
  }

  /** Random unless they were given, and made when a server needs them: clients never do. */
  get ticketKeys(): TicketKeys {
    this.ticketProtection ??= new TicketKeys(this.provider.randomBytes(48), this.provider)
    return this.ticketProtection
  }

  /** Trusts one more authority: besides `ca`, or besides the defaults. */
  addCACert(input: Input): void {
    checkInput('addCACert: what is given', input)
    this.trusted ??= new TrustStore(this.options.defaultTrust?.() ?? [])
    for (const certificate of readAuthorities(input)) this.trusted.add(certificate)
    this.combined = undefined
    this.changed()
  }

  setTicketKeys(bytes: Uint8Array): void {
    this.ticketProtection = new TicketKeys(bytes, this.provider)
    this.changed()
  }

  /** Turns on more of OpenSSL's SSL_OP_*, for connections to come. */
  setOptions(options: number): void {
    this.secureOptions |= checkOptionBits('setOptions: what is given', options)
    this.changed()
  }

  /**
   * Replaces the suites of TLS up to 1.2, for connections to come.
   *
   * @param list in OpenSSL's language
   * @throws {ContextError} `ERR_SSL_NO_CIPHER_MATCH`
   */
  setCiphers(list: string): void {
    const { suites, securityLevel = this.securityLevel } = parseCipherList(list)
    this.securityLevel = securityLevel
    this.cipherSuites = [...this.cipherSuites.filter((id) => id >> 8 === 0x13), ...this.allowed(suites)]
    this.changed()
  }

  /** @returns those that the security level lets through */
  private allowed(suites: readonly number[]): number[] {
    return suites.filter((id) => allowedAtSecurityLevel(cipherSuiteById(id)!, this.securityLevel))
  }

  /** Connections to come are configured anew. */
  private changed(): void {
    this.client = undefined
    this.server = undefined
  }

  // --- The handshake's configuration ----------------------------------------------------------------------------------

  private common(): TlsConfig {
    const { provider, options, secureOptions } = this
    const off = (bit: number) => (secureOptions & bit) !== 0
    return {
      provider,
      versions: enabledVersions(this.range, secureOptions, this.securityLevel),
      cipherSuites: this.cipherSuites,
      groups: this.groups,
      signatureSchemes: this.signatureSchemes,
      credentials: this.credentials,
      credentialChoice: 'negotiated',
      parseCertificate: (der): PeerCertificate => recallCertificate(der, provider),
      tickets: !off(SSL_OP.NO_TICKET),
      pskModes: (secureOptions & SSL_OP.ALLOW_NO_DHE_KEX) !== 0 ? ['psk_dhe_ke', 'psk_ke'] : undefined,
      extendedMasterSecret: !off(SSL_OP.NO_EXTENDED_MASTER_SECRET),
      encryptThenMac: !off(SSL_OP.NO_ENCRYPT_THEN_MAC),
      cbcRecordSplitting: !off(SSL_OP.DONT_INSERT_EMPTY_FRAGMENTS),
      requireSecureRenegotiation: !off(SSL_OP.LEGACY_SERVER_CONNECT),
      renegotiation: off(SSL_OP.NO_RENEGOTIATION) ? 'never' : 'freely',
      ...(options.certificateCompression && { certificateCompression: options.certificateCompression }),
    }
  }

  clientConfig(): ClientConfig {
    this.client ??= withoutPrototype<ClientConfig>({
      ...this.common(),
      // The hybrid's ciphertext is of no use to a server that does not know it: X25519 goes along, as OpenSSL sends both.
      ...(this.groups[0] === 'X25519MLKEM768' &&
        this.groups.includes('x25519') && { keyShares: ['X25519MLKEM768', 'x25519'] as const }),
      verifyPeer: (peer) => this.verify(peer, 'serverAuth'),
    })
    return this.client
  }

  serverConfig(): ServerConfig {
    this.server ??= withoutPrototype<ServerConfig>({
      ...this.common(),
      verifyPeer: (peer) => this.verify(peer, 'clientAuth'),
      // A client without RFC 5746 is served, as OpenSSL does; it never gets to renegotiate.
      requireSecureRenegotiation: false,
      preferServerCiphers: (this.secureOptions & SSL_OP.CIPHER_SERVER_PREFERENCE) !== 0,
      certificateAuthorities: [...(this.trusted ?? []), ...this.fromContainers].map(({ subject }) => subject.raw),
      ticketKeys: this.ticketKeys,
      // As OpenSSL: a ticket of ours is good again until it expires or its key is replaced.
      resumptionTicketCount: 0,
      sessionTimeout: this.options.sessionTimeout ?? 300,
      sessionIdContext: this.sessionIdContext,
      dhParameters: this.dhParameters,
    })
    return this.server
  }

  /** What SNI may replace on a connection that has begun: the certificate, how it is sent, and whom to trust. */
  serverOverrides(): ServerOverrides {
    const { verifyPeer, certificateAuthorities, certificateCompression } = this.serverConfig()
    return {
      credentials: this.credentials,
      verifyPeer,
      certificateAuthorities,
      ...(certificateCompression && { certificateCompression }),
    }
  }

  /** DER of the leaf and its issuer, for an `'OCSPRequest'`. */
  leafAndIssuer(): [leaf?: Uint8Array, issuer?: Uint8Array] {
    return this.identity.leafAndIssuer(this.trusted ?? [])
  }

  /** Whom this context trusts: `ca`, or the defaults, and the authorities of a PFX. */
  get authorities(): TrustStore {
    const base = this.trusted ?? this.options.defaultTrust?.() ?? NOTHING
    if (this.fromContainers.length === 0) return base
    this.combined ??= new TrustStore([...base, ...this.fromContainers])
    return this.combined
  }

  /** A session as OpenSSL writes it. */
  encodeSession(session: Session): Uint8Array {
    return encodeOpenSslSession(session)
  }

  /** `null` for bytes that are no session. */
  decodeSession(bytes: Uint8Array): Session | null {
    try {
      return decodeOpenSslSession(bytes, 'server')
    } catch {
      return null
    }
  }

  /** Node's way: the verdict is told after the handshake, with OpenSSL's code, and the application decides. */
  private verify(peer: PeerVerification, purpose: 'serverAuth' | 'clientAuth'): PeerVerdict | Promise<PeerVerdict> {
    if (peer.chain.length === 0)
      return {
        ok: false,
        result: { code: 'UNABLE_TO_GET_ISSUER_CERT', message: verifyMessage('UNABLE_TO_GET_ISSUER_CERT') },
      }
    const loading = this.trusted ? undefined : this.options.loadDefaultTrust?.()
    if (loading) return loading.then(() => this.verify(peer, purpose))
    const settings: TrustSettings = {
      anchors: this.authorities,
      provider: this.provider,
      purpose,
      securityLevel: this.securityLevel,
      allowPartialTrustChain: this.options.allowPartialTrustChain ?? false,
    }
    // Revocation lists run out, and are looked at each time.
    const remembers = this.crls.length === 0
    const remembered = remembers && wasAccepted(settings, peer.chain, Date.now())
    if (remembered) return remembered
    let chain: Certificate[]
    try {
      chain = peer.chain.map((der) => Certificate.fromDer(der))
    } catch {
      return { ok: false, result: { code: 'UNSPECIFIED', message: verifyMessage('UNSPECIFIED') } }
    }
    const result = verifyAsNode({
      ...settings,
      purpose,
      leaf: chain[0]!,
      intermediates: chain.slice(1),
      budget: PEER_BUDGET,
      ...(remembers ? {} : { crls: this.crls }),
    })
    const conclude = (found: VerifyResult): PeerVerdict => {
      if (found.ok && remembers) rememberAccepted(settings, peer.chain, found.chain)
      return verdict(found)
    }
    return isPromiseLike(result) ? Promise.resolve(result).then(conclude) : conclude(result)
  }

  // --- Reading the options ----------------------------------------------------------------------------------------------

  private readCiphers(): { suites: readonly number[]; securityLevel?: number | undefined; onlyTls13: boolean } {
    const { cipherList, cipherSuites } = this.options
    // A list without names of TLS 1.3 suites says nothing about them.
    const tls13 = cipherSuites ? parseTls13Suites(cipherSuites) : DEFAULT_TLS13
    if (cipherList === '') return { suites: tls13, securityLevel: undefined, onlyTls13: true }
    const list = parseCipherList(cipherList ?? 'DEFAULT')
    return { suites: [...tls13, ...list.suites], securityLevel: list.securityLevel, onlyTls13: false }
  }

  private readVersions(onlyTls13: boolean): VersionRange {
    const { minVersion, maxVersion, secureProtocol } = this.options
    const range = {
      min: protocolVersion(minVersion ?? 'TLSv1.2') ?? 0x0303,
      max: protocolVersion(maxVersion ?? 'TLSv1.3') ?? 0x0304,
    } as VersionRange
    const { min, max, side } = secureProtocol !== undefined ? methodVersions(secureProtocol, range) : range
    // With suites of TLS 1.3 only, the versions below have nothing to offer.
    return { min: onlyTls13 && max > 0x0303 ? 0x0304 : min, max, ...(side && { side }) }
  }

  private readIdentity(): Credentials {
    const { cert = [], key = [], pfx = [], provider } = this.options
    const identity = new Credentials(provider, this.securityLevel, this.options.passphraseWork)
    for (const chain of cert) identity.addCertificates(chain)
    for (const one of key) identity.addKey(one)
    for (const { bytes, passphrase } of pfx) this.addContainer(identity, bytes, passphrase)
    return identity
  }

  /** PKCS#12: the key, its chain, and authorities to trust besides those trusted anyway. */
  private addContainer(identity: Credentials, bytes: Uint8Array, passphrase: string | undefined): void {
    let pfx: Pfx
    try {
      pfx = parsePfx(bytes, {
        passphrase,
        provider: this.provider,
        legacyCiphers: this.options.legacyPfx,
        work: this.options.passphraseWork,
      })
    } catch (cause) {
      const code = (cause as { code?: string }).code
      // Node's word for what OpenSSL calls "unsupported".
      if (code === 'UNSUPPORTED')
        throw new ContextError('Unsupported PKCS12 PFX data', { code: 'ERR_CRYPTO_UNSUPPORTED_OPERATION' }, { cause })
      const wrong = code === 'WRONG_PASSPHRASE' || code === 'PASSPHRASE_REQUIRED'
      throw new ContextError(wrong ? 'mac verify failure' : 'not enough data', {}, { cause })
    }
    const [found] = pfxIdentities(pfx, this.provider)
    if (!found)
      throw new ContextError('Unable to load private key from PFX data', { code: 'ERR_CRYPTO_OPERATION_FAILED' })
    identity.addChain([found.certificate, ...found.chain])
    identity.addSigner(this.provider.importPrivateKey(found.key))
    for (const { certificate } of pfx.certificates)
      if (!certificate.equals(found.certificate)) this.fromContainers.push(certificate)
  }

  private readGroups(): GroupName[] {
    const { ecdhCurve = 'auto', hybridFirst, provider } = this.options
    const minimum = securityLevelBits(this.securityLevel)
    const groups =
      ecdhCurve === 'auto'
        ? [...(hybridFirst ? (['X25519MLKEM768'] as const) : []), ...DEFAULT_GROUPS].filter(
            (name) => provider.groups[name],
          )
        : parseGroups(ecdhCurve, provider)
    return groups.filter((name) => groupStrength(name) >= minimum)
  }

  private readDhParameters(warnings: string[]): ServerConfig['dhParameters'] {
    const { dhparam } = this.options
    if (dhparam === undefined) return undefined
    if (dhparam === 'auto') return 'auto'
    let parameters: { p: Uint8Array; g: Uint8Array }
    try {
      parameters = parseDhParameters(dhparam)
    } catch {
      // "A bad dhparam is silently discarded" (Node's documentation).
      return undefined
    }
    const bits = bitLength(parameters.p)
    if (bits < 1024) throw new ContextError('DH parameter is less than 1024 bits', { code: 'ERR_INVALID_ARG_VALUE' })
    if (this.securityLevel >= 2 && bits < 2048)
      throw new ContextError('Error setting temp DH parameter', { code: 'ERR_CRYPTO_OPERATION_FAILED' })
    if (bits < 2048) warnings.push('DH parameter is less than 2048 bits')
    return parameters
  }
}

const DEFAULT_TLS13 = [0x1302, 0x1303, 0x1301]

const NOTHING = new TrustStore()

function verdict(result: VerifyResult): PeerVerdict {
  if (result.ok) return { ok: true }
  return { ok: false, reason: result.reason, result: { code: nodeVerifyCode(result.code), message: result.message } }
}

function readCrls(input: Input): CertificateRevocationList[] {
  try {
    const crls = parsePem(input).filter(({ label }) => label === 'X509 CRL')
    if (crls.length > 0) return crls.map(({ bytes }) => CertificateRevocationList.parse(bytes))
  } catch {
    // The same sentence as for text that holds none.
  }
  throw new ContextError('Failed to parse CRL', { code: 'ERR_CRYPTO_OPERATION_FAILED' })
}

function readSessionIdContext(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  const bytes = new TextEncoder().encode(text)
  // SSL_MAX_SID_CTX_LENGTH
  if (bytes.length > 32) {
    throw new ContextError(
      'error:0A000111:SSL routines:SSL_CTX_set_session_id_context:ssl session id context too long',
      { code: 'ERR_SSL_SSL_SESSION_ID_CONTEXT_TOO_LONG' },
    )
  }
  return bytes
}

function bitLength(integer: Uint8Array): number {
  const first = integer.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (integer.length - first) * 8 - Math.clz32(integer[first]!) + 24
}

/** What connections inherit from; nobody else's properties stand behind it. */
const withoutPrototype = <C extends object>(config: C): C => ({ __proto__: null, ...config }) as C
