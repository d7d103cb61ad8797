import { answered, bytes } from '@x/tls-record'
import { RENEGOTIATION_INFO } from '../extensions/renegotiation-info.ts'
import { decodeClientHello } from '../messages/client-hello.ts'
import { HandshakeType } from '../messages/handshake-message.ts'
import { EMPTY_RENEGOTIATION_INFO_SCSV } from '../registry/cipher-suites.ts'
import { greaseValues } from '../registry/grease.ts'
import type { ClientContext, ClientParts } from './client-context.ts'
import type { PendingExtension } from './pending-extension.ts'

/** GREASE (RFC 8701), extensions in an order of their own, and hellos rewritten byte for byte. */
export const helloForms: ClientParts = { helloForm: { grease: greaseValues, permute, adopt } }

/** Shuffles the extensions once; the second hello keeps the order of the first. */
function permute(hs: ClientContext, extensions: PendingExtension[]): PendingExtension[] {
  if (hs.extensionOrder === undefined) {
    const order = extensions.map(({ type }) => type)
    const random = hs.provider.randomBytes(2 * order.length)
    for (let i = order.length - 1; i > 0; i--) {
      const j = ((random[2 * i] << 8) | random[2 * i + 1]) % (i + 1)
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    hs.extensionOrder = order
  }
  const rank = new Map(hs.extensionOrder.map((type, index) => [type, index]))
  return extensions.sort((a, b) => (rank.get(a.type) ?? rank.size) - (rank.get(b.type) ?? rank.size))
}

function adopt(hs: ClientContext, raw: Uint8Array): Uint8Array {
  answered('rewriteClientHello', bytes(4), raw)
  const hello = decodeClientHello({ type: HandshakeType.client_hello, body: raw.subarray(4), raw })
  hs.random = hello.random
  hs.sessionId = hello.sessionId
  hs.offeredSuites = [...hello.cipherSuites]
  const types = hello.extensions.types
  // RFC 5746 §3.3: the signalling suite asks for renegotiation_info too.
  if (hello.cipherSuites.includes(EMPTY_RENEGOTIATION_INFO_SCSV)) types.push(RENEGOTIATION_INFO.type)
  hs.offeredExtensions = new Set(types)
  return raw
}
