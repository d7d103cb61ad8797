import { type AeadAlgorithm, type Hash, hkdfExpandLabel } from '@x/crypto-primitives'
import { EMPTY } from '../codec/bytes.ts'

/** What protects the packets of one level and direction (RFC 9001 §5.1). */
export interface PacketKeys {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  /** Header protection. A key update leaves it (RFC 9001 §6). */
  readonly hp: Uint8Array
}

/** Keys out of a secret that a connection gave. */
export function packetKeys({ secret, aead, hash }: PacketSecret): PacketKeys {
  const derive = (label: string, length: number) => hkdfExpandLabel(hash, secret, label, EMPTY, length)
  return {
    key: derive('quic key', aead.keyLength),
    iv: derive('quic iv', aead.nonceLength),
    hp: derive('quic hp', aead.keyLength),
  }
}

/** The secret after a key update (RFC 9001 §6.1). */
export const nextPacketSecret = ({ secret, hash }: PacketSecret): Uint8Array =>
  hkdfExpandLabel(hash, secret, 'quic ku', EMPTY, hash.outputLength)

export interface PacketSecret {
  readonly secret: Uint8Array
  readonly aead: AeadAlgorithm
  readonly hash: Hash
}
