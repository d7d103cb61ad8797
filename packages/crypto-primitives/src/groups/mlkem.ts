import type { KEM } from '@noble/post-quantum/utils.js'
import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { GroupName, KeyAgreement, KeyExchangeGroup } from '../provider.ts'

/** A KEM as FIPS 203 describes it, made ready at its first use. */
export interface Kem {
  readonly encapsulationKeyLength: number
  readonly ciphertextLength: number
  /** ML-KEM.KeyGen. */
  generate(): { encapsulationKey: Uint8Array; decapsulate(ciphertext: Uint8Array): Uint8Array; wipe(): void }
  /** ML-KEM.Encaps. Throws when the key fails the modulus check (FIPS 203 §7.2). */
  encapsulate(encapsulationKey: Uint8Array): { ciphertext: Uint8Array; secret: Uint8Array }
}

/** noble's ML-KEM behind {@link Kem}. */
export function nobleKem(kem: KEM, encapsulationKeyLength: number, ciphertextLength: number): Kem {
  return {
    encapsulationKeyLength,
    ciphertextLength,
    generate() {
      const { publicKey, secretKey } = kem.keygen()
      return {
        encapsulationKey: publicKey,
        decapsulate: (ciphertext) => kem.decapsulate(ciphertext, secretKey),
        wipe: () => secretKey.fill(0),
      }
    },
    encapsulate(encapsulationKey) {
      const { cipherText, sharedSecret } = kem.encapsulate(encapsulationKey)
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
        throw new CryptoError('INVALID_SHARE', `${name} encapsulation key has coefficients out of range`, { cause })
      }
    },
  }
}

class Decapsulation implements KeyAgreement {
  #key: ReturnType<Kem['generate']> | undefined
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
