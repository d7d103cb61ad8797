import * as native from 'node:crypto'
import { u16 } from '../bytes.ts'
import { type Kem, nobleKem } from '../groups/mlkem.ts'
import type { KeyInfo, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { misfit } from '../signatures/fit.ts'
import { type MlDsaName, type MlDsaPrivateForm, mlDsaKeysOf } from '../signatures/mldsa-keys.ts'
import { bare } from './bare.ts'
import { bytesOf } from './bytes.ts'
import { hasNoble, noble } from './noble.ts'
import { hostDoes } from './trials.ts'

/** The last two arcs of the object identifiers under 2.16.840.1.101.3.4 (FIPS 203, FIPS 204). */
const ARCS = {
  'ml-kem-512': '0401',
  'ml-kem-768': '0402',
  'ml-kem-1024': '0403',
  'ml-dsa-44': '0311',
  'ml-dsa-65': '0312',
  'ml-dsa-87': '0313',
} as const

type KemName = 'ml-kem-512' | 'ml-kem-768' | 'ml-kem-1024'

/** Node 24.7 brought both, with OpenSSL 3.5. A build without them fails at the first key, and is not asked again. */
let offered = 'encapsulate' in native

/** What OpenSSL gives, or undefined where it has no such keys. */
function attempt<T>(run: () => T): T | undefined {
  if (!offered) return undefined
  try {
    return run()
  } catch {
    offered = false
    return undefined
  }
}

/** SubjectPublicKeyInfo around raw bytes (RFC 9935, RFC 9881): the one form that every Node with these keys reads. */
function spki(name: keyof typeof ARCS, bytes: Uint8Array): Buffer {
  return Buffer.concat([
    Uint8Array.of(0x30, 0x82),
    u16(bytes.length + 18),
    Buffer.from(`300b0609608648016503040${ARCS[name].slice(1)}0382`, 'hex'),
    u16(bytes.length + 1),
    Uint8Array.of(0),
    bytes,
  ])
}

const importSpki = (name: keyof typeof ARCS, bytes: Uint8Array): native.KeyObject =>
  native.createPublicKey(bare({ key: spki(name, bytes), format: 'der', type: 'spki' }))

/** Whether keys go in and out as they are, as in Node 24.21 and 26. SPKI takes OpenSSL half as long again to write. */
const takesRaw = () =>
  hostDoes('raw public keys', () => {
    const { publicKey } = generateKem('ml-kem-768', RAW)
    return publicKey.length === 1184 && importRaw('ml-kem-768', publicKey).type === 'public'
  })

const RAW = 'raw-public'

const importRaw = (name: KemName, key: Uint8Array): native.KeyObject =>
  native.createPublicKey(bare({ key, format: RAW, asymmetricKeyType: name }) as never)

const importKem = (name: KemName, key: Uint8Array): native.KeyObject =>
  takesRaw() ? importRaw(name, key) : importSpki(name, key)

/** A key pair whose public half comes encoded: to export a generated KeyObject can hang (see `generated` in groups.ts). */
function generateKem(name: KemName, format: string): { publicKey: Uint8Array; privateKey: native.KeyObject } {
  const options = bare({ publicKeyEncoding: bare(format === RAW ? { format } : { type: 'spki', format }) })
  // The overloads name each type, and want both halves encoded or none.
  const pair: unknown = native.generateKeyPairSync(name as 'ml-kem-768', options as never)
  return pair as { publicKey: Uint8Array; privateKey: native.KeyObject }
}

const NOBLE_KEMS = { 'ml-kem-512': 'ml_kem512', 'ml-kem-768': 'ml_kem768', 'ml-kem-1024': 'ml_kem1024' } as const

const ML_KEM = '@noble/post-quantum/ml-kem.js'
const ML_DSA = '@noble/post-quantum/ml-dsa.js'

/**
 * ML-KEM of OpenSSL where it is there, else noble's; keys from seeds and given randomness are always the latter's.
 *
 * @returns undefined where neither is there
 */
export function nativeKem(name: KemName): Kem | undefined {
  // OpenSSL first: to look for noble's takes ten times as long.
  if (!attempt(() => generateKem(name, 'der')) && !hasNoble(ML_KEM)) return undefined
  const inNoble = NOBLE_KEMS[name]
  const portable = nobleKem(inNoble, () => noble(ML_KEM)[inNoble])
  const { encapsulationKeyLength, ciphertextLength } = portable
  return {
    encapsulationKeyLength,
    ciphertextLength,
    generate(seed) {
      const pair = seed ? undefined : attempt(() => generateKem(name, takesRaw() ? RAW : 'der'))
      if (!pair) return portable.generate(seed)
      const { privateKey, publicKey } = pair
      return {
        // SubjectPublicKeyInfo ends with the raw key, which is what else it may be.
        encapsulationKey: Uint8Array.from(publicKey.subarray(publicKey.length - encapsulationKeyLength)),
        decapsulate: (ciphertext) => bytesOf(native.decapsulate(privateKey, ciphertext)),
        wipe() {},
      }
    },
    fromDecapsulationKey: (bytes) => portable.fromDecapsulationKey(bytes),
    encapsulate(encapsulationKey, random) {
      if (random || !offered) return portable.encapsulate(encapsulationKey, random)
      // OpenSSL makes the modulus check of FIPS 203 §7.2 when it reads the key.
      const { ciphertext, sharedKey } = native.encapsulate(importKem(name, encapsulationKey))
      return { ciphertext: bytesOf(ciphertext), secret: bytesOf(sharedKey) }
    },
  }
}

function checkFit(info: KeyInfo, algorithm: SignatureAlgorithm): void {
  if (algorithm.name !== info.type) throw misfit(info, algorithm)
}

const NOBLE_SIGNATURES = { 'ml-dsa-44': 'ml_dsa44', 'ml-dsa-65': 'ml_dsa65', 'ml-dsa-87': 'ml_dsa87' } as const
const nobleKeys = /* @__PURE__ */ mlDsaKeysOf((type) => noble(ML_DSA)[NOBLE_SIGNATURES[type]])

/** Whether such signatures can be verified at all. */
export function offersMlDsa(): boolean {
  return offered || hasNoble(ML_DSA)
}

/** An ML-DSA public key in OpenSSL where it has them. @throws {CryptoError} `INVALID_KEY` */
export function importNativeMlDsaPublicKey(type: MlDsaName, bytes: Uint8Array): PublicKey {
  const portable = nobleKeys.importPublicKey(type, bytes)
  const key = attempt(() => importSpki(type, bytes))
  if (!key) return portable
  return {
    ...portable,
    verify(algorithm, message, signature) {
      checkFit(portable, algorithm)
      return native.verify(null, message, bare({ key }), signature)
    },
  }
}

/** An ML-DSA private key, which OpenSSL signs with where it has them and the seed is known. */
export function importNativeMlDsaPrivateKey(type: MlDsaName, data: MlDsaPrivateForm): PrivateKey {
  const portable = nobleKeys.importPrivateKey(type, data)
  const { seed } = data
  const key = seed && attempt(() => importSeed(type, seed))
  if (!key) return portable
  return {
    ...portable,
    sign(algorithm, message) {
      checkFit(portable, algorithm)
      return bytesOf(native.sign(null, message, bare({ key })))
    },
  }
}

/** PKCS#8 with the seed alone (RFC 9881 §6). */
function importSeed(type: MlDsaName, seed: Uint8Array): native.KeyObject {
  const head = Buffer.from(`3034020100300b0609608648016503040${ARCS[type].slice(1)}04228020`, 'hex')
  const der = Buffer.concat([head, seed])
  const key = native.createPrivateKey(bare({ key: der, format: 'der', type: 'pkcs8' }))
  der.fill(0)
  return key
}
