import { hasSecurePair, hostDefaults } from '#host'
import { convertALPNProtocols } from '../connection/config/alpn.ts'
import { type Assignable, tls as assignable } from '../connection/config/assignable.ts'
import { getCertificateCompressionAlgorithms } from '../connection/config/certificate-compression.ts'
import * as authorities from '../connection/trust/ca-certificates.ts'
import { checkServerIdentity } from '../connection/trust/check-server-identity.ts'
import { connect } from './connect.ts'
import * as context from './secure-context.ts'
import { createSecurePair } from './secure-pair.ts'
import * as server from './server.ts'
import { TLSSocket } from './tls-socket.ts'

/** The module's own exports object. */
interface Tls extends Assignable {
  readonly rootCertificates: readonly string[]
  getCiphers: typeof context.getCiphers
  getCACertificates: typeof authorities.getCACertificates
  setDefaultCACertificates: typeof authorities.setDefaultCACertificates
  getCertificateCompressionAlgorithms: typeof getCertificateCompressionAlgorithms
  convertALPNProtocols: typeof convertALPNProtocols
  SecureContext: typeof context.SecureContext
  TLSSocket: typeof TLSSocket
  Server: typeof server.Server
  createServer: typeof server.createServer
  connect: typeof connect
  createSecurePair: typeof createSecurePair
}

/**
 * The whole of Node's `tls`. The defaults are the running process's: `--tls-min-v1.0`, `--tls-cipher-list` and the like
 * have set them.
 */
export const tls: Tls = Object.defineProperty(
  Object.assign(assignable as Tls, {
    CLIENT_RENEG_LIMIT: 3,
    CLIENT_RENEG_WINDOW: 600,
    ...hostDefaults,
    getCiphers: context.getCiphers,
    getCertificateCompressionAlgorithms,
    getCACertificates: authorities.getCACertificates,
    setDefaultCACertificates: authorities.setDefaultCACertificates,
    convertALPNProtocols,
    checkServerIdentity,
    createSecureContext: context.createSecureContext,
    SecureContext: context.SecureContext,
    TLSSocket,
    Server: server.Server,
    createServer: server.createServer,
    connect,
  }),
  'rootCertificates',
  { configurable: false, enumerable: true, get: authorities.rootCertificates },
)

// Bundlers rename what other names shadow; programs look at `socket.constructor.name`.
for (const name of ['TLSSocket', 'Server', 'SecureContext'] as const) {
  Object.defineProperty(tls[name], 'name', { value: name, configurable: true })
}

// Where the runtime has it no more, a look at all exports shall not show it: there it is for whoever asks by name.
Object.defineProperty(tls, 'createSecurePair', {
  value: createSecurePair,
  writable: true,
  configurable: true,
  enumerable: hasSecurePair,
})
