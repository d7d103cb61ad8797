import { Alert, type TlsConnection, type TlsError } from '@x/tls-handshake'
import type { Observations, TestState } from './config.ts'
import { credentials, equal, verifyPeer } from './config.ts'
import { expect, Mismatch } from './failure.ts'
import { chains } from './files.ts'
import type { Flags } from './flags.ts'
import type { Transport } from './transport.ts'

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'))

/** The early data was not accepted: the exchange begins again on the same connection, without it. */
export class EarlyDataRejected extends Error {}

/** One connection, as an application that reads and writes and waits for each. */
export class Exchange {
  gotSession = false
  #rejected = false
  #rejectionSeen = false
  #handshakeDone = false
  #eof = false
  #cleanEof = false
  readonly #received: Uint8Array[] = []
  /** Output that is held back: -read-with-unfinished-write. */
  #held: Uint8Array[] | undefined

  constructor(
    readonly tls: TlsConnection,
    readonly transport: Transport,
    readonly state: TestState,
    readonly seen: Observations,
    readonly trace: readonly string[],
  ) {}

  /** Handshake, checks, data, shutdown. */
  async run(flags: Flags, isResume: boolean, isRetry: boolean): Promise<void> {
    if (!flags.has('implicit-handshake')) {
      await this.#handshake(flags)
      if (flags.has('handshake-twice')) await this.#turnUntil(() => this.#handshakeDone)
      this.#checkProperties(flags, isResume)
      if (isResume && !isRetry && !flags.has('server') && flags.has('expect-no-offer-early-data')) {
        expect(!this.#early, 'no early data on offer')
      }
      const after = flags.int('early-write-after-message')
      if (after !== undefined) await this.#turnUntil(() => this.trace.includes(`read hs ${after}`))
    }
    await this.#application(flags, isResume && !isRetry)
    this.#checkSession(flags)
    await this.#shutdown(flags)
  }

  /** The application has seen the rejection and goes on without early data. */
  acknowledgeRejection(): void {
    this.#rejectionSeen = true
    this.seen.verified = false
  }

  /** Under other settings than those that the session was offered with, an application asks again itself. */
  async verifyAgain(flags: Flags): Promise<void> {
    const verdict = await verifyPeer(
      () => flags,
      this.seen,
    )({
      side: 'client',
      chain: this.tls.peerCertificates ?? [],
      ocspResponse: this.tls.ocspResponse,
      resumed: true,
    })
    if (verdict.ok !== true) this.tls.abort(verdict.alert ?? Alert.bad_certificate, verdict.reason)
  }

  // --- Handshake

  /** Client: early data can be written, or was, and nothing is known of its fate. */
  get #early(): boolean {
    return this.tls.earlyDataOffered && !this.#handshakeDone && !this.#rejected
  }

  get #beforeHello(): boolean {
    return this.tls.side === 'client' && this.tls.waiting !== undefined && this.tls.version === undefined
  }

  async #handshake(flags: Flags): Promise<void> {
    await this.#turnUntil(
      () =>
        this.#handshakeDone ||
        this.#early ||
        this.#startsFalsely(flags) ||
        (flags.has('server') && this.tls.earlyDataAccepted === true && this.tls.localFinished !== undefined),
    )
  }

  /** Client: False Start lets data out before the server's Finished (RFC 7918). */
  #startsFalsely(flags: Flags): boolean {
    return flags.has('false-start') && this.tls.resumed === false && this.tls.writable
  }

  #checkProperties(flags: Flags, isResume: boolean): void {
    const { tls } = this
    if (flags.has('forbid-renegotiation-after-handshake')) tls.renegotiationPolicy = 'never'
    const falseStart = !this.#handshakeDone && this.#startsFalsely(flags)
    const early = !this.#handshakeDone && !falseStart
    const server = flags.has('server')
    const session = this.state.session
    const offered = early && !server ? session : undefined
    this.#checkAuthentication(flags)
    // A renegotiation verifies anew.
    this.seen.verified = false
    const version = flags.int('expect-version')
    const negotiated = offered ? offered.version : tls.version
    if (version !== undefined) expect(negotiated === version, `version ${negotiated}`)
    const resumed = offered ? true : tls.resumed === true
    expect(resumed === (isResume && (!flags.has('expect-session-miss') || early)), `resumed: ${resumed}`)
    if (flags.has('handshake-never-done')) expect(!this.#handshakeDone, 'an unfinished handshake')
    if (server) expect(this.seen.helloSeen, 'the ClientHello callback')
    const name = flags.text('expect-server-name')
    if (name !== undefined) expect(tls.serverName === name, `server name ${tls.serverName}`)
    const protocol = offered ? offered.alpn : tls.alpnProtocol
    const wanted = utf8((server ? flags.text('select-alpn') : flags.text('expect-alpn')) ?? '')
    expect(equal(protocol ?? new Uint8Array(0), wanted), `ALPN ${protocol && Buffer.from(protocol)}`)
    const next = flags.text('expect-next-proto')
    if (next !== undefined) expect(equal(tls.npnProtocol ?? new Uint8Array(0), utf8(next)), `NPN ${tls.npnProtocol}`)
    if (flags.has('expect-no-next-proto')) expect(!tls.npnProtocol?.length, 'no NPN')
    if (flags.has('expect-extended-master-secret')) {
      expect(
        tls.version === 0x0304 || tls.extendedMasterSecret === true || offered !== undefined,
        'extended main secret',
      )
    }
    if (!early && !server && !falseStart && tls.version !== 0x0304) {
      const fresh = !flags.has('expect-no-session') && (!resumed || flags.has('expect-ticket-renewal'))
      expect(fresh === this.gotSession, `new session: ${this.gotSession}`)
    }
    if (!isResume && server) {
      if (flags.has('expect-session-id')) expect(this.state.sessions.size > 0, 'a session kept by its id')
      if (flags.has('expect-no-session-id')) expect(this.state.sessions.size === 0, 'no session kept by its id')
    }
    const parameters = flags.bytes('expect-quic-transport-params')
    if (parameters && !early) {
      const got = (tls as { transportParameters?: Uint8Array }).transportParameters
      expect(got !== undefined && equal(got, parameters), 'the transport parameters')
    }
    const types = flags.bytes('expect-certificate-types')
    if (types) expect(types.join() === tls.certificateRequest?.certificateTypes?.join(), 'the certificate types')
    if (flags.has('expect-no-secure-renegotiation')) expect(!tls.secureRenegotiation, 'no secure renegotiation')
    if (flags.has('expect-secure-renegotiation')) expect(tls.secureRenegotiation !== false, 'secure renegotiation')
    const scheme = flags.int('expect-peer-signature-algorithm')
    const peerScheme = offered ? offered.peerSignatureScheme : tls.peerSignatureScheme
    if (scheme) expect(peerScheme === scheme, `peer signature ${peerScheme}`)
    const curve = flags.int('expect-curve-id')
    if (curve !== undefined) expect(tls.groupId === curve, `group ${tls.group}`)
    const suite = offered ? offered.cipherSuite : tls.cipherSuite
    for (const flag of ['expect-cipher', 'expect-cipher-aes']) {
      const expected = flags.int(flag)
      if (expected !== undefined) expect(suite === expected, `cipher suite ${suite}`)
    }
    if (!early) {
      if (flags.has('expect-accept-early-data')) expect(tls.earlyDataAccepted === true, 'early data accepted')
      if (flags.has('expect-reject-early-data')) expect(tls.earlyDataAccepted !== true, 'early data rejected')
      const reason = flags.text('expect-early-data-reason')
      if (reason !== undefined) expect(reasonName(tls) === reason, `early data ${reasonName(tls)}`)
    }
    const certificates = offered ? offered.peerCertificates : (tls.peerCertificates ?? [])
    const rawKey = offered ? offered.peerRawPublicKey : tls.peerRawPublicKey
    const type = flags.int('expect-peer-certificate-type')
    if (type !== undefined) expect((rawKey ? 2 : 0) === type, 'the certificate type')
    if (
      flags.has('expect-no-peer-cert') ||
      flags.text('psk') !== undefined ||
      this.#usedPsk(flags) ||
      flags.bytes('expect-peer-rpk-sha256')
    ) {
      expect(certificates.length === 0, 'no peer certificate')
    } else if (!server || flags.has('require-any-client-certificate')) {
      expect(certificates.length > 0, 'a peer certificate')
    }
    const skew = flags.int('expect-ticket-age-skew')
    if (isResume && skew !== undefined) expect(tls.ticketAgeSkew === skew, `ticket age skew ${tls.ticketAgeSkew}`)
    const selected = flags.int('expect-selected-credential')
    if (selected !== undefined) {
      expect(this.#selectedCredential(flags) === selected, `credential ${this.#selectedCredential(flags)}`)
    }
    if (!early) expect((tls.ech === 'accepted') === flags.has('expect-ech-accept'), `ECH ${tls.ech}`)
    if (flags.has('expect-hrr')) expect(tls.helloRetried, 'a HelloRetryRequest')
    if (flags.has('expect-no-hrr')) expect(!tls.helloRetried, 'no HelloRetryRequest')
  }

  #usedPsk(_flags: Flags): boolean {
    return this.tls.pskIdentity !== undefined
  }

  #selectedCredential(flags: Flags): number {
    const psk = this.tls.pskIdentity
    if (psk !== undefined) {
      return flags.credentials.findIndex(
        ({ kind, flags: own }) => kind === 'psk' && equal(own.bytes('psk-importer-identity') ?? new Uint8Array(0), psk),
      )
    }
    const used = this.tls.credential
    if (used === undefined) return -1
    const { numbers } = credentials(flags)
    for (const [credential, number] of numbers) {
      // Made anew for each connection: compared by what they hold.
      const shown = credential.rawPublicKey ? used.rawPublicKey !== undefined : credential.chain === used.chain
      if (shown && credential.signer.publicKey === used.signer.publicKey) {
        if ((credential.signatureSchemes ?? []).join() === (used.signatureSchemes ?? []).join()) return number
      }
    }
    return -1
  }

  #checkAuthentication(flags: Flags): void {
    const { tls } = this
    const early = this.#early ? this.state.session : undefined
    const response = flags.bytes('expect-ocsp-response')
    const gotResponse = early ? early.ocspResponse : tls.ocspResponse
    if (response) expect(gotResponse !== undefined && equal(gotResponse, response), 'the OCSP response')
    const scts = flags.bytes('expect-signed-cert-timestamps')
    const gotScts = early ? early.sctList : tls.sctList
    if (scts) expect(gotScts !== undefined && equal(gotScts, scts), 'the SCT list')
    if (flags.has('expect-verify-result')) {
      const verdict = early ? early.verified : tls.peerVerification
      expect((verdict?.ok ?? true) === !flags.has('verify-fail'), 'the verify result')
    }
    const file = flags.text('expect-peer-cert-file')
    if (file !== undefined) {
      const wanted = chains.get(file)
      const got = (early ? early.peerCertificates : tls.peerCertificates) ?? []
      expect(wanted.length === got.length && wanted.every((der, i) => equal(der, got[i])), "the peer's certificates")
    }
  }

  // --- Data

  async #application(flags: Flags, firstTry: boolean): Promise<void> {
    const { tls } = this
    const length = flags.int('export-keying-material')
    if (length !== undefined) {
      // An implicit handshake is driven by the first call that needs it.
      if (tls.side === 'client' && !this.#early) await this.#turnUntil(() => tls.writable)
      const context = flags.has('use-export-context') ? utf8(flags.text('export-context') ?? '') : undefined
      await this.#write(tls.exportKeyingMaterial(flags.text('export-label') ?? '', length, context))
    }
    if (flags.has('export-traffic-secrets')) {
      const { read, write } = tls.trafficSecrets!
      await this.#write(Uint8Array.of(read.length, read.length >>> 8))
      await this.#write(read.slice())
      await this.#write(write.slice())
    }
    if (flags.has('tls-unique')) await this.#write(tlsUnique(tls))
    if (flags.has('send-alert')) {
      await this.#turnUntil(() => this.#handshakeDone)
      tls.abort(Alert.decompression_failure)
      await this.#send()
      return
    }
    let unfinished = false
    const first = utf8(flags.text('shim-initial-write') ?? 'hello')
    if (flags.has('write-different-record-sizes')) {
      for (const size of [0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769]) {
        await this.#write(new Uint8Array(size).fill(0x42))
      }
      return
    } else if (flags.has('read-with-unfinished-write')) {
      tls.write(this.#queueWrite(first))
      await this.#send(1)
      unfinished = true
    } else if (flags.has('shim-writes-first')) {
      for (let i = 0; i < (flags.int('repeat-shim-initial-write') ?? 1); i++) await this.#write(first)
    }
    if (flags.has('shim-shuts-down')) return
    for (;;) {
      const bytes = await this.#read(512, flags.has('use-exporter-between-reads'))
      if (bytes === undefined) return
      if (tls.side === 'client' && firstTry && flags.has('expect-reject-early-data')) {
        throw new Mismatch('data instead of a rejection of the early data')
      }
      expect(this.#handshakeDone || tls.earlyDataAccepted === true, 'a handshake before data')
      if (unfinished) {
        unfinished = false
        await this.#release()
      }
      if (flags.has('key-update')) tls.updateKeys()
      for (let i = 0; i < bytes.length; i++) bytes[i] ^= 0xff
      await this.#write(bytes)
    }
  }

  /** Takes bytes, as early data while that is possible. @returns what did not fit there */
  #queueWrite(bytes: Uint8Array): Uint8Array {
    const taken = this.#early ? this.tls.writeEarly(bytes) : 0
    return bytes.subarray(taken)
  }

  async #write(bytes: Uint8Array): Promise<void> {
    // Whether there will be early data shows when the session has been verified again, and the ClientHello is out.
    if (this.#beforeHello) await this.#turnUntil(() => !this.#beforeHello)
    const rest = this.#queueWrite(bytes)
    if (rest.length > 0) {
      if (this.tls.side === 'client') await this.#turnUntil(() => this.tls.writable)
      else await this.#turnUntil(() => this.#handshakeDone || this.tls.earlyDataAccepted === true)
      this.tls.write(rest)
    }
    await this.#send()
    this.#check()
  }

  /** Up to `limit` bytes, or `undefined` at the end. */
  async #read(limit: number, exporting: boolean): Promise<Uint8Array | undefined> {
    await this.#turnUntil(() => {
      if (exporting && this.#handshakeDone) this.tls.exportKeyingMaterial('', 1)
      return this.#received.length > 0 || this.#eof
    })
    const chunk = this.#received.shift()
    if (chunk === undefined) return undefined
    if (chunk.length > limit) this.#received.unshift(chunk.subarray(limit))
    return chunk.slice(0, limit)
  }

  // --- End

  #checkSession(flags: Flags): void {
    const renegotiations = flags.int('expect-total-renegotiations') ?? 0
    expect(this.tls.renegotiations === renegotiations, `${this.tls.renegotiations} renegotiations`)
    if (this.tls.side === 'server' || this.tls.version !== 0x0304) return
    const wanted = !flags.has('expect-no-session') && !flags.has('shim-shuts-down')
    expect(wanted === this.gotSession, `new session: ${this.gotSession}`)
    if (wanted) {
      const early = (this.state.session?.maxEarlyData ?? 0) > 0
      expect(flags.has('expect-ticket-supports-early-data') === early, `early data with the session: ${early}`)
    }
  }

  async #shutdown(flags: Flags): Promise<void> {
    if (!flags.has('check-close-notify')) {
      await this.#send()
      return
    }
    this.tls.close()
    await this.#send()
    if (flags.has('shim-shuts-down')) {
      await this.#turnUntil(() => {
        // Below TLS 1.3 whoever has said goodbye does not want to hear more.
        if (this.tls.version !== 0x0304 && this.#received.length > 0) {
          throw new Error(':APPLICATION_DATA_AFTER_CLOSE_NOTIFY:')
        }
        return this.#eof
      })
    }
    if (!this.#cleanEof) throw new Error('Unexpected SSL_shutdown result: -1 != 1')
  }

  // --- Turning the wheel

  async #turnUntil(done: () => boolean): Promise<void> {
    for (;;) {
      this.#drain()
      await this.#send()
      this.#check()
      if (done()) return
      if (this.tls.waiting !== undefined) {
        await new Promise<void>((resolve) => {
          this.tls.onWake = resolve
        })
        continue
      }
      if (this.#eof) throw new Mismatch('the connection ended')
      const bytes = await this.transport.read()
      if (bytes === undefined) this.tls.receiveEnd()
      else this.tls.receive(bytes)
    }
  }

  #drain(): void {
    for (const event of this.tls.takeEvents()) {
      if (event.type === 'data') this.#received.push(event.bytes.slice())
      else if (event.type === 'secure') {
        this.#handshakeDone = true
        // A renegotiation asks again, whether or not the certificate is another.
        this.seen.verified = false
      } else if (event.type === 'earlyData') this.#rejected = !event.accepted
      else if (event.type === 'session') {
        this.gotSession = true
        this.state.session = event.session
      } else if (event.type === 'renegotiationRequest') {
        if (this.tls.side === 'client') this.tls.renegotiate()
      } else if (event.type === 'closeNotify') this.#eof = this.#cleanEof = true
      else if (event.type === 'truncated') this.#eof = true
    }
  }

  /** Reports what stands in the way: the connection's error, or a rejection nobody has seen yet. */
  #check(): void {
    const { error } = this.tls
    // What came before the error is delivered first, as it would be by reads.
    if (error !== undefined && this.#received.length === 0) throw error as TlsError
    if (this.#rejected && !this.#rejectionSeen) throw new EarlyDataRejected()
  }

  /** @param limit so many bytes go out, and the rest is held back until {@link #release} */
  async #send(limit?: number): Promise<void> {
    // With a write under way nothing more is asked for, unless the handshake needs it to go on.
    if (limit === undefined && this.#held !== undefined && this.#handshakeDone) return
    const pieces = this.tls.takeOutput()
    this.#drain()
    if (limit !== undefined) {
      const all = Buffer.concat(pieces)
      this.#held = [new Uint8Array(all.subarray(limit))]
      await this.transport.write([all.subarray(0, limit)])
    } else {
      const held = this.#held ?? []
      this.#held = undefined
      await this.transport.write([...held, ...pieces])
    }
  }

  async #release(): Promise<void> {
    const held = this.#held ?? []
    this.#held = undefined
    await this.transport.write(held)
  }
}

/** BoringSSL's names. */
function reasonName(tls: TlsConnection): string {
  const reason = tls.earlyDataReason
  if (reason === 'accepted') return 'accept'
  if (reason === 'not_offered') return tls.resumed ? 'peer_declined' : 'no_session_offered'
  return reason ?? 'unknown'
}

/** RFC 5929 §3.1: the first Finished of the last handshake. After a resumption only the extended secret makes it unique. */
function tlsUnique(tls: TlsConnection): Uint8Array {
  if (tls.resumed && !tls.extendedMasterSecret) throw new Mismatch('failed to get tls-unique')
  const first = (tls.side === 'client') === !tls.resumed ? tls.localFinished : tls.peerFinished
  return first!
}
