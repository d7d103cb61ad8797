import { CryptoError } from '../error.ts'
import type { Kem } from '../groups/mlkem.ts'
import { group, optionsReader, thing } from '../options.ts'
import type { Awaitable, CryptoProvider, PrivateKey, PublicKey } from '../provider.ts'
import { withHiddenData } from '../signatures/hidden-data.ts'
import { derToP1363, p1363ToDer } from '../signatures/p1363.ts'
import { groupsByWebCrypto, type KemName, type SubtleKem } from './kem.ts'
import { privateUse, publicUse, type Use } from './keys.ts'

/** What the provider uses of `SubtleCrypto`. */
export interface SubtleProvider extends SubtleKem {
  importKey(format: string, key: never, algorithm: object, extractable: boolean, usages: string[]): Promise<unknown>
  sign(algorithm: object, key: never, data: Uint8Array): Promise<ArrayBuffer>
  verify(algorithm: object, key: never, signature: Uint8Array, data: Uint8Array): Promise<boolean>
}

/** Keys of WebCrypto's that were asked for, by their algorithm: each is bound to one. Null: it has none for it. */
type Imported = Map<string, Promise<{ readonly use: Use; readonly key: never } | null>>

class Keys {
  /** Algorithms that this WebCrypto does not have: it is asked once. */
  readonly #missing = new Set<string>()

  constructor(readonly subtle: SubtleProvider) {}

  import(all: Imported, use: Use | undefined, usage: 'sign' | 'verify') {
    if (!use) return null
    const name = JSON.stringify(use.importAs)
    if (this.#missing.has(name)) return null
    let imported = all.get(name)
    if (!imported) {
      imported = this.subtle.importKey(use.format, use.key as never, use.importAs, false, [usage]).then(
        (key) => ({ use, key: key as never }),
        (error: { name?: string }) => {
          if (error?.name === 'NotSupportedError') this.#missing.add(name)
          return null
        },
      )
      all.set(name, imported)
    }
    return imported
  }
}

/** Copies: WebCrypto reads later, and takes no shared memory. */
const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

function withVerify(own: PublicKey, keys: Keys): PublicKey {
  const all: Imported = new Map()
  return {
    ...own,
    verify(algorithm, message, signature): Awaitable<boolean> {
      const use = publicUse(own.data, algorithm)
      const imported = keys.import(all, use, 'verify')
      if (!use || !imported) return own.verify(algorithm, message, signature)
      // RFC 8017 §8.1.2, §8.2.2: as long as the modulus. Not every WebCrypto looks.
      if (own.type.startsWith('rsa') && signature.length !== (own.bits + 7) >> 3) return false
      let bytes = signature
      if (use.scalarLength) {
        try {
          bytes = derToP1363(signature, use.scalarLength)
        } catch {
          return false
        }
      }
      const [data, given] = [copy(message), copy(bytes)]
      return imported.then((found) => {
        if (!found) return own.verify(algorithm, data, signature)
        return keys.subtle.verify(use.parameters, found.key, given, data).catch((cause: unknown) => {
          throw new CryptoError('OPERATION_FAILED', `WebCrypto failed to verify with ${algorithm.name}`, { cause })
        })
      })
    },
  }
}

function withSign(own: PrivateKey, keys: Keys): PrivateKey {
  const all: Imported = new Map()
  return withHiddenData({
    ...own,
    data: own.data,
    sign(algorithm, message): Awaitable<Uint8Array> {
      const use = privateUse(own.data, own.publicKey, algorithm)
      const imported = keys.import(all, use, 'sign')
      if (!use || !imported) return own.sign(algorithm, message)
      const data = copy(message)
      return imported.then(async (found) => {
        if (!found) return own.sign(algorithm, data)
        let signature: Uint8Array
        try {
          signature = new Uint8Array(await keys.subtle.sign(use.parameters, found.key, data))
        } catch (cause) {
          throw new CryptoError('OPERATION_FAILED', `WebCrypto failed to sign with ${algorithm.name}`, { cause })
        }
        return use.scalarLength ? p1363ToDer(signature, use.scalarLength) : signature
      })
    },
  })
}

export interface WebCryptoOptions {
  /** The platform's unless given. */
  readonly subtle?: SubtleProvider
  /** KEMs of `./mlkem` that WebCrypto computes with, where it has them: alone, and in the base's hybrid groups. */
  readonly kems?: Readonly<Partial<Record<KemName, Kem>>>
}

/**
 * A provider whose signatures are made and verified by WebCrypto, ten times as fast as in JavaScript: ECDSA on P-256, P-384
 * and P-521, RSA, Ed25519 and ML-DSA, each where this WebCrypto has it. Those answers are promises, which handshakes and
 * `verifyChain` wait for. Everything else is the base's: records, hashes, key exchange, keys read and checked, and the
 * signatures that WebCrypto lacks.
 *
 * @param base `portableProvider`, `modernProvider`, or one of your own making
 * @param options
 * @throws {CryptoError} `UNSUPPORTED` where there is no WebCrypto: a page that is no secure context has none;
 *   `INVALID_PARAMETER` for options that are not known or not of their type
 * @example
 * const provider = webCryptoProvider(portableProvider, { kems: { MLKEM768: mlKem768 } })
 */
export function webCryptoProvider(base: CryptoProvider, options: WebCryptoOptions = {}): CryptoProvider {
  const { subtle: given, kems } = readOptions(options)
  const subtle = given ?? (globalThis.crypto?.subtle as unknown as SubtleProvider | undefined)
  if (!subtle) {
    throw new CryptoError('UNSUPPORTED', 'this host has no WebCrypto: pages have it in secure contexts alone')
  }
  const keys = new Keys(subtle)
  return {
    ...base,
    ...(kems && subtle.decapsulateBits && { groups: groupsByWebCrypto(base.groups, kems, subtle) }),
    name: `webcrypto, ${base.name}`,
    importPublicKey: (data) => withVerify(base.importPublicKey(data), keys),
    importPrivateKey: (data) => withSign(base.importPrivateKey(data), keys),
    generateKey: (spec) => withSign(base.generateKey(spec), keys),
  }
}

const readOptions = /* @__PURE__ */ (() => {
  const kem = thing<Kem>('a KEM of ./mlkem', 'encapsulate')
  return optionsReader(
    'webCryptoProvider',
    {
      subtle: thing<SubtleProvider>('a SubtleCrypto', 'importKey'),
      kems: group({ MLKEM512: kem, MLKEM768: kem, MLKEM1024: kem }),
    },
    (message) => new CryptoError('INVALID_PARAMETER', message),
  ) as unknown as (given: unknown) => WebCryptoOptions
})()
