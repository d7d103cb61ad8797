import { EMPTY } from '../codec/bytes.ts'
import type { ClientHelloInfo, ServerConfig, TicketProtection } from '../config.ts'
import { HandshakeContext } from '../handshake/context.ts'
import { type CipherSuite12, enabledSuites12 } from '../registry/cipher-suites12.ts'
import { acceptedSchemes } from '../registry/signature-schemes.ts'
import { defaultTicketProtection } from '../sessions/ticket-protection.ts'
import { Transcript } from '../tls13/transcript.ts'
import { KeptHello } from './received-hello.ts'

/** A server's state until the version is known, and what every version needs. */
export class ServerContext extends HandshakeContext<ServerConfig> {
  /** The configuration before any override: ticket keys belong to it. */
  readonly baseConfig: ServerConfig = this.config
  hello!: ClientHelloInfo
  clientRandom!: Uint8Array

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

  /** Suites of TLS up to 1.2, best first. */
  get suites12(): readonly CipherSuite12[] {
    return enabledSuites12(this.provider, this.config.cipherSuites)
  }

  /** Seconds, at most seven days (RFC 9846 §4.7.1). */
  get sessionLifetime(): number {
    return Math.min(this.config.sessionTimeout ?? 7200, 604800)
  }

  get ticketProtection(): TicketProtection | undefined {
    if (this.config.tickets === false) return undefined
    return (
      this.config.ticketKeys ??
      defaultTicketProtection(this.baseConfig, this.provider, this.sessionLifetime * 1000, () => this.now())
    )
  }
}
