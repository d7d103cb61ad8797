import type { AeadAlgorithm, Hash } from '@x/crypto-primitives'
import { PlaintextReader, PlaintextWriter, type ReadProtection, type WriteProtection } from '@x/tls-record'

/**
 * What protects one direction from here on. Records take the reader or the writer; a transport with a protection of its
 * own, as QUIC (RFC 9001 §5.1), takes the secret.
 */
export interface Keys {
  reader(): ReadProtection
  writer(): WriteProtection
  /** TLS 1.3: the traffic secret (RFC 9846 §7.3). It is overwritten soon after the call that has it. */
  readonly secret?: Uint8Array
  /** TLS 1.3: what the secret's keys are for. */
  readonly cipher?: TrafficCipher
}

/** What turns a traffic secret into record protection: the suite's AEAD and hash. */
export interface TrafficCipher {
  /** IANA number. */
  readonly suite: number
  readonly aead: AeadAlgorithm
  readonly hash: Hash
}

/** Plaintext. */
export const NO_KEYS: Keys = { reader: () => new PlaintextReader(), writer: () => new PlaintextWriter() }
