import type { Hash } from '@x/crypto-primitives'
import type { TrafficCipher } from '../handshake/keys.ts'

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
  /** TLS up to 1.2. */
  tls12?: Secrets12
}

/** What outlives a handshake of TLS up to 1.2. Its exporter comes with it: a connection of TLS 1.3 alone needs no PRF. */
export interface Secrets12 {
  readonly master: Uint8Array
  exportKeyingMaterial(label: string, length: number, context: Uint8Array | undefined): Uint8Array
}
