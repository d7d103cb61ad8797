import { givenConfig, readAgain } from '../checked-config.ts'
import { EMPTY } from '../codec/bytes.ts'
import type { ClientHelloInfo, ServerConfig, ServerOverrides, TicketProtection } from '../config.ts'
import type { OpenedHello } from '../ech/inner-hello.ts'
import { HandshakeContext } from '../handshake/context.ts'
import { distinct, inBoth } from '../handshake/in-common.ts'
import { type CipherSuite12, enabledSuites12 } from '../registry/cipher-suites12.ts'
import { acceptedSchemes, signatureScheme } from '../registry/signature-schemes.ts'
import { defaultTicketProtection } from '../sessions/ticket-protection.ts'
import { Transcript } from '../tls13/transcript.ts'
import { KeptHello } from './received-hello.ts'

/** A server's state until the version is known, and what every version needs. */
export class ServerContext extends HandshakeContext<ServerConfig> {
  /** The configuration before any override. */
  baseConfig: ServerConfig = this.config
  #overrides: ServerOverrides | undefined
  hello!: ClientHelloInfo
  clientRandom!: Uint8Array
  /** TLS 1.3: the client can be asked for a certificate after the handshake. */
  authenticatesLater = false
  /** The hello is an inner one (RFC 9849): the answer confirms it. */
  echInner = false
  /** It was opened here. */
  opened: OpenedHello | undefined

  /** Replaces parts of the configuration for this connection. */
  override(overrides: ServerOverrides): void {
    this.#overrides = overrides
    // Inherited, not copied: a configuration may have getters, which say what holds when they are asked.
    this.config = Object.create(this.baseConfig, Object.getOwnPropertyDescriptors(overrides)) as ServerConfig
  }

  /** For another handshake: what the configuration says now. */
  readConfigAgain(): void {
    this.config = this.baseConfig = readAgain(this.baseConfig)
    if (this.#overrides) this.override(this.#overrides)
  }

  /** After the handshake the hello's bytes are enough. */
  forgetHello(): void {
    this.facts.keptHello = new KeptHello(this.hello.raw, { serverName: this.hello.serverName })
    this.facts.clientHello = undefined
    ;(this as { hello?: ClientHelloInfo }).hello = undefined
    this.clientRandom = EMPTY
    this.transcript = new Transcript()
  }

  get signatureSchemes(): readonly number[] {
    return acceptedSchemes(this.provider, this.config.signatureSchemes)
  }

  /** Schemes that both sides have, in the order of the side that decides. */
  sharedSchemes(clients: readonly number[]): number[] {
    return inBoth(this.signatureSchemes, clients, this.config.preferServerCiphers)
  }

  /** All of the client's schemes that we know, the shared ones first: a client may list as many as it likes. */
  knownSchemes(clients: readonly number[]): number[] {
    const shared = this.sharedSchemes(clients)
    return distinct([...shared, ...clients], (id) => signatureScheme(id) !== undefined)
  }

  /** Suites of TLS up to 1.2, best first. */
  get suites12(): readonly CipherSuite12[] {
    return enabledSuites12(this.provider, this.config.cipherSuites)
  }

  /** Seconds, at most seven days (RFC 9846 §4.7.1 #11). */
  get sessionLifetime(): number {
    return Math.min(this.config.sessionTimeout ?? 7200, 604800)
  }

  get ticketProtection(): TicketProtection | undefined {
    if (this.config.tickets === false) return undefined
    return (
      this.config.ticketKeys ??
      defaultTicketProtection(givenConfig(this.baseConfig), this.provider, this.sessionLifetime * 1000, () =>
        this.now(),
      )
    )
  }
}
