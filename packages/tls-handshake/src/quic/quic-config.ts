import { bytes, configError, Version } from '@x/tls-record'
import { configTable, type OptionRows, readConfig } from '../checked-config.ts'
import type { ClientConfig, ServerConfig, TlsConfig } from '../config.ts'

/** What QUIC's own part of a configuration says. */
export interface QuicOptions {
  /** The extension quic_transport_parameters as QUIC encodes it (RFC 9000 §18). */
  readonly transportParameters: Uint8Array
}

/** A client's configuration for QUIC: ALPN must be there; what is of records or of TLS up to 1.2 must not. */
export type QuicClientConfig = ClientConfig & QuicOptions

/** A server's. */
export type QuicServerConfig = ServerConfig &
  QuicOptions & {
    /**
     * What the server must remember of the connection that gave a ticket, to take early data by it: transport parameters
     * and settings of the application (RFC 9001 §4.6.3). Where it is another than the ticket's, early data is rejected.
     */
    readonly earlyDataContext?: Uint8Array
  }

const QUIC_ROWS: OptionRows = [[/* @__PURE__ */ bytes(), 'transportParameters earlyDataContext']]

/** Options of records, of what QUIC has its own form of, or of what RFC 9001 forbids (§4.4, §8.4). */
const WITHOUT_MEANING = [
  'recordSizeLimit',
  'maxFragmentLength',
  'maxSendFragment',
  'padding',
  'postHandshakeAuth',
  'falseStart',
  'middleboxCompatibility',
  'fallbackScsv',
] as const

/**
 * A configuration for QUIC, checked whole.
 *
 * @throws {TlsError} `INVALID_ARGUMENT` for what is no option, has no meaning in QUIC, or is missing
 */
export function readQuicConfig<C extends TlsConfig & QuicOptions>(what: string, rows: OptionRows, given: C): C {
  const config = readConfig(what, configTable([...rows, ...QUIC_ROWS]), given)
  if (config.transportParameters === undefined) {
    throw configError('INVALID_ARGUMENT', `${what}: transportParameters must be given`)
  }
  // RFC 9001 §8.1: unless another way of agreeing on a protocol is there, ALPN is a must.
  if (!config.alpnProtocols?.length && !('selectAlpn' in config)) {
    throw configError(
      'NO_APPLICATION_PROTOCOL',
      `${what}: alpnProtocols must have a protocol`,
      'no_application_protocol',
    )
  }
  const odd = WITHOUT_MEANING.find((name) => (config as Record<string, unknown>)[name])
  if (odd) throw configError('INVALID_ARGUMENT', `${what}: ${odd} has no meaning in QUIC`)
  // RFC 9001 §4.2.
  if (config.versions?.some((version) => version !== Version.TLS13) || config.versions?.length === 0) {
    throw configError('NO_PROTOCOLS_AVAILABLE', `${what}: versions must be TLS 1.3 alone`, 'protocol_version')
  }
  const settled: Partial<QuicServerConfig & QuicClientConfig> = {
    versions: [Version.TLS13],
    // RFC 9001 §8.4.
    middleboxCompatibility: false,
  }
  // RFC 9001 §4.6.1: how much early data there may be is said by QUIC.
  if ('maxEarlyData' in config && config.maxEarlyData) Object.assign(settled, { maxEarlyData: ANY_EARLY_DATA })
  return Object.assign(Object.create(config) as C, settled)
}

/** max_early_data_size in a ticket of QUIC (RFC 9001 §4.6.1). */
export const ANY_EARLY_DATA = 0xffffffff
