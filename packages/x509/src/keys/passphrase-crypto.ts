import type { CbcCipher, CbcName, CryptoProvider, Hash, HashName, ScryptParameters } from '@x/crypto-primitives'
import { cbcCipher, rc2 } from '@x/crypto-primitives/legacy'
import { X509Error } from '../error.ts'

/**
 * A PFX whose key, certificates and MAC are each under 600,000 iterations of PBKDF2 with SHA-256, as OWASP's cheat sheet
 * for passwords asks, takes 3,600,000; one under SHA-512 twice as much.
 */
const DEFAULT_WORK = 10_000_000

/**
 * What a provider has for encrypted keys and PFX, each asked for by name, and a bound on its work over one file: a file
 * is not to say how long its reader works.
 */
export class PassphraseCrypto {
  private left: number

  /**
   * @param work hashes that key derivation may compute, in blocks of SHA-1 or SHA-256
   * @param legacyCiphers whether RC2 and single DES are known
   */
  constructor(
    readonly provider: CryptoProvider,
    private readonly work = DEFAULT_WORK,
    private readonly legacyCiphers = true,
  ) {
    this.left = work
  }

  /**
   * @param what is encrypted
   * @throws {X509Error} `PROVIDER_REQUIRED`
   */
  static by(
    provider: CryptoProvider | undefined,
    what: string,
    work?: number,
    legacyCiphers?: boolean,
  ): PassphraseCrypto {
    if (!provider)
      throw new X509Error(
        'PROVIDER_REQUIRED',
        `${what}: encryption with a passphrase takes the option "provider": nodeProvider of @x/crypto-primitives/node, or portableProvider of @x/crypto-primitives/portable`,
      )
    return new PassphraseCrypto(provider, work, legacyCiphers)
  }

  /** @throws {X509Error} `UNSUPPORTED` */
  hash(name: HashName | undefined, where: string): Hash {
    if (!name) throw new X509Error('UNSUPPORTED', `${where}: a hash that is not known here (SHA-1, SHA-2, MD5 are)`)
    return this.provider.hashes[name] ?? this.lacks(name, where)
  }

  /**
   * A cipher in CBC: the provider's; RC2 in JavaScript, as no provider has it.
   *
   * @throws {X509Error} `UNSUPPORTED`
   */
  cipher(name: KeyFileCipher, where: string): CbcCipher {
    const effectiveBits = RC2_BITS[name]
    if (!this.legacyCiphers && (effectiveBits || name === 'des-cbc'))
      throw new X509Error('UNSUPPORTED', `${where}: ${name}, and "legacyCiphers" is false`)
    if (effectiveBits) return cbcCipher(rc2(effectiveBits), effectiveBits / 8)
    if (name === 'des-cbc') return singleDes(this.cipher('3des-ede-cbc', where))
    return this.provider.cbc?.(name as CbcName) ?? this.lacks(name, where)
  }

  pbkdf2(hash: Hash, passphrase: Uint8Array, salt: Uint8Array, iterations: number, length: number, where: string) {
    // An HMAC is two hashes.
    this.spend(2 * iterations * Math.ceil(length / hash.outputLength), hash, where)
    const { provider } = this
    return provider.pbkdf2
      ? provider.pbkdf2(hash.name, passphrase, salt, iterations, length)
      : this.lacks('PBKDF2', where)
  }

  scrypt(passphrase: Uint8Array, salt: Uint8Array, parameters: ScryptParameters, length: number, where: string) {
    const { cost, blockSize, parallelization } = parameters
    // Mixing 128 bytes twice costs about half as much as a hash.
    this.spend((cost * parallelization * blockSize) / 2, undefined, where)
    const { provider } = this
    return provider.scrypt ? provider.scrypt(passphrase, salt, parameters, length) : this.lacks('scrypt', where)
  }

  /**
   * @param hashes hash computations; those of the 64-bit hashes count twice
   * @throws {X509Error} `LIMIT_EXCEEDED`
   */
  spend(hashes: number, hash: Hash | undefined, where: string): void {
    const needed = hash && hash.blockLength > 64 ? 2 * hashes : hashes
    if (!(needed <= this.left))
      throw new X509Error(
        'LIMIT_EXCEEDED',
        `${where}: deriving the key takes ${needed} hashes, more than the ${this.left} left of ${this.work} that a file may ask for: give a greater "work"`,
      )
    this.left -= needed
  }

  private lacks(algorithm: string, where: string): never {
    throw new X509Error('UNSUPPORTED', `${where}: the provider "${this.provider.name}" has no ${algorithm}`)
  }
}

export type KeyFileCipher =
  | 'aes-128-cbc'
  | 'aes-192-cbc'
  | 'aes-256-cbc'
  | '3des-ede-cbc'
  | 'des-cbc'
  | 'camellia-128-cbc'
  | 'camellia-256-cbc'
  | 'rc2-40-cbc'
  | 'rc2-64-cbc'
  | 'rc2-128-cbc'

const RC2_BITS: Readonly<Partial<Record<KeyFileCipher, number>>> = {
  'rc2-40-cbc': 40,
  'rc2-64-cbc': 64,
  'rc2-128-cbc': 128,
}

/** DES is triple DES with one key three times (SP 800-67 §3.2): the second application undoes the first. */
function singleDes(triple: CbcCipher): CbcCipher {
  return {
    keyLength: 8,
    blockLength: 8,
    create(key) {
      const thrice = new Uint8Array(24)
      for (let at = 0; at < 24; at += 8) thrice.set(key, at)
      const transform = triple.create(thrice)
      thrice.fill(0)
      return transform
    },
  }
}
