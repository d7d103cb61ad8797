import { CryptoError } from '../error.ts'
import type { Awaitable, GroupName, KeyAgreement, KeyExchangeGroup } from '../provider.ts'

/** A private value that agrees on a secret with one peer. */
export interface Ephemeral {
  /** Computed when asked for, at most once. */
  share(): Uint8Array
  /** @throws {CryptoError} `INVALID_SHARE` */
  agree(peer: Uint8Array): Uint8Array
  wipe(): void
}

/**
 * A Diffie-Hellman group, where both sides do the same: make an ephemeral, send its share, agree.
 *
 * @param make an ephemeral, of a fresh private value or of the one given
 * @param check refuses a malformed share before an ephemeral is made for it
 */
export function diffieHellmanGroup(
  name: GroupName | 'dh',
  kind: 'ecdh' | 'dh',
  shareLength: number,
  make: (privateValue?: Uint8Array) => Ephemeral,
  check: (share: Uint8Array) => void,
): KeyExchangeGroup {
  return {
    name,
    kind,
    initiatorShareLength: shareLength,
    responderShareLength: shareLength,
    initiate: () => new OnceOnly(name, make(), check),
    respond(peer) {
      check(peer)
      const ephemeral = make()
      try {
        return { share: ephemeral.share(), secret: ephemeral.agree(peer) }
      } finally {
        ephemeral.wipe()
      }
    },
    agreeWith(privateValue, share) {
      check(share)
      const ephemeral = make(privateValue)
      try {
        return ephemeral.agree(share)
      } finally {
        ephemeral.wipe()
      }
    },
  }
}

class OnceOnly implements KeyAgreement {
  #ephemeral: Ephemeral | undefined
  readonly share: Uint8Array

  constructor(
    private readonly name: string,
    ephemeral: Ephemeral,
    private readonly check: (share: Uint8Array) => void,
  ) {
    this.#ephemeral = ephemeral
    this.share = ephemeral.share()
  }

  complete(peer: Uint8Array): Awaitable<Uint8Array> {
    const ephemeral = this.#ephemeral
    if (!ephemeral)
      throw new CryptoError('OPERATION_FAILED', `${this.name} agreement was already completed or destroyed`)
    this.#ephemeral = undefined
    try {
      this.check(peer)
      return ephemeral.agree(peer)
    } finally {
      ephemeral.wipe()
    }
  }

  destroy(): void {
    this.#ephemeral?.wipe()
    this.#ephemeral = undefined
  }
}
