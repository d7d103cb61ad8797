import { nodeProvider } from '@x/crypto-primitives/node'
import { readPeerCertificate } from '@x/secure-context'
import {
  type ClientConfig,
  type ProtocolVersion,
  randomTicketProtection,
  type ServerConfig,
  type Session,
  TlsConnection,
} from '@x/tls-handshake'
import { credentialsOf } from '../identities.ts'

/** Tickets that open in every conversation here. */
const ticketKeys = randomTicketProtection(nodeProvider, 86_400_000, Date.now)

const common = {
  provider: nodeProvider,
  parseCertificate: (der: Uint8Array) => readPeerCertificate(der, nodeProvider),
  verifyPeer: () => ({ ok: true }),
  groups: ['x25519', 'secp256r1'],
  extendedMasterSecret: false,
  renegotiation: 'freely',
  // What is only counted would be a state of its own for each count.
  limits: { warningAlerts: 1_000_000, emptyRecords: 1_000_000, keyUpdates: 1_000_000 },
} as const

const suites = { 771: [0xc02b], 772: [0x1301] } as const
type Learned = keyof typeof suites & ProtocolVersion

/** A client whose every state is to be reached: it resumes, shows a certificate, renegotiates. */
export const clientConfig = (version: Learned, session?: Session): ClientConfig => ({
  ...common,
  versions: [version],
  cipherSuites: suites[version],
  serverName: 'localhost',
  credentials: credentialsOf('alice'),
  ...(version === 0x0304 && { postHandshakeAuth: true }),
  ...(session && { session }),
})

/** A server that asks for certificates, issues tickets, and takes early data. */
export const serverConfig = (version: Learned): ServerConfig => ({
  ...common,
  versions: [version],
  cipherSuites: suites[version],
  credentials: credentialsOf('server'),
  requestCertificate: true,
  ticketKeys,
  ...(version === 0x0304 && { maxEarlyData: 1000, antiReplay: () => true }),
})

const sessions = new Map<Learned, Session>()

/** What an honest conversation leaves to a client. */
export function sessionOf(version: Learned): Session {
  const known = sessions.get(version)
  if (known) return known
  const client = TlsConnection.client(clientConfig(version))
  const server = TlsConnection.server(serverConfig(version))
  let session: Session | undefined
  for (let turn = 0; turn < 6; turn++) {
    for (const bytes of client.takeOutput()) server.receive(bytes)
    for (const bytes of server.takeOutput()) client.receive(bytes)
    for (const event of client.takeEvents()) if (event.type === 'session') session = event.session
  }
  if (!session) throw new Error(`no session: ${client.error?.message ?? server.error?.message}`)
  sessions.set(version, session)
  return session
}
