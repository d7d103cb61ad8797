import type { ClientHelloInfo } from '../config.ts'
import { alpn } from '../extensions/alpn.ts'
import { certificateAuthorities } from '../extensions/certificate-authorities.ts'
import { serverName } from '../extensions/server-name.ts'
import { signatureAlgorithms } from '../extensions/signature-algorithms.ts'
import { SIGNED_CERTIFICATE_TIMESTAMP } from '../extensions/signed-certificate-timestamp.ts'
import { statusRequest } from '../extensions/status-request.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import { supportedVersions } from '../extensions/supported-versions.ts'
import { type ClientHello, receiveClientHello } from '../messages/client-hello.ts'
import { HandshakeType } from '../messages/handshake-message.ts'

/** A hello of which only the bytes are kept, until someone asks. */
export class KeptHello {
  constructor(
    private readonly raw: Uint8Array,
    /** The first hello of the connection, or what stands for it. */
    private readonly first: { readonly serverName?: string },
  ) {}

  read(): ClientHelloInfo {
    const { raw } = this
    return new ReceivedHello(
      receiveClientHello({ type: HandshakeType.client_hello, raw, body: raw.subarray(4) }),
      this.first,
    )
  }
}

/** What a hello says. Its lists are read out of its bytes when they are asked for: kept, they would take many times as much. */
export class ReceivedHello implements ClientHelloInfo {
  readonly serverName: string | undefined
  readonly #hello: ClientHello

  /** @param first in a renegotiation: certificate and trust were chosen by its name, and no other counts */
  constructor(hello: ClientHello, first?: { readonly serverName?: string }) {
    this.#hello = hello
    this.serverName = first ? first.serverName : hello.extensions.get(serverName)
  }

  get raw(): Uint8Array {
    return this.#hello.message.raw
  }

  get sessionId(): Uint8Array {
    return this.#hello.sessionId
  }

  get cipherSuites(): readonly number[] {
    return [...this.#hello.cipherSuites]
  }

  get alpnProtocols(): readonly Uint8Array[] | undefined {
    return this.#hello.extensions.get(alpn)
  }

  get versions(): readonly number[] {
    return this.#hello.extensions.get(supportedVersions) ?? [this.#hello.legacyVersion]
  }

  get groups(): readonly number[] {
    return this.#hello.extensions.get(supportedGroups) ?? []
  }

  get signatureSchemes(): readonly number[] {
    return this.#hello.extensions.get(signatureAlgorithms) ?? []
  }

  get certificateAuthorities(): readonly Uint8Array[] | undefined {
    return this.#hello.extensions.get(certificateAuthorities)
  }

  get ocspRequested(): boolean {
    return this.#hello.extensions.get(statusRequest) ?? false
  }

  get sctRequested(): boolean {
    return this.#hello.extensions.has(SIGNED_CERTIFICATE_TIMESTAMP)
  }
}
