import type { Awaitable, GroupName } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import {
  Alert,
  AlertError,
  type CertificateCompression,
  type CertificateRequestInfo,
  type CertificateTypeName,
  CIPHER_SUITES_12,
  CIPHER_SUITES_13,
  type ClientConfig,
  type ClientHelloInfo,
  type Credential,
  groupName,
  type PeerVerdict,
  type ProtocolVersion,
  type PskIdentity,
  randomTicketProtection,
  type ServerConfig,
  type Session,
  type SessionStore,
  type TicketProtection,
  type TlsConfig,
} from '@x/tls-handshake'
import { encodePublicKey, parsePublicKey } from '@x/x509'
import { expect, Mismatch, Unimplemented } from './failure.ts'
import { chains, keys, parseCertificate } from './files.ts'
import type { Flags } from './flags.ts'

/** What lives across the connections of one test. */
export class TestState {
  /** A clock that only moves when a test says so, milliseconds. */
  now = 1_234_000
  session: Session | undefined
  /** Sessions by id, as a server keeps them. */
  readonly sessions = new Map<string, Session>()
  readonly ticketKeys: TicketProtection = randomTicketProtection(nodeProvider, 7 * 86_400_000, () => this.now)
}

/** What hooks find out and the checks afterwards want to know. */
export interface Observations {
  helloSeen: boolean
  alpnAsked: boolean
  verified: boolean
}

/** BoringSSL's default groups, and what it accepts from a peer: the runner's tests expect these. */
const DEFAULT_GROUPS: readonly GroupName[] = ['X25519MLKEM768', 'x25519', 'secp256r1', 'secp384r1']
const DEFAULT_VERIFY: readonly number[] = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201]
/** What BoringSSL's `ALL` stands for, in its order, and the two CBC suites that its shim adds. */
const ALL_SUITES: readonly number[] = [
  ...[0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xccac],
  ...[0xc009, 0xc013, 0xc035, 0xc00a, 0xc014, 0xc036],
  ...[0x009c, 0x009d, 0x002f, 0x008c, 0x0035, 0x008d, 0xc023, 0xc027],
]
const SUITES_13: readonly number[] = CIPHER_SUITES_13.slice(0, 3).map(({ id }) => id)

/** The parts of BoringSSL's cipher strings that the tests use: names, ciphers, exclusions. */
function cipherSuites(text: string | undefined): number[] {
  if (text === undefined) return [...SUITES_13, ...ALL_SUITES]
  let chosen: number[] = []
  for (const word of text.split(':')) {
    const found = matching(word.replace('!', ''))
    chosen = word.startsWith('!')
      ? chosen.filter((id) => !found.includes(id))
      : [...chosen, ...found.filter((id) => !chosen.includes(id))]
  }
  return [...SUITES_13, ...chosen]
}

function matching(word: string): number[] {
  if (word === 'ALL' || word === 'DEFAULT') return [...ALL_SUITES]
  const cipher = { '3DES': '3DES_EDE', AES: 'AES_', AES128: 'AES_128' }[word]
  const known = CIPHER_SUITES_12.filter(
    ({ id, name }) => ALL_SUITES.includes(id) || name === 'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
  )
  const found = known.filter(({ name }) => (cipher ? name.includes(`_${cipher}`) : name === word)).map(({ id }) => id)
  if (found.length === 0) throw new Unimplemented(`cipher string ${word}`)
  return found
}
/** Groups of which a client sends one share each: the first hybrid or KEM, the first classical one. */
const isPostQuantum = (name: GroupName): boolean => name.includes('MLKEM')
const MAX_EARLY_DATA = 14336

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'))

/** Answers a hook at once, or, with -async, as a promise that first says "not ready". */
export function answerer(flags: Flags): <T>(value: () => T) => Awaitable<T> {
  if (!flags.has('async')) return (value) => value()
  return (value) =>
    new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          resolve(value())
        } catch (error) {
          reject(error)
        }
      })
    })
}

function versions(flags: Flags): ProtocolVersion[] {
  const min = flags.int('min-version') ?? 0x0301
  const max = flags.int('max-version') ?? 0x0304
  const off = ['no-tls1', 'no-tls11', 'no-tls12', 'no-tls13']
  return ([0x0301, 0x0302, 0x0303, 0x0304] as const).filter(
    (version, index) => version >= min && version <= max && !flags.has(off[index]),
  )
}

function groups(ids: readonly number[]): GroupName[] {
  return ids.map((id) => {
    const name = groupName(id)
    if (name === undefined) throw new Mismatch(`no such group: ${id}`)
    return name
  })
}

function credential(flags: Flags, connection: Flags, raw = false): Credential | undefined {
  const certFile = flags.text('cert-file')
  const keyFile = flags.text('key-file')
  if ((certFile === undefined && !raw) || keyFile === undefined) return undefined
  const key = keys.get(keyFile)
  const later = answerer(connection)
  const prefs = flags.ints('signing-prefs')
  return {
    chain: raw ? [] : chains.get(certFile!),
    rawPublicKey: raw ? encodePublicKey(key.publicKey) : undefined,
    signer: {
      type: key.type,
      curve: key.curve,
      bits: key.bits,
      pss: key.pss,
      publicKey: key.publicKey,
      sign: (algorithm, message) => later(() => key.sign(algorithm, message) as Uint8Array),
      ...(key.decryptPremaster && {
        decryptPremaster: (ciphertext) => later(() => key.decryptPremaster!(ciphertext) as Uint8Array),
      }),
    },
    signatureSchemes: prefs.length > 0 ? prefs : undefined,
    ocspResponse: connection.has('set-ocsp-in-callback') ? undefined : flags.bytes('ocsp-response'),
    sctList: flags.bytes('signed-cert-timestamps'),
    mustMatchIssuer: flags.has('must-match-issuer'),
  }
}

/** The credentials in their order, with the number by which tests name them: -1 is the default one. */
export function credentials(flags: Flags): { list: Credential[]; numbers: Map<Credential, number> } {
  const numbers = new Map<Credential, number>()
  flags.credentials.forEach(({ kind, flags: own }, index) => {
    const made = kind === 'psk' ? undefined : credential(own, flags, kind === 'rpk')
    if (made) numbers.set(made, index)
  })
  const usual = credential(flags, flags)
  if (usual) numbers.set(usual, -1)
  return { list: [...numbers.keys()], numbers }
}

function externalPsks(flags: Flags): PskIdentity[] {
  return flags.credentials.flatMap(({ kind, flags: own }) =>
    kind === 'psk'
      ? [
          {
            identity: own.bytes('psk-importer-identity') ?? new Uint8Array(0),
            key: own.bytes('psk-importer-key') ?? new Uint8Array(0),
            hash: own.has('psk-importer-sha384') ? ('sha384' as const) : ('sha256' as const),
            importer: { context: own.bytes('psk-importer-context') ?? new Uint8Array(0) },
          },
        ]
      : [],
  )
}

/** The three made-up algorithms of the runner's tests. */
const COMPRESSION: Readonly<Record<number, CertificateCompression>> = {
  // Takes two leading zeros away.
  65281: {
    id: 0xff01,
    compress: (message) => message.slice(2),
    decompress: (compressed) => Uint8Array.from([0, 0, ...compressed]),
  },
  // Puts 1 2 3 4 in front.
  65282: {
    id: 0xff02,
    compress: (message) => Uint8Array.from([1, 2, 3, 4, ...message]),
    decompress: (compressed) => {
      if (compressed.length < 4 || !compressed.subarray(0, 4).every((byte, index) => byte === index + 1)) {
        throw new Error('not compressed by 0xff02')
      }
      return compressed.slice(4)
    },
  },
  // Puts any byte in front.
  65283: {
    id: 0xff03,
    compress: (message) => Uint8Array.from([...nodeProvider.randomBytes(1), ...message]),
    decompress: (compressed) => compressed.slice(1),
  },
}

function certificateCompression(flags: Flags): CertificateCompression[] {
  const one = flags.int('install-one-cert-compression-alg')
  if (one !== undefined) return [COMPRESSION[one]]
  return flags.has('install-cert-compression-algs')
    ? [COMPRESSION[0xff02], COMPRESSION[0xff01], COMPRESSION[0xff03]]
    : []
}

const hexNames = (list: string | undefined): Uint8Array[] =>
  list === undefined || list === '<EMPTY>' || list === '<NULL>'
    ? []
    : list.split(',').map((name) => new Uint8Array(Buffer.from(name, 'hex')))

export const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** The verify hook: what the runner's certificates are worth is said by flags. */
export function verifyPeer(flags: () => Flags, seen: Observations): NonNullable<TlsConfig['verifyPeer']> {
  return (peer) => {
    const now = flags()
    if (peer.rawPublicKey) {
      const wanted = now.bytes('expect-peer-rpk-sha256')
      const ok = wanted !== undefined && equal(nodeProvider.hashes.sha256!.digest(peer.rawPublicKey), wanted)
      return ok ? { ok } : { ok, reason: 'CERTIFICATE_VERIFY_FAILED' }
    }
    // BoringSSL takes the session's own verdict, unless told otherwise.
    if (peer.resumed && !now.has('reverify-on-resume')) return { ok: true }
    return answerer(now)((): PeerVerdict => {
      if (now.bytes('expect-ocsp-response') !== undefined) {
        expect(peer.ocspResponse !== undefined, 'an OCSP response in the verify callback')
      }
      expect(!seen.verified, 'one verification')
      // Of a session that is refused so, the handshake that follows is a full one.
      seen.verified = !peer.resumed
      // Without either flag a client accepts what it is shown, and remembers the verdict.
      const enforced = now.has('verify-peer') || now.has('require-any-client-certificate')
      if (now.has('verify-fail')) {
        const custom = now.has('use-custom-verify-callback')
        return {
          ok: false,
          alert: enforced ? (custom ? Alert.certificate_unknown : Alert.handshake_failure) : undefined,
          reason: 'CERTIFICATE_VERIFY_FAILED',
          result: 'application verification',
        }
      }
      if (!now.has('server') && now.has('use-ocsp-callback') && now.has('fail-ocsp-callback')) {
        return { ok: false, alert: Alert.bad_certificate_status_response, reason: 'OCSP_CB_ERROR' }
      }
      return { ok: true }
    })
  }
}

function certificateTypes(flags: Flags, name: string): CertificateTypeName[] | undefined {
  const types = flags.ints(name)
  return types.length > 0 ? types.map((type) => (type === 2 ? 'raw_public_key' : 'x509')) : undefined
}

function common(flags: () => Flags, state: TestState, seen: Observations): TlsConfig {
  const now = flags()
  const verify = now.ints('verify-prefs')
  const curves = now.ints('curves')
  return {
    provider: nodeProvider,
    versions: versions(now),
    cipherSuites: cipherSuites(now.text('cipher')),
    groups: curves.length > 0 ? groups(curves) : DEFAULT_GROUPS,
    signatureSchemes: verify.length > 0 ? verify : DEFAULT_VERIFY,
    parseCertificate,
    parsePublicKey: (spki) => nodeProvider.importPublicKey(parsePublicKey(spki)),
    peerCertificateTypes: certificateTypes(now, 'accepted-peer-cert-types'),
    verifyPeer: verifyPeer(flags, seen),
    // BoringSSL's SSL_VERIFY_NONE: the verdict is kept, and nothing comes of it.
    allowUnverifiedPeer: true,
    now: () => state.now,
    maxSendFragment: now.int('max-send-fragment'),
    limits: { certificateMessage: now.int('max-cert-list') },
    certificateCompression: certificateCompression(now),
    grease: now.has('enable-grease'),
    tickets: !now.has('no-ticket'),
    cbcRecordSplitting: now.has('cbc-record-splitting'),
  }
}

/** @param flags the configuration that is in force: a rejection of early data changes it */
export function clientConfig(
  flags: () => Flags,
  state: TestState,
  seen: Observations,
  session: Session | undefined,
): ClientConfig {
  const now = flags()
  const base = common(flags, state, seen)
  const { list } = credentials(now)
  const psks = externalPsks(now)
  const onCertificateRequest = (request: CertificateRequestInfo): Awaitable<void> =>
    answerer(flags())(() => {
      const current = flags()
      const prefs = current.ints('expect-peer-verify-pref')
      if (prefs.length > 0)
        expect(prefs.join() === request.signatureSchemes.join(), "the server's signature algorithms")
      const names = current.text('expect-client-ca-list')
      if (names !== undefined) {
        const wanted = hexNames(names)
        const got = request.certificateAuthorities
        expect(
          wanted.length === got.length && wanted.every((name, i) => equal(name, got[i])),
          "the server's list of CAs",
        )
      }
      if (current.has('fail-cert-callback')) throw new AlertError(Alert.internal_error, 'told to fail', 'CERT_CB_ERROR')
    })
  return {
    ...base,
    psks,
    // With PSKs, certificates are an alternative only when asked for.
    verifyPeer: psks.length > 0 && !now.has('verify-peer') ? undefined : base.verifyPeer,
    credentials: list,
    requireFittingCredential: true,
    onCertificateRequest,
    clientCertificateTypes: certificateTypes(now, 'available-client-cert-types'),
    serverName: now.text('host-name'),
    keyShares: keyShares(now, base.groups!),
    session,
    requestOcsp: now.has('enable-ocsp-stapling'),
    requestSct: now.has('enable-signed-cert-timestamps'),
    alpnProtocols: protocols(now.text('advertise-alpn')),
    acceptUnknownAlpn: now.has('allow-unknown-alpn-protos'),
    earlyData: now.has('enable-early-data'),
    permuteExtensions: now.has('permute-extensions'),
    fallbackScsv: now.has('fallback-scsv'),
    falseStart: now.has('allow-false-start-without-alpn') ? 'without-alpn' : now.has('false-start'),
    requireSecureRenegotiation: now.has('no-legacy-server-connect'),
    renegotiation: renegotiation(now),
    selectNpn: selectNpn(now),
    pskCallback: now.text('psk') === undefined ? undefined : (hint) => pskForHint(now, hint),
  }
}

/** BoringSSL's callback takes what it is told to, whether it is on offer or not. */
function selectNpn(flags: Flags): ClientConfig['selectNpn'] {
  const name = flags.has('select-empty-next-proto') ? '' : flags.text('select-next-proto')
  return name === undefined ? undefined : () => latin1(name)
}

function renegotiation(flags: Flags): NonNullable<TlsConfig['renegotiation']> {
  if (flags.has('renegotiate-once')) return 'once'
  if (flags.has('renegotiate-ignore')) return 'ignore'
  if (flags.has('renegotiate-explicit')) return 'explicit'
  return flags.has('renegotiate-freely') || flags.has('forbid-renegotiation-after-handshake') ? 'freely' : 'never'
}

/** The identity is what the hint says. */
function pskForHint(flags: Flags, hint: Uint8Array | null): { identity: Uint8Array; key: Uint8Array } {
  const identity = flags.text('psk-identity') ?? ''
  if (Buffer.from(hint ?? '').toString() !== identity) throw new Mismatch('Server PSK hint did not match.')
  return { identity: latin1(identity), key: latin1(flags.text('psk') ?? '') }
}

function keyShares(flags: Flags, enabled: readonly GroupName[]): GroupName[] {
  // A hint of what the server supports wins, if there is anything in it for us.
  const hint = flags.ints('server-supported-groups-hint').map(groupName)
  const predicted = enabled.find((name) => hint.includes(name))
  if (predicted !== undefined) return [predicted]
  if (flags.has('no-key-shares')) return []
  const asked = flags.ints('key-shares')
  if (asked.length > 0) return groups(asked)
  const [first] = enabled
  const second = enabled.find((name) => isPostQuantum(name) !== isPostQuantum(first))
  return second === undefined ? [first] : [first, second]
}

function protocols(list: string | undefined): Uint8Array[] {
  if (list === undefined) return []
  const bytes = latin1(list)
  const found: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += 1 + bytes[at]) found.push(bytes.slice(at + 1, at + 1 + bytes[at]))
  return found
}

export function serverConfig(flags: Flags, state: TestState, seen: Observations): ServerConfig {
  const base = common(() => flags, state, seen)
  const { list } = credentials(flags)
  const later = answerer(flags)
  const selectsAlpn = ['select-alpn', 'decline-alpn', 'reject-alpn', 'select-empty-alpn'].some((name) =>
    flags.has(name),
  )
  return {
    ...base,
    psks: externalPsks(flags),
    preferCertificate: flags.credentials[0]?.kind === 'x509',
    credentials: list,
    grease: true,
    preferServerCiphers: flags.has('server-preference') || flags.has('cipher'),
    onClientHello: (hello) => later(() => checkHello(flags, hello, seen)),
    selectAlpn: selectsAlpn ? (offered) => later(() => selectAlpn(flags, offered, seen)) : undefined,
    echKeys: flags.list('ech-server-config').map((config, at) => ({
      config,
      privateKey: flags.list('ech-server-key')[at],
      retry: flags.ints('ech-is-retry-config')[at] !== 0,
    })),
    acknowledgeServerName: !flags.has('no-server-name-ack'),
    requestCertificate: flags.has('verify-peer') || flags.has('require-any-client-certificate'),
    requireCertificate: flags.has('require-any-client-certificate') && !flags.has('verify-peer'),
    certificateAuthorities: hexNames(flags.text('use-client-ca-list')),
    ocspResponse: flags.has('use-ocsp-callback') ? (chosen) => later(() => staple(flags, chosen)) : undefined,
    ticketKeys: ticketProtection(flags, state),
    sessionStore: sessionStore(flags, state),
    pskCallback: flags.text('psk') === undefined ? undefined : (identity) => pskForIdentity(flags, identity),
    npnProtocols: flags.has('advertise-empty-npn') ? [] : npnProtocols(flags),
    pskIdentityHint: flags.text('psk-identity') ? latin1(flags.text('psk-identity')!) : undefined,
    maxEarlyData: flags.has('enable-early-data') ? MAX_EARLY_DATA : 0,
    antiReplay: () => true,
  }
}

function npnProtocols(flags: Flags): readonly Uint8Array[] | undefined {
  const list = flags.text('advertise-npn')
  return list === undefined ? undefined : protocols(list)
}

function pskForIdentity(flags: Flags, identity: Uint8Array): Uint8Array | null {
  return Buffer.from(identity).toString() === (flags.text('psk-identity') ?? '') ? latin1(flags.text('psk')!) : null
}

function sessionStore(flags: Flags, { sessions }: TestState): SessionStore {
  const later = answerer(flags)
  const name = (id: Uint8Array): string => Buffer.from(id).toString('hex')
  return {
    get: (id) => later(() => sessions.get(name(id))),
    set: (id, session) => later(() => void sessions.set(name(id), session)),
    delete: (id) => void sessions.delete(name(id)),
  }
}

function checkHello(flags: Flags, hello: ClientHelloInfo, seen: Observations): undefined {
  seen.helloSeen = true
  const wanted = flags.text('expect-server-name')
  if (wanted !== undefined) expect(hello.serverName === wanted, `server name ${hello.serverName}`)
  if (flags.has('expect-no-server-name')) expect(hello.serverName === undefined, 'no server name')
  const prefs = flags.ints('expect-peer-verify-pref')
  if (prefs.length > 0) expect(prefs.join() === hello.signatureSchemes.join(), "the client's signature algorithms")
  if (flags.has('fail-early-callback')) {
    throw new AlertError(Alert.handshake_failure, 'told to fail', 'CONNECTION_REJECTED')
  }
  if (flags.has('fail-cert-callback')) throw new AlertError(Alert.internal_error, 'told to fail', 'CERT_CB_ERROR')
}

function selectAlpn(flags: Flags, offered: readonly Uint8Array[], seen: Observations): Uint8Array | undefined {
  expect(!seen.alpnAsked, 'one ALPN callback')
  seen.alpnAsked = true
  if (flags.has('decline-alpn')) return undefined
  if (flags.has('reject-alpn')) {
    throw new AlertError(Alert.no_application_protocol, 'told to reject', 'NO_APPLICATION_PROTOCOL')
  }
  const advertised = flags.text('expect-advertised-alpn')
  if (advertised !== undefined) {
    const wanted = protocols(advertised)
    expect(wanted.length === offered.length && wanted.every((name, i) => equal(name, offered[i])), 'protocols on offer')
  }
  return latin1(flags.text('select-alpn') ?? '')
}

function staple(flags: Flags, chosen: Credential): Uint8Array | null {
  if (flags.has('fail-ocsp-callback')) throw new AlertError(Alert.internal_error, 'told to fail', 'OCSP_CB_ERROR')
  if (flags.has('decline-ocsp-callback')) return null
  return (flags.has('set-ocsp-in-callback') ? flags.bytes('ocsp-response') : chosen.ocspResponse) ?? null
}

function ticketProtection(flags: Flags, state: TestState): TicketProtection {
  const { ticketKeys } = state
  const later = answerer(flags)
  if (flags.has('use-ticket-callback') || flags.has('use-ticket-aead-callback')) {
    return {
      seal: (session) => later(() => (flags.has('skip-ticket') ? null : (ticketKeys.seal(session) as Uint8Array))),
      open: (ticket) =>
        later(() => {
          const opened = ticketKeys.open(ticket) as { session: Uint8Array; renew: boolean } | null
          return opened && { ...opened, renew: flags.has('renew-ticket') }
        }),
    }
  }
  return ticketKeys
}
