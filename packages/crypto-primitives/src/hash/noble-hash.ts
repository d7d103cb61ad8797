import { hmac } from '@noble/hashes/hmac.js'
import type { CHash, Hash as NobleState } from '@noble/hashes/utils.js'
import type { Hash, HashName, HashState, Hmac } from '../provider.ts'

type Cloneable<T> = { _cloneInto(to?: T): T }

/** What noble offers and `HashState` asks differ in one point: noble's `digest` uses the state up. */
class NobleHashState implements HashState {
  #spare: NobleState<never> | undefined

  constructor(private readonly state: NobleState<never>) {}

  update(bytes: Uint8Array): this {
    this.state.update(bytes)
    return this
  }

  digest(): Uint8Array {
    this.#spare = (this.state as Cloneable<NobleState<never>>)._cloneInto(this.#spare)
    return this.#spare.digest()
  }

  copy(): HashState {
    return new NobleHashState((this.state as Cloneable<NobleState<never>>)._cloneInto())
  }
}

/** HMAC whose two pads are absorbed once; each `mac` starts from a copy of that state. */
class NobleHmac implements Hmac {
  readonly #keyed: NobleState<never>
  #spare: NobleState<never> | undefined

  constructor(
    hash: CHash,
    key: Uint8Array,
    readonly outputLength: number,
  ) {
    this.#keyed = hmac.create(hash, key) as unknown as NobleState<never>
  }

  mac(...parts: Uint8Array[]): Uint8Array {
    const state = (this.#keyed as Cloneable<NobleState<never>>)._cloneInto(this.#spare)
    this.#spare = state
    for (const part of parts) state.update(part)
    return state.digest()
  }

  destroy(): void {
    this.#keyed.destroy()
  }
}

/** A {@link Hash} over one of noble's. */
export function nobleHash(name: HashName, hash: CHash): Hash {
  return {
    name,
    outputLength: hash.outputLen,
    blockLength: hash.blockLen,
    digest(...parts) {
      const state = hash.create()
      for (const part of parts) state.update(part)
      return state.digest()
    },
    create: () => new NobleHashState(hash.create() as unknown as NobleState<never>),
    hmac: (key) => new NobleHmac(hash, key, hash.outputLen),
  }
}
