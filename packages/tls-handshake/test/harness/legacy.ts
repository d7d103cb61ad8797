import type { CryptoProvider } from '@x/crypto-primitives'
import type { ClientConfig, ProtocolVersion, ServerConfig, Session, SessionStore } from '../../src/index.ts'
import { type CipherSuite12, cipherSuite12, hasCertificate, hasPsk } from '../../src/registry/cipher-suites12.ts'
import { credential, parserFor } from './credentials.ts'
import { type Deliver, handshake, type Pair, utf8, whole } from './pair.ts'
import { provider as defaultProvider } from './provider.ts'

/** A suite by its IANA name without `TLS_`. */
export function suite(id: number): CipherSuite12 {
  return cipherSuite12(id)!
}

const psk = { identity: utf8('us'), key: utf8('a shared key') }

/** A sessionStore in memory. */
export class MemoryStore implements SessionStore {
  readonly sessions = new Map<string, Session>()
  get(id: Uint8Array): Session | undefined {
    return this.sessions.get(id.join())
  }
  set(id: Uint8Array, session: Session): void {
    this.sessions.set(id.join(), session)
  }
  delete(id: Uint8Array): void {
    this.sessions.delete(id.join())
  }
}

/** What a client needs to speak this suite in this version. */
export function client12(
  suite: CipherSuite12,
  version: ProtocolVersion,
  provider: CryptoProvider = defaultProvider,
): Partial<ClientConfig> {
  return {
    provider,
    parseCertificate: parserFor(provider),
    versions: [version],
    cipherSuites: [suite.id],
    ...(hasPsk(suite) && { pskCallback: () => psk }),
    // Of an anonymous server nothing can be verified.
    ...(!hasPsk(suite) && !hasCertificate(suite) && { allowUnverifiedPeer: true }),
  }
}

/** What a server needs to speak this suite in this version. */
export function server12(
  suite: CipherSuite12,
  version: ProtocolVersion,
  provider: CryptoProvider = defaultProvider,
): Partial<ServerConfig> {
  return {
    provider,
    parseCertificate: parserFor(provider),
    versions: [version],
    cipherSuites: [suite.id],
    credentials: [credential(suite.authentication === 'ecdsa' ? 'p256' : 'rsa', provider)],
    dhParameters: 'auto',
    ...(hasPsk(suite) && { pskCallback: (identity) => (identity.join() === psk.identity.join() ? psk.key : null) }),
  }
}

/** ECDHE-RSA-AES128-GCM-SHA256, what most speak. */
export const USUAL = suite(0xc02f)
/** ECDHE-RSA-AES128-SHA, of every version. */
export const ANY_VERSION = suite(0xc013)

/** A handshake of TLS up to 1.2. */
export function handshake12(
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
  {
    version = 0x0303,
    of = USUAL,
    deliver = whole,
  }: { version?: ProtocolVersion; of?: CipherSuite12; deliver?: Deliver } = {},
): Pair {
  return handshake({ ...client12(of, version), ...client }, { ...server12(of, version), ...server }, deliver)
}
