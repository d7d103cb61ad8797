import { configError } from '@x/tls-record'
import type { CertificateRequestInfo, ClientConfig, Credential } from '../config.ts'
import type { ExtensionBlock } from '../extensions/registry.ts'
import type { Flow } from '../handshake/step.ts'
import type { CertificateRequest13 } from '../messages/certificate-request.ts'
import type { CertificateRequest12 } from '../messages/certificate-request12.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import type { ServerHello } from '../messages/server-hello.ts'
import type { CipherSuite13 } from '../registry/cipher-suites.ts'
import type { GreaseValues } from '../registry/grease.ts'
import type { decompressCertificate } from '../tls13/authentication.ts'
import type { Psk } from '../tls13/psk.ts'
import type { Transcript } from '../tls13/transcript.ts'
import type { ClientContext } from './client-context.ts'
import type { Client13 } from './client13.ts'
import type { PendingExtension } from './pending-extension.ts'
import type { Client12 } from './server-hello12.ts'

/**
 * What a client can do beside a handshake with a server's certificate. A program imports the parts it wants
 * and gives them, so that one which does without them does not carry their code; `TlsConnection.client` has them all.
 */
export interface ClientParts {
  /** Certificates of our own. Without: a server that asks gets an empty Certificate. */
  readonly certificates?: {
    /** @throws {TlsError} for a credential that cannot be shown to anyone */
    check(credentials: readonly Credential[] | undefined): void
    /** Certificate and CertificateVerify, or an empty Certificate (RFC 9846 §4.5.1.2). */
    send(client: Client13, request: CertificateRequest13, transcript: Transcript): Flow
    /** What answers requests after the handshake, to be called at its end (RFC 9846 §4.7.2). */
    answerRequests(client: Client13): (message: HandshakeMessage) => Flow
  }
  /** The same of TLS up to 1.2. */
  readonly certificates12?: {
    /** The credential to show, if one fits. @returns its chain, and how its CertificateVerify is sent */
    select(
      client: Client12,
      request: CertificateRequest12,
      info: CertificateRequestInfo,
    ): Flow<{ readonly chain: readonly Uint8Array[]; prove(): Flow } | undefined>
  }
  /** 0-RTT (RFC 9846 §2.3). */
  readonly earlyData?: {
    /** Puts it on offer, if the first PSK allows it. */
    prepare(hs: ClientContext): void
    /** Early data is protected by keys of the PSK from here on. */
    start(hs: ClientContext, hello: Uint8Array): void
    /** A HelloRetryRequest ends it. */
    abandon(hs: ClientContext): void
    /** EncryptedExtensions says what becomes of it. */
    settle(client: Client13, extensions: ExtensionBlock): void
    /** EndOfEarlyData. */
    end(client: Client13): void
  }
  /** Tickets, resumption by them, and external PSKs. Without: tickets are neither asked for nor kept. */
  readonly preSharedKeys?: {
    /** Looks at the session, which may be of any version, before it is offered. */
    recall(hs: ClientContext): Flow
    /** Those that may be offered now. */
    offer(hs: ClientContext): Psk[]
    extension(hs: ClientContext): PendingExtension
    /** Fills the binders in. */
    bind(hs: ClientContext, hello: Uint8Array): void
    /** The one the server took. */
    accept(hs: ClientContext, hello: ServerHello, suite: CipherSuite13): Psk | undefined
    /** What the session says about the server. */
    resume(client: Client13): void
    receiveTicket(client: Client13, message: HandshakeMessage, resumptionSecret: Uint8Array, count: number): void
  }
  /** Certificates that a server compresses. */
  readonly compressedCertificates?: typeof decompressCertificate
  /** A ClientHello that does not look like the last one, or like ours at all. */
  readonly helloForm?: {
    grease(provider: ClientConfig['provider']): GreaseValues
    permute(hs: ClientContext, extensions: PendingExtension[]): PendingExtension[]
    /** Makes a hello that someone else wrote ours: what it offers is what may be answered. */
    adopt(hs: ClientContext, hello: Uint8Array): Uint8Array
  }
}

/** Options that are of no effect without a part. */
const NEEDED: { readonly [option in keyof ClientConfig]?: keyof ClientParts } = {
  credentials: 'certificates',
  selectClientCredential: 'certificates',
  onCertificateRequest: 'certificates',
  postHandshakeAuth: 'certificates',
  earlyData: 'earlyData',
  session: 'preSharedKeys',
  psks: 'preSharedKeys',
  certificateCompression: 'compressedCertificates',
  grease: 'helloForm',
  permuteExtensions: 'helloForm',
  rewriteClientHello: 'helloForm',
}

/** Several parts as one. */
export function together(...parts: readonly ClientParts[]): ClientParts {
  return Object.assign({}, ...parts)
}

/** The same for a configuration. @throws {TlsError} `MISSING_PART` for an option whose part is not there: nothing is passed over */
export function partsFor(config: ClientConfig, parts: readonly ClientParts[]): ClientParts {
  const joined = together(...parts)
  for (const [option, part] of Object.entries(NEEDED)) {
    const value = config[option as keyof ClientConfig]
    if (value && !(Array.isArray(value) && value.length === 0) && joined[part] === undefined) {
      throw configError('MISSING_PART', `the option ${option} needs the part ${part}`)
    }
  }
  return joined
}
