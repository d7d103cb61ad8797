import { TlsConnection } from '@x/tls-handshake'
import { ecPointFormats } from '../../../../packages/tls-handshake/src/extensions/ec-point-formats.ts'
import { ExtensionWriter } from '../../../../packages/tls-handshake/src/extensions/registry.ts'
import { renegotiationInfo } from '../../../../packages/tls-handshake/src/extensions/renegotiation-info.ts'
import { serverName } from '../../../../packages/tls-handshake/src/extensions/server-name.ts'
import { sessionTicket } from '../../../../packages/tls-handshake/src/extensions/session-ticket.ts'
import { signatureAlgorithms } from '../../../../packages/tls-handshake/src/extensions/signature-algorithms.ts'
import { supportedGroups } from '../../../../packages/tls-handshake/src/extensions/supported-groups.ts'
import { encodeCertificateRequest12 } from '../../../../packages/tls-handshake/src/messages/certificate-request12.ts'
import { encodeCertificateVerify } from '../../../../packages/tls-handshake/src/messages/certificate-verify.ts'
import { encodeCertificate12 } from '../../../../packages/tls-handshake/src/messages/certificate12.ts'
import { writeClientHelloFields } from '../../../../packages/tls-handshake/src/messages/client-hello.ts'
import { encodeClientKeyExchange } from '../../../../packages/tls-handshake/src/messages/client-key-exchange.ts'
import { encodeFinished } from '../../../../packages/tls-handshake/src/messages/finished.ts'
import { encodeHandshake, HandshakeType } from '../../../../packages/tls-handshake/src/messages/handshake-message.ts'
import { encodeServerHello } from '../../../../packages/tls-handshake/src/messages/server-hello.ts'
import { encodeServerKeyExchange } from '../../../../packages/tls-handshake/src/messages/server-key-exchange.ts'
import {
  encodeHelloRequest,
  encodeNewSessionTicket12,
  encodeServerHelloDone,
} from '../../../../packages/tls-handshake/src/messages/session-messages12.ts'
import { cipherSuite12 } from '../../../../packages/tls-handshake/src/registry/cipher-suites12.ts'
import { masterSecret, verifyData } from '../../../../packages/tls-handshake/src/tls12/key-schedule.ts'
import { protections } from '../../../../packages/tls-handshake/src/tls12/protection.ts'
import { credentialsOf } from '../identities.ts'
import { clientConfig, serverConfig, sessionOf } from './parties.ts'
import { Speaker } from './speaker.ts'

const VERSION = 0x0303
const SUITE = cipherSuite12(0xc02b)!
const X25519 = 29
const SECP256R1 = 23
const ECDSA_P256_SHA256 = 0x0403
const ECDSA = { name: 'ecdsa', hash: 'sha256' } as const
const NONE = new Uint8Array(0)
const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Of either side: secrets as far as they follow from what was said. */
abstract class Speaker12 extends Speaker {
  protected readonly own = this.provider.randomBytes(32)
  protected theirs: Uint8Array = new Uint8Array(32)
  protected readonly session = sessionOf(VERSION)
  protected agreement = this.provider.groups.x25519!.initiate()
  protected master: Uint8Array | undefined
  /** verify_data of the last handshake. */
  protected finished: { own: Uint8Array; theirs: Uint8Array } = { own: NONE, theirs: NONE }

  constructor(protected readonly side: 'client' | 'server') {
    super()
    this.writer.version = VERSION
  }

  protected get randoms() {
    return this.side === 'client'
      ? { client: this.own, server: this.theirs }
      : { client: this.theirs, server: this.own }
  }

  /** With the peer's share, or a made-up one where it has none. */
  protected agree(share: Uint8Array): void {
    const premaster = this.agreement.complete(share) as Uint8Array
    this.master = masterSecret(this.provider.hashes.sha256!, premaster.slice(), this.randoms, undefined)
    this.agreement = this.provider.groups.x25519!.initiate()
  }

  protected begin(): void {
    this.transcript = []
    this.master = undefined
  }

  /** Letters that both sides know. */
  protected sayCommon(letter: string): void {
    const hash = this.provider.hashes.sha256!
    const master = this.master ?? new Uint8Array(48)
    switch (letter) {
      case 'Certificate':
        this.tell(encodeCertificate12(credentialsOf(this.side === 'client' ? 'alice' : 'server')[0].chain))
        return
      case 'EmptyCertificate':
        this.tell(encodeCertificate12([]))
        return
      case 'NewSessionTicket':
        this.tell(encodeNewSessionTicket12(7200, this.session.ticket!))
        return
      case 'ServerHelloDone':
        this.tell(encodeServerHelloDone())
        return
      case 'HelloRequest':
        this.tell(encodeHelloRequest(), false)
        return
      case 'ChangeCipherSpec': {
        this.record(20, Uint8Array.of(1))
        for (const bytes of this.writer.takeOutput()) this.victim.receive(bytes)
        const state = { version: VERSION, suite: SUITE, hash, master, randoms: this.randoms }
        this.writer.protection = protections(this.provider, state, false)[this.side].writer()
        return
      }
      case 'Finished': {
        const data = verifyData(hash, master, this.side, this.hash(...this.transcript))
        this.finished = { ...this.finished, own: data }
        this.tell(encodeFinished(data))
        return
      }
      case 'Data':
        this.record(23, new TextEncoder().encode('data'))
        return
      case 'EmptyData':
        this.record(23, NONE)
        return
      case 'WarningAlert':
        // unrecognized_name, which says nothing to anybody here.
        this.record(21, Uint8Array.of(1, 112))
        return
      case 'CloseNotify':
        this.record(21, Uint8Array.of(1, 0))
        return
      case 'Renegotiate':
        // The program's own wish: where it cannot be, it is told so.
        try {
          this.victim.renegotiate()
        } catch {
          return
        }
    }
  }

  protected heard(message: Uint8Array): void {
    if (message[0] === HandshakeType.hello_request) return
    if (message[0] === HandshakeType.client_hello) this.begin()
    this.transcript.push(message)
    if (message[0] === HandshakeType.client_hello || message[0] === HandshakeType.server_hello) {
      this.theirs = message.slice(6, 38)
    }
    if (message[0] === HandshakeType.finished) this.finished = { ...this.finished, theirs: message.slice(4) }
  }
}

/** A client that says anything, to a server. */
export class Client12 extends Speaker12 {
  static readonly letters = [
    'ClientHello',
    'ClientHelloResuming',
    'Certificate',
    'EmptyCertificate',
    'ClientKeyExchange',
    'CertificateVerify',
    'ChangeCipherSpec',
    'Finished',
    'Data',
    'EmptyData',
    'WarningAlert',
    'CloseNotify',
    'HelloRequest',
    'ServerHelloDone',
    'NewSessionTicket',
    'Renegotiate',
  ]
  #share: Uint8Array | undefined
  #offered: Uint8Array = NONE

  constructor() {
    super('client')
    this.victim = TlsConnection.server({ ...serverConfig(VERSION), ...this.listening })
    this.collect()
  }

  protected say(letter: string): void {
    if (letter === 'ClientHello' || letter === 'ClientHelloResuming') this.#hello(letter === 'ClientHelloResuming')
    else if (letter === 'ClientKeyExchange') {
      const exchange = this.agreement.share
      this.tell(encodeClientKeyExchange({ exchange }, SUITE.keyExchange))
      this.agree(this.#share ?? this.provider.groups.x25519!.initiate().share)
    } else if (letter === 'CertificateVerify') {
      const signature = credentialsOf('alice')[0].signer.sign(ECDSA, join(...this.transcript)) as Uint8Array
      this.tell(encodeCertificateVerify({ scheme: ECDSA_P256_SHA256, signature }))
    } else this.sayCommon(letter)
  }

  #hello(resuming: boolean): void {
    this.begin()
    this.#share = undefined
    this.#offered = resuming ? this.own : NONE
    const sessionId = this.#offered
    const message = encodeHandshake(HandshakeType.client_hello, (writer) => {
      writeClientHelloFields(writer, { version: VERSION, random: this.own, sessionId, cipherSuites: [SUITE.id] })
      writer.within16(() => {
        const extensions = new ExtensionWriter(writer)
        extensions.add(serverName, 'localhost')
        extensions.add(renegotiationInfo, this.finished.own)
        extensions.add(supportedGroups, [X25519, SECP256R1])
        extensions.add(ecPointFormats, [0])
        extensions.add(signatureAlgorithms, [ECDSA_P256_SHA256])
        extensions.add(sessionTicket, resuming ? this.session.ticket! : NONE)
      })
    })
    this.tell(message)
  }

  protected override heard(message: Uint8Array): void {
    super.heard(message)
    // curve_type, NamedCurve, the point with its length (RFC 8422 §5.4).
    if (message[0] === HandshakeType.server_key_exchange) this.#share = message.slice(8, 8 + message[7])
    const id = message.subarray(39, 39 + message[38])
    if (
      message[0] === HandshakeType.server_hello &&
      this.#offered.length > 0 &&
      Buffer.compare(id, this.#offered) === 0
    ) {
      this.master = this.session.secret
    }
  }
}

/** A server that says anything, to a client. */
export class Server12 extends Speaker12 {
  static readonly letters = [
    'HelloRequest',
    'ServerHello',
    'ServerHelloResuming',
    'Certificate',
    'EmptyCertificate',
    'ServerKeyExchange',
    'CertificateRequest',
    'ServerHelloDone',
    'NewSessionTicket',
    'ChangeCipherSpec',
    'Finished',
    'Data',
    'EmptyData',
    'WarningAlert',
    'CloseNotify',
    'Renegotiate',
  ]
  #sessionId: Uint8Array = NONE

  constructor() {
    super('server')
    this.victim = TlsConnection.client({ ...clientConfig(VERSION, this.session), ...this.listening })
    this.collect()
  }

  protected say(letter: string): void {
    switch (letter) {
      case 'ServerHello':
      case 'ServerHelloResuming':
        this.#hello(letter === 'ServerHelloResuming')
        return
      case 'ServerKeyExchange': {
        const share = this.agreement.share
        const signed = join(Uint8Array.of(3, 0, X25519, share.length), share)
        const content = join(this.theirs, this.own, signed)
        const signature = credentialsOf('server')[0].signer.sign(ECDSA, content) as Uint8Array
        this.tell(encodeServerKeyExchange({ signed, scheme: ECDSA_P256_SHA256, signature }))
        return
      }
      case 'CertificateRequest':
        this.tell(
          encodeCertificateRequest12({
            certificateTypes: [64],
            signatureSchemes: [ECDSA_P256_SHA256],
            authorities: [],
          }),
        )
        return
      default:
        this.sayCommon(letter)
    }
  }

  #hello(resuming: boolean): void {
    if (resuming) this.master = this.session.secret
    const sessionId = resuming ? this.#sessionId : NONE
    const fields = { version: VERSION, random: this.own, sessionId, cipherSuite: SUITE.id }
    const { theirs, own } = this.finished
    this.tell(encodeServerHello(fields, (extensions) => extensions.add(renegotiationInfo, join(theirs, own))))
  }

  protected override heard(message: Uint8Array): void {
    super.heard(message)
    if (message[0] === HandshakeType.client_hello) this.#sessionId = message.slice(39, 39 + message[38])
    // The share with its length.
    if (message[0] === HandshakeType.client_key_exchange) this.agree(message.slice(5))
  }
}
