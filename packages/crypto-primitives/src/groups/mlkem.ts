import type { KEM } from '@noble/post-quantum/utils.js'
import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { GroupName, KeyAgreement, KeyExchangeGroup } from '../provider.ts'

/** A KEM as FIPS 203 describes it, made ready at its first use. */
export interface Kem {
  readonly encapsulationKeyLength: number
  readonly ciphertextLength: number
  /** ML-KEM.KeyGen, from a seed of 64 bytes (d ‖ z) where one is given. */
  generate(seed?: Uint8Array): KemKey
  /** A decapsulation key in FIPS 203's expanded form. Throws when its hash check fails (FIPS 203 §7.3). */
  fromDecapsulationKey(bytes: Uint8Array): Pick<KemKey, 'decapsulate'>
  /** ML-KEM.Encaps. Throws when the key fails the modulus check (FIPS 203 §7.2). */
  encapsulate(encapsulationKey: Uint8Array, random?: Uint8Array): { ciphertext: Uint8Array; secret: Uint8Array }
}

/** A KEM's private key. */
export interface KemKey {
  readonly encapsulationKey: Uint8Array
  /** FIPS 203's expanded form; absent where the platform keeps the key to itself. */
  readonly decapsulationKey?: Uint8Array
  /** ML-KEM.Decaps: for a ciphertext that is wrong, a secret that nobody else knows (implicit rejection). */
  decapsulate(ciphertext: Uint8Array): Uint8Array
  wipe(): void
}

/** Bytes of encapsulation key and ciphertext (FIPS 203 table 3). */
const LENGTHS = { ml_kem512: [800, 768], ml_kem768: [1184, 1088], ml_kem1024: [1568, 1568] } as const

/** noble's ML-KEM behind {@link Kem}. @param load gives it when it is first used */
export function nobleKem(name: keyof typeof LENGTHS, load: () => KEM): Kem {
  const [encapsulationKeyLength, ciphertextLength] = LENGTHS[name]
  return {
    encapsulationKeyLength,
    ciphertextLength,
    generate(seed) {
      const kem = load()
      const { publicKey, secretKey } = kem.keygen(seed)
      return {
        encapsulationKey: publicKey,
        decapsulationKey: secretKey,
        decapsulate: (ciphertext) => kem.decapsulate(ciphertext, secretKey),
        wipe: () => secretKey.fill(0),
      }
    },
    fromDecapsulationKey: (bytes) => ({ decapsulate: (ciphertext) => load().decapsulate(ciphertext, bytes) }),
    encapsulate(encapsulationKey, random) {
      const { cipherText, sharedSecret } = load().encapsulate(encapsulationKey, random)
      return { ciphertext: cipherText, secret: sharedSecret }
    },
  }
}

/** A key exchange group out of a KEM alone (draft-ietf-tls-mlkem). */
export function kemGroup(name: GroupName, kem: Kem): KeyExchangeGroup {
  return {
    name,
    kind: 'kem',
    initiatorShareLength: kem.encapsulationKeyLength,
    responderShareLength: kem.ciphertextLength,
    initiate: () => new Decapsulation(name, kem),
    respond(share) {
      expectLength(`${name} encapsulation key`, share, kem.encapsulationKeyLength, 'INVALID_SHARE')
      try {
        const { ciphertext, secret } = kem.encapsulate(share)
        return { share: ciphertext, secret }
      } catch (cause) {
        if (cause instanceof CryptoError) throw cause
        throw new CryptoError('INVALID_SHARE', `${name} encapsulation key has coefficients out of range`, { cause })
      }
    },
  }
}

class Decapsulation implements KeyAgreement {
  #key: KemKey | undefined
  readonly share: Uint8Array

  constructor(
    private readonly name: string,
    private readonly kem: Kem,
  ) {
    this.#key = kem.generate()
    this.share = this.#key.encapsulationKey
  }

  complete(ciphertext: Uint8Array): Uint8Array {
    const key = this.#key
    if (!key) throw new CryptoError('OPERATION_FAILED', `${this.name} agreement was already completed or destroyed`)
    this.#key = undefined
    try {
      expectLength(`${this.name} ciphertext`, ciphertext, this.kem.ciphertextLength, 'INVALID_SHARE')
      return key.decapsulate(ciphertext)
    } finally {
      key.wipe()
    }
  }

  destroy(): void {
    this.#key?.wipe()
    this.#key = undefined
  }
}
