import { configError, MAX_PLAINTEXT, Version } from '@x/tls-record'
import { Writer } from '../codec/writer.ts'
import { alpn } from '../extensions/alpn.ts'
import { compressCertificate } from '../extensions/compress-certificate.ts'
import { cookie } from '../extensions/cookie.ts'
import { earlyData } from '../extensions/early-data.ts'
import { clientKeyShares, type KeyShareEntry } from '../extensions/key-share.ts'
import { maxFragmentLength } from '../extensions/max-fragment-length.ts'
import { postHandshakeAuth } from '../extensions/post-handshake-auth.ts'
import { PskMode, pskKeyExchangeModes } from '../extensions/psk-key-exchange-modes.ts'
import { recordSizeLimit } from '../extensions/record-size-limit.ts'
import { serverName } from '../extensions/server-name.ts'
import { signatureAlgorithms, signatureAlgorithmsCert } from '../extensions/signature-algorithms.ts'
import { sctRequest } from '../extensions/signed-certificate-timestamp.ts'
import { statusRequest } from '../extensions/status-request.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import { supportedVersions } from '../extensions/supported-versions.ts'
import { publicRandom } from '../handshake/public-random.ts'
import type { Flow } from '../handshake/step.ts'
import { writeClientHelloFields } from '../messages/client-hello.ts'
import { HandshakeType } from '../messages/handshake-message.ts'
import { FALLBACK_SCSV } from '../registry/cipher-suites.ts'
import type { Group } from '../registry/groups.ts'
import { isScheme12 } from '../registry/signature-schemes.ts'
import type { ClientContext } from './client-context.ts'
import { type PendingExtension, pending } from './pending-extension.ts'

/** The first ClientHello (RFC 9846 §4.2.2), and with it the start of early data. */
export function* sendClientHello(hs: ClientContext): Flow {
  const { config, provider } = hs
  if ((!hs.version13 || hs.suites13.length === 0) && hs.olderSuites.length === 0) {
    throw configError('NO_CIPHERS_AVAILABLE', 'no cipher suite is enabled')
  }
  if (config.grease) hs.grease = hs.parts.helloForm!.grease(provider)
  if (hs.session) yield* hs.parts.preSharedKeys!.recall(hs)
  hs.offerOlderSession()
  if (hs.version13) {
    // RFC 9846 §4.2.2 #9, #10, #11: a legacy_session_id makes middleboxes believe in a resumption.
    if (config.middleboxCompatibility !== false && hs.sessionId.length === 0) {
      hs.sessionId = publicRandom(provider, 32)
    }
    hs.psks = hs.parts.preSharedKeys?.offer(hs) ?? []
    // RFC 9846 §2.2 #1, RFC 9846 §4.3.8 #3, #6, #10: of groups on offer, and another each time.
    for (const group of initialKeyShares(hs)) {
      hs.agreements.set(group.id, provider.groups[group.name]!.initiate())
    }
    // RFC 9846 F.5 #3: only where it is asked for.
    if (config.earlyData) hs.parts.earlyData!.prepare(hs)
    else hs.facts.earlyDataReason = 'disabled'
  }
  hs.offeredSuites = [
    ...(hs.version13 ? hs.suites13.map(({ id }) => id) : []),
    ...hs.olderSuites,
    ...(config.fallbackScsv ? [FALLBACK_SCSV] : []),
  ]
  const hello = encodeClientHello(hs, true)
  hs.send(hello)
  // RFC 9846 §5.1 #13, #17, RFC 9846 E.5 #5, #10: only the record of the first ClientHello says 0x0301.
  hs.wire.flush()
  hs.wire.writer.version = Math.min(hs.versions[0], Version.TLS12)
  if (hs.earlyData) hs.parts.earlyData!.start(hs, hello)
}

/** The second ClientHello: as the first, except for what RFC 9846 §4.2.2 lists. */
export function sendSecondClientHello(hs: ClientContext): void {
  hs.send(encodeClientHello(hs, false))
}

/** Groups to send shares for: those asked for, or the one this server took last time, or the one we like best. */
function initialKeyShares(hs: ClientContext): Group[] {
  const asked = hs.config.keyShares
  if (asked === undefined) {
    const last = hs.psks[0]?.session?.group
    return [hs.groups13.find(({ id }) => id === last) ?? hs.groups13[0]].filter((group) => group !== undefined)
  }
  return asked.flatMap((name) => hs.groups13.filter((group) => group.name === name))
}

function encodeClientHello(hs: ClientContext, first: boolean): Uint8Array {
  const { grease } = hs
  const writer = new Writer(2048)
  let types: readonly number[] = []
  writer.u8(HandshakeType.client_hello).within24(() => {
    // RFC 9846 §4.2.2 #6, RFC 9846 E.5 #8: legacy_version is TLS 1.2's.
    writeClientHelloFields(writer, {
      version: Math.min(hs.versions[0], Version.TLS12),
      random: hs.random,
      sessionId: hs.sessionId,
      cipherSuites: grease ? [grease.suite, ...hs.offeredSuites] : hs.offeredSuites,
    })
    writer.within16(() => {
      types = writeExtensions(hs, writer, first)
    })
  })
  hs.offeredExtensions = new Set(types)
  const { rewriteClientHello } = hs.config
  const hello = rewriteClientHello
    ? hs.parts.helloForm!.adopt(hs, rewriteClientHello(writer.finish()))
    : writer.finish()
  if (hs.psks.length > 0) hs.parts.preSharedKeys!.bind(hs, hello)
  return hello
}

function writeExtensions(hs: ClientContext, writer: Writer, first: boolean): readonly number[] {
  let extensions = [...commonExtensions(hs), ...hs.olderExtensions, ...(hs.version13 ? extensions13(hs, first) : [])]
  if (hs.config.permuteExtensions) extensions = hs.parts.helloForm!.permute(hs, extensions)
  if (hs.grease) {
    extensions.unshift({ type: hs.grease.firstExtension, encode: () => {} })
    extensions.push({ type: hs.grease.lastExtension, encode: (target) => target.u8(0) })
  }
  // RFC 9846 §4.3.11 #15, RFC 9846 §4.3 #8: pre_shared_key is the last one.
  if (hs.psks.length > 0) extensions.push(hs.parts.preSharedKeys!.extension(hs))
  for (const { type, encode } of extensions) writer.u16(type).within16(() => encode(writer))
  return extensions.map(({ type }) => type)
}

/** Those that every version understands; RFC 9846 §9.2 #1, #7, #8, #13, RFC 9846 §4.5.1.2 #6, with what TLS 1.3 adds. RFC 9846 E.5 #12: no truncated_hmac. */
function commonExtensions(hs: ClientContext): PendingExtension[] {
  const { config, grease } = hs
  const list: PendingExtension[] = []
  if (config.serverName) list.push(pending(serverName, config.serverName))
  const known = [...(hs.version13 ? hs.groups13 : []), ...hs.olderGroups]
  // RFC 9846 §4.3.7 #1: none twice; RFC 9846 §9.2 #5. RFC 7919 §3 #1, #4: of all kinds, those that can be used.
  const groups = [...new Set(known.map(({ id }) => id))]
  if (groups.length > 0) list.push(pending(supportedGroups, grease ? [grease.group, ...groups] : groups))
  if (config.alpnProtocols?.length) list.push(pending(alpn, config.alpnProtocols))
  if (config.requestOcsp) list.push(pending(statusRequest, true))
  // RFC 9846 §4.3.3 #2, RFC 9846 §9.2 #4. A client that can verify no certificate has no use for one. RFC 5246 §7.4.1.4.1 #3, #5: not below TLS 1.2.
  if (!hs.requiresPsk && hs.versions[0] >= Version.TLS12) {
    const schemes = hs.version13 ? hs.signatureSchemes : hs.signatureSchemes.filter(isScheme12)
    list.push(pending(signatureAlgorithms, grease ? [grease.signatureScheme, ...schemes] : schemes))
  }
  if (config.certificateSignatureSchemes) {
    list.push(pending(signatureAlgorithmsCert, config.certificateSignatureSchemes))
  }
  if (config.requestSct) list.push(pending(sctRequest, true))
  if (config.maxFragmentLength) list.push(pending(maxFragmentLength, config.maxFragmentLength))
  if (config.recordSizeLimit) {
    // RFC 8449 §4 #2: the most that a record of the best version holds, with its type in TLS 1.3.
    list.push(pending(recordSizeLimit, Math.min(config.recordSizeLimit, MAX_PLAINTEXT + (hs.version13 ? 1 : 0))))
  }
  if (hs.parts.rawPublicKeys) list.push(...hs.parts.rawPublicKeys.offer(hs))
  return list
}

/** Those of TLS 1.3. */
function extensions13(hs: ClientContext, first: boolean): PendingExtension[] {
  const { config, grease } = hs
  const list: PendingExtension[] = []
  const shares: KeyShareEntry[] = [...hs.agreements].map(([group, { share }]) => ({ group, keyExchange: share }))
  if (grease && first) shares.unshift({ group: grease.group, keyExchange: Uint8Array.of(0) })
  // RFC 9846 §9.2 #6.
  list.push(pending(clientKeyShares, shares))
  // RFC 9846 §4.3.9 #1, #2. Sent without a PSK as well: it asks for tickets that can be used with key exchange.
  if (hs.parts.preSharedKeys && (config.tickets !== false || hs.psks.length > 0)) {
    list.push(
      pending(
        pskKeyExchangeModes,
        hs.pskModes.map((mode) => PskMode[mode]),
      ),
    )
  }
  if (hs.earlyData && first) list.push(pending(earlyData, true))
  // RFC 9846 §4.3.1 #1, RFC 9846 §9.2 #3.
  list.push(pending(supportedVersions, grease ? [grease.version, ...hs.versions] : hs.versions))
  // RFC 9846 §4.3.2 #2, #3: what a HelloRetryRequest had, and no other.
  if (hs.cookie) list.push(pending(cookie, hs.cookie))
  const algorithms = (config.certificateCompression ?? []).filter(({ decompress }) => decompress).map(({ id }) => id)
  if (algorithms.length > 0) list.push(pending(compressCertificate, algorithms))
  if (hs.wire.quic) list.push(hs.wire.quic.offer())
  if (config.postHandshakeAuth) list.push(pending(postHandshakeAuth, true))
  return list
}

/** The group that a number in a server's answer names, if we offered it. */
export function offeredGroup(hs: ClientContext, id: number): Group | undefined {
  return hs.groups13.find((group) => group.id === id)
}
