import { type AeadAlgorithm, hkdfExpandLabel } from '@x/crypto-primitives'
import { Aead13Reader, Aead13Writer } from '@x/tls-record'
import { EMPTY } from '../codec/bytes.ts'
import type { Keys, TrafficCipher } from '../handshake/keys.ts'

/** Keys out of a traffic secret (RFC 9846 §7.3). */
export class TrafficKeys implements Keys {
  constructor(
    readonly cipher: TrafficCipher,
    readonly secret: Uint8Array,
  ) {}

  reader(): Aead13Reader {
    return this.#derive(Aead13Reader)
  }

  writer(): Aead13Writer {
    return this.#derive(Aead13Writer)
  }

  /** [sender]_write_key and _iv, used at once and wiped. */
  #derive<T>(protection: new (aead: AeadAlgorithm, key: Uint8Array, iv: Uint8Array) => T): T {
    const { aead, hash } = this.cipher
    const key = hkdfExpandLabel(hash, this.secret, 'key', EMPTY, aead.keyLength)
    const iv = hkdfExpandLabel(hash, this.secret, 'iv', EMPTY, aead.nonceLength)
    const derived = new protection(aead, key, iv)
    key.fill(0)
    return derived
  }
}
