import { answered, bytes, localError, peerError } from '@x/tls-record'
import { equalBytes } from '../codec/bytes.ts'
import type { ClientHelloInfo, Credential, ServerConfig } from '../config.ts'
import { own } from '../handshake/own.ts'
import { answer, type Flow } from '../handshake/step.ts'
import type { ServerContext } from './server-context.ts'

/** What a server of any version asks the application for. */

/** ALPN (RFC 7301 §3.2 #2, #3, #4): once, on resumption too. */
export function* selectProtocol(hs: ServerContext, hello: ClientHelloInfo): Flow {
  const { config, pending } = hs
  const offered = hello.alpnProtocols
  if (offered === undefined) return
  let selected: Uint8Array | undefined
  if (config.selectAlpn) {
    selected = yield* answer('selectAlpn', () => config.selectAlpn!(offered))
    if (selected !== undefined) answered('selectAlpn', bytes(), selected)
    if (selected !== undefined && !offered.some((protocol) => equalBytes(protocol, selected!))) {
      throw localError('INVALID_ALPN_PROTOCOL', 'selectAlpn chose a protocol that the client did not offer')
    }
  } else if (config.alpnProtocols?.length) {
    selected = config.alpnProtocols.find((ours) => offered.some((theirs) => equalBytes(ours, theirs)))
    if (selected === undefined) {
      throw peerError('no_application_protocol', 'NO_APPLICATION_PROTOCOL', 'no application protocol in common')
    }
  }
  pending.alpnProtocol = selected
}

/** The OCSP response to staple: the callback's, or the credential's own. */
export function* staple(
  config: ServerConfig,
  credential: Credential,
  hello: ClientHelloInfo,
): Flow<Uint8Array | undefined> {
  const { ocspResponse } = config
  if (ocspResponse === undefined) return own(credential, 'ocspResponse')
  const response = yield* answer('ocspResponse', () => ocspResponse(credential, hello))
  if (response === null || response === undefined) return undefined
  // RFC 6066 §8: an OCSPResponse has a byte at least.
  return answered('ocspResponse', bytes(), response).length > 0 ? response : undefined
}
