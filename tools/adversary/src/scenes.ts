import type { SecureContextOptions } from 'node:tls'
import { deflateSync, inflateSync } from 'node:zlib'
import { nodeProvider } from '@x/crypto-primitives/node'
import { readPeerCertificate } from '@x/secure-context'
import {
  type ClientConfig,
  type ProtocolVersion,
  randomTicketProtection,
  type ServerConfig,
  type Session,
  type TlsConfig,
} from '@x/tls-handshake'
import { authority, type Identity, people } from './identities.ts'

/** A situation: what the victim is configured with, and what the peer is, whether or not it lies. */
export interface Scene {
  readonly name: string
  readonly victim: 'client' | 'server'
  /** Options of `tls.createServer`, or of `tls.connect`. */
  readonly options: object
  /** Whom the peer can claim to be; one of them is drawn for each conversation. */
  readonly identities: readonly Identity[]
  /** The peer resumes, or lets the victim resume, what an honest conversation left. */
  readonly resumes?: boolean
  /** Sessions are kept by the server's events `newSession` and `resumeSession`. */
  readonly stores?: boolean
  peer(session: Session | undefined): Partial<ClientConfig> & Partial<ServerConfig>
}

const VERSIONS = { TLSv1: 0x0301, 'TLSv1.1': 0x0302, 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 } as const
type VersionName = keyof typeof VERSIONS

/** Suites by what they exercise; names are OpenSSL's. */
const SUITES: Readonly<Record<string, readonly [id: number, openssl: string]>> = {
  'ecdhe-ecdsa': [0xc02b, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  'ecdhe-rsa': [0xc02f, 'ECDHE-RSA-AES128-GCM-SHA256'],
  'ecdhe-ecdsa-cbc': [0xc009, 'ECDHE-ECDSA-AES128-SHA'],
  'dhe-rsa': [0x009e, 'DHE-RSA-AES128-GCM-SHA256'],
  rsa: [0x002f, 'AES128-SHA'],
  psk: [0x00ae, 'PSK-AES128-CBC-SHA256'],
}

const pskKey = Buffer.alloc(32, 7)
const pskName = 'us'
export const STRANGERS: Identity[] = ['mallory', 'expired', 'admin with the key of alice', 'admin', 'nobody']

/** What every peer of ours here is made with; it accepts whatever the victim shows. */
export function common(version: ProtocolVersion): TlsConfig {
  return {
    provider: nodeProvider,
    versions: [version],
    parseCertificate: (der: Uint8Array) => readPeerCertificate(der, nodeProvider),
    verifyPeer: () => ({ ok: true }),
    requireSecureRenegotiation: false,
    renegotiation: 'freely',
  }
}

function secureOptions(version: VersionName, ciphers?: string): SecureContextOptions {
  return {
    minVersion: version,
    maxVersion: version,
    ca: authority.cert,
    // TLS 1.0 and 1.1 sign with SHA-1, which OpenSSL 3 takes at level 0 alone.
    ...(version === 'TLSv1.3' ? {} : { ciphers: `${ciphers ?? 'DEFAULT'}@SECLEVEL=0` }),
  }
}

const ownServer = ({ rsa }: { rsa?: boolean }) => {
  const { cert, key } = rsa ? people.serverRsa : people.server
  return { cert, key }
}

interface Making {
  readonly options?: object
  readonly peer?: Partial<ClientConfig> & Partial<ServerConfig>
  readonly identities?: readonly Identity[]
  readonly resumes?: boolean
  readonly stores?: boolean
}

function server(name: string, version: VersionName, suite: string | undefined, making: Making = {}): Scene {
  const [id, openssl] = suite ? SUITES[suite] : []
  const dh = suite === 'dhe-rsa' ? { dhparam: 'auto' } : {}
  return {
    name: `server ${version} ${suite ? `${suite} ` : ''}${name}`,
    victim: 'server',
    identities: making.identities ?? ['nobody'],
    resumes: making.resumes,
    stores: making.stores,
    options: {
      ...secureOptions(version, openssl),
      ...(suite === 'psk' ? {} : ownServer({ rsa: suite?.includes('rsa') && !suite.includes('ecdsa') })),
      ...dh,
      ...making.options,
    },
    peer: (session) => ({
      ...common(VERSIONS[version]),
      serverName: 'localhost',
      ...(id && { cipherSuites: [id] }),
      ...(session && { session }),
      ...making.peer,
    }),
  }
}

function client(name: string, version: VersionName, suite: string | undefined, making: Making = {}): Scene {
  const [id, openssl] = suite ? SUITES[suite] : []
  const rsa = suite?.includes('rsa') && !suite.includes('ecdsa')
  // Tickets that outlive a conversation.
  const ticketKeys = randomTicketProtection(nodeProvider, 86_400_000, Date.now)
  return {
    name: `client ${version} ${suite ? `${suite} ` : ''}${name}`,
    victim: 'client',
    identities: making.identities ?? [rsa ? 'serverRsa' : 'server'],
    resumes: making.resumes,
    options: { ...secureOptions(version, openssl), servername: 'localhost', ...making.options },
    peer: () => ({
      ...common(VERSIONS[version]),
      ...(id && { cipherSuites: [id] }),
      ticketKeys,
      dhParameters: 'auto',
      ...making.peer,
    }),
  }
}

/** RFC 8879, by zlib. */
const compression = {
  certificateCompression: [
    {
      id: 1,
      compress: (message: Uint8Array) => new Uint8Array(deflateSync(message)),
      decompress: (bytes: Uint8Array, maxOutputLength: number) =>
        new Uint8Array(inflateSync(bytes, { maxOutputLength })),
    },
  ],
}
const compresses = { certificateCompression: ['zlib'] }
const strict = { requestCert: true, rejectUnauthorized: true }
const lax = { requestCert: true, rejectUnauthorized: false }
const servers: Identity[] = ['server', 'mallory', 'other', 'expired', 'alice', 'server with the key of other']
const asking = { requestCertificate: true } as const
const clientIdentity = { cert: people.alice.cert, key: people.alice.key }
const psks = [{ identity: new TextEncoder().encode(pskName), key: new Uint8Array(pskKey) }]

const pskServer = {
  options: { pskCallback: (_socket: unknown, identity: string) => (identity === pskName ? pskKey : null) },
} satisfies Making
const pskClient = {
  options: { pskCallback: () => ({ identity: pskName, psk: pskKey }), checkServerIdentity: () => undefined },
  identities: ['nobody'],
} satisfies Making

function scenesOf12(version: VersionName, suites: readonly string[]): Scene[] {
  const [first] = suites
  return [
    ...suites.map((suite) => server('plain', version, suite)),
    server('strict', version, first, { options: strict, identities: ['alice', ...STRANGERS] }),
    server('lax', version, first, { options: lax, identities: ['alice', ...STRANGERS] }),
    server('resumed by ticket', version, first, { options: strict, identities: ['alice'], resumes: true }),
    server('resumed by id', version, first, {
      options: strict,
      identities: ['alice'],
      resumes: true,
      stores: true,
      peer: { tickets: false },
    }),
    ...suites.map((suite) => client('plain', version, suite)),
    client('strangers', version, first, { identities: servers }),
    client('lax, strangers', version, first, { identities: servers, options: { rejectUnauthorized: false } }),
    client('with a certificate', version, first, { options: clientIdentity, peer: asking }),
    client('resumed', version, first, { resumes: true }),
  ]
}

export const SCENES: readonly Scene[] = [
  server('plain', 'TLSv1.3', undefined),
  server('strict', 'TLSv1.3', undefined, { options: strict, identities: ['alice', ...STRANGERS] }),
  server('lax', 'TLSv1.3', undefined, { options: lax, identities: ['alice', ...STRANGERS] }),
  server('other share', 'TLSv1.3', undefined, {
    options: { ...lax, ecdhCurve: 'P-384' },
    identities: ['alice'],
    peer: { groups: ['x25519', 'secp384r1'], keyShares: ['x25519'] },
  }),
  server('resumed', 'TLSv1.3', undefined, { options: strict, identities: ['alice'], resumes: true }),
  server('psk', 'TLSv1.3', undefined, {
    ...pskServer,
    options: { ...pskServer.options, ciphers: 'TLS_AES_128_GCM_SHA256:PSK' },
    peer: { psks, cipherSuites: [0x1301] },
  }),
  client('plain', 'TLSv1.3', undefined),
  client('strangers', 'TLSv1.3', undefined, { identities: servers }),
  client('lax, strangers', 'TLSv1.3', undefined, { identities: servers, options: { rejectUnauthorized: false } }),
  client('other share', 'TLSv1.3', undefined, {
    options: { ecdhCurve: 'X25519:P-384' },
    peer: { groups: ['secp384r1'] },
  }),
  client('with a certificate', 'TLSv1.3', undefined, { options: clientIdentity, peer: asking }),
  client('resumed', 'TLSv1.3', undefined, { resumes: true }),
  client('psk', 'TLSv1.3', undefined, {
    ...pskClient,
    options: { ...pskClient.options, ciphers: 'TLS_AES_128_GCM_SHA256:PSK' },
    peer: { psks, cipherSuites: [0x1301] },
  }),
  server('compressed', 'TLSv1.3', undefined, {
    options: { ...strict, ...compresses },
    identities: ['alice', ...STRANGERS],
    peer: compression,
  }),
  client('compressed', 'TLSv1.3', undefined, {
    options: { ...clientIdentity, ...compresses },
    identities: servers,
    peer: { ...asking, ...compression },
  }),
  ...scenesOf12('TLSv1.2', ['ecdhe-ecdsa', 'ecdhe-rsa', 'ecdhe-ecdsa-cbc', 'dhe-rsa', 'rsa']),
  ...scenesOf12('TLSv1.1', ['ecdhe-ecdsa-cbc', 'rsa']),
  ...scenesOf12('TLSv1', ['ecdhe-ecdsa-cbc', 'rsa']),
  server('', 'TLSv1.2', 'psk', {
    ...pskServer,
    peer: { pskCallback: () => ({ identity: psks[0].identity, key: psks[0].key }) as never },
  }),
  client('', 'TLSv1.2', 'psk', { ...pskClient, peer: { pskCallback: (() => psks[0].key) as never } }),
]

/** A client that judges a server by these authorities, and goes on whatever it finds. */
export const clientScene = (ca: readonly string[], more: object = {}): Scene =>
  client('that judges', 'TLSv1.3', undefined, { options: { ca, rejectUnauthorized: false, ...more } })

/** A server that judges clients so. */
export const serverScene = (ca: readonly string[]): Scene =>
  server('that judges', 'TLSv1.3', undefined, { options: { ...lax, ca } })
