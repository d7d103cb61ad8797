import { TlsConnection } from '@x/tls-handshake'
import { earlyData } from '../../../../packages/tls-handshake/src/extensions/early-data.ts'
import {
  clientKeyShares,
  retryGroup,
  serverKeyShare,
} from '../../../../packages/tls-handshake/src/extensions/key-share.ts'
import { postHandshakeAuth } from '../../../../packages/tls-handshake/src/extensions/post-handshake-auth.ts'
import { offeredPsks, selectedPsk } from '../../../../packages/tls-handshake/src/extensions/pre-shared-key.ts'
import { pskKeyExchangeModes } from '../../../../packages/tls-handshake/src/extensions/psk-key-exchange-modes.ts'
import { ExtensionWriter } from '../../../../packages/tls-handshake/src/extensions/registry.ts'
import { serverName } from '../../../../packages/tls-handshake/src/extensions/server-name.ts'
import { signatureAlgorithms } from '../../../../packages/tls-handshake/src/extensions/signature-algorithms.ts'
import { supportedGroups } from '../../../../packages/tls-handshake/src/extensions/supported-groups.ts'
import {
  selectedVersion,
  supportedVersions,
} from '../../../../packages/tls-handshake/src/extensions/supported-versions.ts'
import { encodeCertificate13 } from '../../../../packages/tls-handshake/src/messages/certificate.ts'
import { encodeCertificateRequest13 } from '../../../../packages/tls-handshake/src/messages/certificate-request.ts'
import {
  certificateVerifyContent,
  encodeCertificateVerify,
} from '../../../../packages/tls-handshake/src/messages/certificate-verify.ts'
import {
  decodeClientHello,
  writeClientHelloFields,
} from '../../../../packages/tls-handshake/src/messages/client-hello.ts'
import { encodeEncryptedExtensions } from '../../../../packages/tls-handshake/src/messages/encrypted-extensions.ts'
import { encodeFinished } from '../../../../packages/tls-handshake/src/messages/finished.ts'
import { encodeHandshake, HandshakeType } from '../../../../packages/tls-handshake/src/messages/handshake-message.ts'
import { encodeKeyUpdate } from '../../../../packages/tls-handshake/src/messages/key-update.ts'
import { encodeNewSessionTicket13 } from '../../../../packages/tls-handshake/src/messages/new-session-ticket.ts'
import {
  decodeServerHello,
  encodeServerHello,
  HELLO_RETRY_RANDOM,
} from '../../../../packages/tls-handshake/src/messages/server-hello.ts'
import {
  finishedMac,
  KeySchedule,
  nextTrafficSecret,
} from '../../../../packages/tls-handshake/src/tls13/key-schedule.ts'
import { TrafficKeys } from '../../../../packages/tls-handshake/src/tls13/traffic-keys.ts'
import { credentialsOf } from '../identities.ts'
import { clientConfig, serverConfig, sessionOf } from './parties.ts'
import { Speaker } from './speaker.ts'

const VERSION = 0x0304
const SUITE = 0x1301
const X25519 = 29
const SECP256R1 = 23
const ECDSA_P256_SHA256 = 0x0403
const ECDSA = { name: 'ecdsa', hash: 'sha256' } as const
const NONE = new Uint8Array(0)
const asMessage = (raw: Uint8Array) => ({ type: raw[0], body: raw.subarray(4), raw })

/** Of either side: secrets as far as they follow from what was said. */
abstract class Speaker13 extends Speaker {
  protected readonly random = this.provider.randomBytes(32)
  protected readonly session = sessionOf(VERSION)
  protected agreement = this.provider.groups.x25519!.initiate()
  /** Secret that our next Finished is made with. */
  protected finishedKey: Uint8Array = new Uint8Array(32)
  protected application: { client: Uint8Array; server: Uint8Array } | undefined
  protected context: Uint8Array = NONE
  protected schedule: KeySchedule | undefined

  constructor(protected readonly side: 'client' | 'server') {
    super()
    this.writer.version = 0x0303
  }

  protected get hash256() {
    return this.provider.hashes.sha256!
  }

  protected get transcriptHash(): Uint8Array {
    return this.hash(...this.transcript)
  }

  protected writeWith(secret: Uint8Array): void {
    for (const bytes of this.writer.takeOutput()) this.victim.receive(bytes)
    const aead = this.provider.aeads['aes-128-gcm']!
    this.writer.protection = new TrafficKeys({ suite: 0x1301, aead, hash: this.hash256 }, secret.slice()).writer()
  }

  /** Once both hellos are there. @returns both sides' handshake secrets */
  protected enterHandshake(shared: Uint8Array, psk: Uint8Array | undefined) {
    this.schedule = new KeySchedule(this.hash256, psk)
    this.schedule.enterHandshake(shared)
    const hash = this.transcriptHash
    const client = this.schedule.clientHandshakeTrafficSecret(hash)
    const server = this.schedule.serverHandshakeTrafficSecret(hash)
    this.schedule.enterMain()
    this.finishedKey = this.side === 'client' ? client : server
    return { client, server }
  }

  /** Once the server's Finished is there. */
  protected enterApplication(): void {
    if (!this.schedule || this.application) return
    const hash = this.transcriptHash
    const client = this.schedule.clientApplicationTrafficSecret(hash)
    this.application = { client, server: this.schedule.serverApplicationTrafficSecret(hash) }
  }

  /** RFC 9846 §4.1: a HelloRetryRequest leaves the first hello's hash alone. */
  protected retry(): void {
    const digest = this.transcriptHash
    this.transcript = [new Uint8Array([254, 0, 0, digest.length, ...digest])]
  }

  protected sayCommon(letter: string): void {
    switch (letter) {
      case 'Certificate':
      case 'EmptyCertificate': {
        const [{ chain }] = credentialsOf(this.side === 'client' ? 'alice' : 'server')
        this.tell(encodeCertificate13({ context: this.context, chain: letter === 'Certificate' ? chain : [] }))
        return
      }
      case 'CertificateVerify': {
        const [{ signer }] = credentialsOf(this.side === 'client' ? 'alice' : 'server')
        const signature = signer.sign(ECDSA, certificateVerifyContent(this.side, this.transcriptHash)) as Uint8Array
        this.tell(encodeCertificateVerify({ scheme: ECDSA_P256_SHA256, signature }))
        return
      }
      case 'Finished':
        this.tell(encodeFinished(finishedMac(this.hash256, this.finishedKey, this.transcriptHash)))
        this.saidFinished()
        return
      case 'KeyUpdate':
      case 'KeyUpdateRequested': {
        this.tell(encodeKeyUpdate(letter === 'KeyUpdateRequested'), false)
        if (!this.application) return
        const next = nextTrafficSecret(this.hash256, this.application[this.side])
        this.application = { ...this.application, [this.side]: next }
        if (this.side === 'client') this.finishedKey = next
        this.writeWith(next)
        return
      }
      case 'ChangeCipherSpec':
        this.plain(20, Uint8Array.of(1))
        return
      case 'Data':
        this.record(23, new TextEncoder().encode('data'))
        return
      case 'PlainData':
        this.plain(23, new TextEncoder().encode('data'))
        return
      case 'EmptyData':
        this.record(23, NONE)
        return
      case 'UserCanceled':
        this.record(21, Uint8Array.of(1, 90))
        return
      case 'CloseNotify':
        this.record(21, Uint8Array.of(1, 0))
        return
      case 'NewSessionTicket':
        this.tell(
          encodeNewSessionTicket13({ lifetime: 7200, ageAdd: 1, nonce: NONE, ticket: this.session.ticket! }),
          false,
        )
    }
  }

  protected abstract saidFinished(): void
}

/** A client that says anything, to a server. */
export class Client13 extends Speaker13 {
  static readonly letters = [
    'ClientHello',
    'ClientHelloWithoutShare',
    'ClientHelloResuming',
    'ClientHelloEarly',
    'EndOfEarlyData',
    'Certificate',
    'EmptyCertificate',
    'CertificateVerify',
    'Finished',
    'KeyUpdate',
    'KeyUpdateRequested',
    'ChangeCipherSpec',
    'Data',
    'PlainData',
    'EmptyData',
    'UserCanceled',
    'CloseNotify',
    'NewSessionTicket',
    'AskForCertificate',
  ]
  #early = false
  #handshakeSecret: Uint8Array | undefined

  constructor() {
    super('client')
    this.victim = TlsConnection.server({ ...serverConfig(VERSION), ...this.listening })
    this.collect()
  }

  protected say(letter: string): void {
    if (letter.startsWith('ClientHello')) this.#hello(letter)
    else if (letter === 'AskForCertificate') this.victim.requestClientCertificate()
    else if (letter === 'EndOfEarlyData') {
      this.tell(encodeHandshake(HandshakeType.end_of_early_data, () => {}))
      if (this.#handshakeSecret && !this.application) this.writeWith(this.#handshakeSecret)
      if (this.#handshakeSecret && this.#early) this.writeWith(this.#handshakeSecret)
      this.#early = false
    } else this.sayCommon(letter)
  }

  #hello(letter: string): void {
    const early = letter === 'ClientHelloEarly'
    const resuming = early || letter === 'ClientHelloResuming'
    const shares = letter === 'ClientHelloWithoutShare' ? [] : [{ group: X25519, keyExchange: this.agreement.share }]
    const schedule = new KeySchedule(this.hash256, this.session.secret)
    const hello = encodeHandshake(HandshakeType.client_hello, (writer) => {
      const fields = { version: 0x0303, random: this.random, sessionId: NONE, cipherSuites: [SUITE] }
      writeClientHelloFields(writer, fields)
      writer.within16(() => {
        const extensions = new ExtensionWriter(writer)
        extensions.add(serverName, 'localhost')
        extensions.add(supportedVersions, [VERSION])
        extensions.add(supportedGroups, [X25519, SECP256R1])
        extensions.add(signatureAlgorithms, [ECDSA_P256_SHA256])
        extensions.add(clientKeyShares, shares)
        extensions.add(postHandshakeAuth, true)
        extensions.add(pskKeyExchangeModes, [1])
        if (early) extensions.add(earlyData, true)
        const age = (Date.now() - this.session.createdAt + this.session.ageAdd!) % 2 ** 32
        const identities = [{ identity: this.session.ticket!, obfuscatedTicketAge: age }]
        if (resuming) extensions.add(offeredPsks, { identities, binders: [new Uint8Array(32)] })
      })
    })
    if (resuming) {
      const truncated = this.hash(...this.transcript, hello.subarray(0, hello.length - 35))
      hello.set(finishedMac(this.hash256, schedule.binderKey('res'), truncated), hello.length - 32)
    }
    this.tell(hello)
    if (!early) return
    const secret = schedule.clientEarlyTrafficSecret(this.transcriptHash)
    this.writeWith(secret)
    this.#early = true
  }

  protected saidFinished(): void {
    // The handshake's own Finished, not that of a later authentication.
    if (!this.application || this.finishedKey === this.application.client) return
    this.#early = false
    this.finishedKey = this.application.client
    this.writeWith(this.application.client)
  }

  protected heard(message: Uint8Array): void {
    const post = this.application !== undefined && message[0] !== HandshakeType.certificate_request
    if (post) return
    if (message[0] === HandshakeType.server_hello) {
      const hello = decodeServerHello(asMessage(message))
      if (hello.isRetryRequest) {
        this.retry()
        this.transcript.push(message)
        return
      }
      this.transcript.push(message)
      const share = hello.extensions.get(serverKeyShare)!.keyExchange
      const psk = hello.extensions.has(selectedPsk.extension) ? this.session.secret : undefined
      const shared = this.agreement.complete(share) as Uint8Array
      this.agreement = this.provider.groups.x25519!.initiate()
      this.#handshakeSecret = this.enterHandshake(shared, psk).client
      return
    }
    this.transcript.push(message)
    if (message[0] === HandshakeType.certificate_request) this.context = message.slice(5, 5 + message[4])
    if (message[0] === HandshakeType.encrypted_extensions) {
      // early_data, 42, among them: it was accepted.
      const accepted = Buffer.from(message).includes(Buffer.of(0, 42, 0, 0))
      if (!accepted) this.writeWith(this.#handshakeSecret!)
    }
    if (message[0] === HandshakeType.finished) this.enterApplication()
  }
}

/** A server that says anything, to a client. */
export class Server13 extends Speaker13 {
  static readonly letters = [
    'ServerHello',
    'ServerHelloResuming',
    'HelloRetryRequest',
    'EncryptedExtensions',
    'CertificateRequest',
    'Certificate',
    'EmptyCertificate',
    'CertificateVerify',
    'Finished',
    'NewSessionTicket',
    'KeyUpdate',
    'KeyUpdateRequested',
    'ChangeCipherSpec',
    'Data',
    'PlainData',
    'EmptyData',
    'UserCanceled',
    'CloseNotify',
  ]
  #share: Uint8Array | undefined
  #sessionId: Uint8Array = NONE
  #requests = 0

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
      case 'HelloRetryRequest': {
        this.retry()
        const fields = { version: 0x0303, random: HELLO_RETRY_RANDOM, sessionId: this.#sessionId, cipherSuite: SUITE }
        this.tell(
          encodeServerHello(fields, (extensions) => {
            extensions.add(selectedVersion, VERSION)
            extensions.add(retryGroup, X25519)
          }),
        )
        return
      }
      case 'EncryptedExtensions':
        this.tell(encodeEncryptedExtensions(() => {}))
        return
      case 'CertificateRequest': {
        const context = this.application ? Uint8Array.of(++this.#requests) : NONE
        const request = encodeCertificateRequest13(context, (extensions) =>
          extensions.add(signatureAlgorithms, [ECDSA_P256_SHA256]),
        )
        this.tell(request.message, !this.application)
        return
      }
      default:
        this.sayCommon(letter)
    }
  }

  #hello(resuming: boolean): void {
    const fields = { version: 0x0303, random: this.random, sessionId: this.#sessionId, cipherSuite: SUITE }
    const { share } = this.agreement
    this.tell(
      encodeServerHello(fields, (extensions) => {
        extensions.add(selectedVersion, VERSION)
        extensions.add(serverKeyShare, { group: X25519, keyExchange: share })
        if (resuming) extensions.add(selectedPsk, 0)
      }),
    )
    for (const bytes of this.writer.takeOutput()) this.victim.receive(bytes)
    if (!this.#share) return
    const shared = this.agreement.complete(this.#share) as Uint8Array
    this.agreement = this.provider.groups.x25519!.initiate()
    this.writeWith(this.enterHandshake(shared, resuming ? this.session.secret : undefined).server)
  }

  protected saidFinished(): void {
    if (this.application) return
    this.enterApplication()
    if (this.application) this.writeWith((this.application as { server: Uint8Array }).server)
  }

  protected heard(message: Uint8Array): void {
    if (this.application) return
    this.transcript.push(message)
    if (message[0] !== HandshakeType.client_hello) return
    const hello = decodeClientHello(asMessage(message))
    this.#sessionId = hello.sessionId.slice()
    this.#share = hello.extensions
      .get(clientKeyShares)
      ?.find(({ group }) => group === X25519)
      ?.keyExchange.slice()
  }
}
