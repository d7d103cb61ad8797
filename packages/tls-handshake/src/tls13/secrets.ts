import type { Hash } from '@x/crypto-primitives'
import type { Connection12 } from '../tls12/state.ts'
import type { TrafficCipher } from './traffic-keys.ts'

/** The secrets that outlive a handshake. They belong to the connection, which wipes them. */
export interface ConnectionSecrets {
  /** Of the negotiated suite, TLS 1.3. */
  hash?: Hash
  earlyExporter?: Uint8Array
  /** Hash of `earlyExporter`'s PSK. */
  earlyHash?: Hash
  exporter?: Uint8Array
  cipher?: TrafficCipher
  /** The current application traffic secrets. */
  read?: Uint8Array
  write?: Uint8Array
  /** TLS up to 1.2: what exporters need. */
  tls12?: Connection12
}
