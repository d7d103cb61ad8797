import { type AeadAlgorithm, type Hash, hkdfExpandLabel } from '@x/crypto-primitives'
import { Aead13Reader, Aead13Writer } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'

/** What turns a traffic secret into record protection: the suite's AEAD and hash. */
export interface TrafficCipher {
  readonly aead: AeadAlgorithm
  readonly hash: Hash
}

/** [sender]_write_key and _iv (RFC 9846 §7.3), used at once and wiped. */
function withKeys<T>(
  { aead, hash }: TrafficCipher,
  secret: Uint8Array,
  use: new (aead: AeadAlgorithm, key: Uint8Array, iv: Uint8Array) => T,
): T {
  const key = hkdfExpandLabel(hash, secret, 'key', EMPTY, aead.keyLength)
  const iv = hkdfExpandLabel(hash, secret, 'iv', EMPTY, aead.nonceLength)
  const protection = new use(aead, key, iv)
  key.fill(0)
  return protection
}

export function trafficWriter(cipher: TrafficCipher, secret: Uint8Array): Aead13Writer {
  return withKeys(cipher, secret, Aead13Writer)
}

export function trafficReader(cipher: TrafficCipher, secret: Uint8Array): Aead13Reader {
  return withKeys(cipher, secret, Aead13Reader)
}
