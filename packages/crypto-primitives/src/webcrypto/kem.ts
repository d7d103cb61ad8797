import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import { hybridGroup } from '../groups/hybrid.ts'
import { type Kem, type KemKey, kemGroup } from '../groups/mlkem.ts'
import type { Awaitable, CryptoProvider, GroupName, KeyAgreement, KeyExchangeGroup } from '../provider.ts'
import { randomBytes } from '../random.ts'

/** What is used of a `SubtleCrypto` that has ML-KEM. */
export interface SubtleKem {
  importKey(format: string, key: never, algorithm: object, extractable: boolean, usages: string[]): Promise<unknown>
  encapsulateBits?(algorithm: object, key: never): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>
  decapsulateBits?(algorithm: object, key: never, ciphertext: Uint8Array): Promise<ArrayBuffer>
}

export type KemName = 'MLKEM512' | 'MLKEM768' | 'MLKEM1024'

const NAMES: Readonly<Record<KemName, string>> = {
  MLKEM512: 'ML-KEM-512',
  MLKEM768: 'ML-KEM-768',
  MLKEM1024: 'ML-KEM-1024',
}

/** Bytes of the seed that a key is made from (FIPS 203 §7.1: d ‖ z). */
const SEED_LENGTH = 64

/**
 * A KEM whose keys are made in JavaScript, since a share is wanted at once, and used by WebCrypto, which is waited for.
 * Where WebCrypto refuses, for whatever reason, JavaScript decides.
 */
function groupByWebCrypto(name: KemName, kem: Kem, subtle: SubtleKem): KeyExchangeGroup {
  const own = kemGroup(name, kem)
  const algorithm = { name: NAMES[name] }
  const use = async <T>(format: string, key: Uint8Array, usage: string, work: (key: never) => Promise<T>) => {
    try {
      return await work((await subtle.importKey(format, key as never, algorithm, false, [usage])) as never)
    } catch {
      return undefined
    }
  }
  return {
    ...own,
    initiate: () =>
      new Decapsulation(name, kem, (seed, ciphertext) =>
        use('raw-seed', seed, 'decapsulateBits', (key) => subtle.decapsulateBits!(algorithm, key, ciphertext)),
      ),
    respond(share): Awaitable<{ share: Uint8Array; secret: Uint8Array }> {
      expectLength(`${name} encapsulation key`, share, own.initiatorShareLength, 'INVALID_SHARE')
      const given = new Uint8Array(share)
      return use('raw-public', given, 'encapsulateBits', (key) => subtle.encapsulateBits!(algorithm, key)).then(
        (made) =>
          made
            ? { share: new Uint8Array(made.ciphertext), secret: new Uint8Array(made.sharedKey) }
            : own.respond(given),
      )
    },
  }
}

class Decapsulation implements KeyAgreement {
  readonly share: Uint8Array
  #seed: Uint8Array | undefined
  readonly #key: KemKey

  constructor(
    private readonly name: string,
    private readonly kem: Kem,
    private readonly decapsulate: (seed: Uint8Array, ciphertext: Uint8Array) => Promise<ArrayBuffer | undefined>,
  ) {
    this.#seed = randomBytes(SEED_LENGTH)
    this.#key = kem.generate(this.#seed)
    this.share = this.#key.encapsulationKey
  }

  complete(given: Uint8Array): Awaitable<Uint8Array> {
    const seed = this.#seed
    if (!seed) throw new CryptoError('OPERATION_FAILED', `${this.name} agreement was already completed or destroyed`)
    this.#seed = undefined
    const wipe = () => {
      seed.fill(0)
      this.#key.wipe()
    }
    if (given.length !== this.kem.ciphertextLength) wipe()
    expectLength(`${this.name} ciphertext`, given, this.kem.ciphertextLength, 'INVALID_SHARE')
    const ciphertext = new Uint8Array(given)
    return this.decapsulate(seed, ciphertext)
      .then((secret) => (secret ? new Uint8Array(secret) : this.#key.decapsulate(ciphertext)))
      .finally(wipe)
  }

  destroy(): void {
    this.#seed?.fill(0)
    this.#seed = undefined
    this.#key.wipe()
  }
}

/** Hybrids by their parts, in the order of their shares. */
const HYBRIDS: readonly (readonly [GroupName, GroupName, GroupName])[] = [
  ['X25519MLKEM768', 'MLKEM768', 'x25519'],
  ['SecP256r1MLKEM768', 'secp256r1', 'MLKEM768'],
  ['SecP384r1MLKEM1024', 'secp384r1', 'MLKEM1024'],
]

/** The base's groups, with these KEMs used by WebCrypto, alone and in hybrids. */
export function groupsByWebCrypto(
  base: CryptoProvider['groups'],
  kems: Readonly<Partial<Record<KemName, Kem>>>,
  subtle: SubtleKem,
): CryptoProvider['groups'] {
  const groups: Partial<Record<GroupName, KeyExchangeGroup>> = { ...base }
  for (const [name, kem] of Object.entries(kems) as [KemName, Kem | undefined][]) {
    if (kem && groups[name]) groups[name] = groupByWebCrypto(name, kem, subtle)
  }
  for (const [name, first, second] of HYBRIDS) {
    const [a, b] = [groups[first], groups[second]]
    if (groups[name] && a && b) groups[name] = hybridGroup(name, a, b)
  }
  return groups
}
