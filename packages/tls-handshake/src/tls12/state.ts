import type { Hash } from '@x/crypto-primitives'
import type { CipherSuite12 } from '../registry/cipher-suites12.ts'

/** What a connection of TLS up to 1.2 has agreed on. */
export interface Connection12 {
  readonly version: number
  readonly suite: CipherSuite12
  /** Of the PRF. */
  readonly hash: Hash
  readonly master: Uint8Array
  readonly randoms: { readonly client: Uint8Array; readonly server: Uint8Array }
}

/** verify_data of the last handshake, which the next one is bound to (RFC 5746 §3.1). */
export interface FinishedPair {
  readonly client: Uint8Array
  readonly server: Uint8Array
}
