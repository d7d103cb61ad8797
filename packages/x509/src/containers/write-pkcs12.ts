import type { CryptoProvider, HashName } from '@x/crypto-primitives'
import { PKCS12_MAC, pkcs12Kdf } from '@x/crypto-primitives/legacy'
import { anyOf, bytes, group, listOf, oneOf, optionsReader, required, text, thing } from '@x/crypto-primitives/options'
import { encodeHashAlgorithm } from '../algorithm.ts'
import { Certificate } from '../certificate.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { encodeAttribute } from '../extensions/identifiers.ts'
import { encodePkcs8 } from '../keys/encode-private-key-der.ts'
import { PassphraseCrypto } from '../keys/passphrase-crypto.ts'
import { aPassphrase, someIterations } from '../keys/passphrase-options.ts'
import { passphraseBytes, pkcs12PassphraseBytes } from '../keys/pbe.ts'
import { encodeHmacAlgorithm, encodePbkdf2, encryptPkcs8, type KeyEncryption, pbeEncrypt } from '../keys/pbe-encrypt.ts'
import { encodeString } from '../names/string.ts'
import { PKCS } from '../oids.ts'
import { aCertificate, aProvider, invalidArgument } from '../rules.ts'
import { belongTogether, PBMAC1, type PfxCertificate, type PfxKey } from './pkcs12.ts'

export interface PfxInput {
  readonly keys?: readonly PfxKey[]
  readonly certificates?: readonly (PfxCertificate | Certificate)[]
  readonly passphrase: string | Uint8Array
  /**
   * `modern` (the default): PBES2 with AES-256 and HMAC with SHA-256, MAC with SHA-256; `legacy`: triple DES for keys,
   * RC2-40 for certificates and a MAC with SHA-1, for Windows before 2019 and the like; `pbmac1`: modern, with the MAC of
   * RFC 9579.
   */
  readonly protection?: 'modern' | 'legacy' | 'pbmac1'
  /** Default 2048 for `legacy`, 10,000 otherwise; every key and the MAC pay it. */
  readonly iterations?: number
  /** Derives keys and encrypts; and computes public halves, so that a key and its certificate get the same localKeyId. */
  readonly provider: CryptoProvider
}

const readInput = /* @__PURE__ */ (() =>
  optionsReader(
    'encodePfx',
    {
      keys: listOf(group({ key: required(thing('a private key', 'type')), friendlyName: text, localKeyId: bytes })),
      certificates: listOf(
        anyOf<unknown>(
          aCertificate,
          group({ certificate: required(aCertificate), friendlyName: text, localKeyId: bytes }),
        ),
      ),
      passphrase: required(aPassphrase),
      protection: oneOf('modern', 'legacy', 'pbmac1'),
      iterations: someIterations,
      provider: aProvider,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => PfxInput)()

/**
 * Writes a PFX (`openssl pkcs12 -export`).
 *
 * @throws {X509Error} `INVALID_ARGUMENT`, also where there is nothing to write; `PROVIDER_REQUIRED`, `UNSUPPORTED`
 * @example
 * encodePfx({ keys: [{ key }], certificates: [leaf, intermediate], passphrase: 'secret', provider })
 */
export function encodePfx(given: PfxInput): Uint8Array {
  const input = readInput(given)
  if (!input.keys?.length && !input.certificates?.length)
    throw invalidArgument('encodePfx: neither keys nor certificates are given')
  const { keys = [], passphrase, protection = 'modern' } = input
  const { provider } = PassphraseCrypto.by(input.provider, 'encodePfx')
  const legacy = protection === 'legacy'
  const iterations = input.iterations ?? (legacy ? 2048 : 10_000)
  const certificates = (input.certificates ?? []).map(
    (entry): PfxCertificate => (entry instanceof Certificate ? { certificate: entry } : entry),
  )
  const keyEncryption: KeyEncryption = legacy
    ? { scheme: 'pbe-sha1-3des', iterations }
    : { scheme: 'pbes2', iterations }
  const certificateEncryption: KeyEncryption = legacy ? { scheme: 'pbe-sha1-rc2-40', iterations } : keyEncryption
  const safes: Uint8Array[] = []
  if (certificates.length > 0) {
    const bags = certificates.map((entry) => encodeCertificateBag(entry, keys, provider))
    const { algorithm, ciphertext } = pbeEncrypt(der.sequence(...bags), passphrase, provider, certificateEncryption)
    const info = der.sequence(der.oid(PKCS.data), algorithm, der.implicit(0, ciphertext))
    safes.push(contentInfo(PKCS.encryptedData, der.sequence(der.integer(0), info)))
  }
  if (keys.length > 0) {
    const bags = keys.map((key) => encodeKeyBag(key, certificates, passphrase, keyEncryption, provider))
    safes.push(contentInfo(PKCS.data, der.octetString(der.sequence(...bags))))
  }
  const authSafe = der.sequence(...safes)
  return der.sequence(
    der.integer(3),
    contentInfo(PKCS.data, der.octetString(authSafe)),
    encodeMac(authSafe, passphrase, protection, iterations, provider),
  )
}

function contentInfo(type: string, content: Uint8Array): Uint8Array {
  return der.sequence(der.oid(type), der.explicit(0, content))
}

function encodeCertificateBag(entry: PfxCertificate, keys: readonly PfxKey[], provider: CryptoProvider): Uint8Array {
  const value = der.sequence(der.oid(PKCS.x509Certificate), der.explicit(0, der.octetString(entry.certificate.raw)))
  const localKeyId =
    entry.localKeyId ??
    (keys.some(({ key }) => belongTogether(key, entry.certificate, provider))
      ? localKeyIdOf(entry.certificate)
      : undefined)
  return safeBag(PKCS.certBag, value, { friendlyName: entry.friendlyName, localKeyId })
}

function encodeKeyBag(
  entry: PfxKey,
  certificates: readonly PfxCertificate[],
  passphrase: string | Uint8Array,
  encryption: KeyEncryption,
  provider: CryptoProvider,
): Uint8Array {
  const plain = encodePkcs8(entry.key)
  const encrypted = encryptPkcs8(plain, passphrase, provider, encryption)
  plain.fill(0)
  const own = certificates.find(({ certificate }) => belongTogether(entry.key, certificate, provider))
  const localKeyId = entry.localKeyId ?? own?.localKeyId ?? (own && localKeyIdOf(own.certificate))
  return safeBag(PKCS.shroudedKeyBag, encrypted, { friendlyName: entry.friendlyName, localKeyId })
}

/** Any value serves that is the same on both sides; the end of the certificate's signature is its own. */
function localKeyIdOf(certificate: Certificate): Uint8Array {
  return certificate.signature.subarray(-20)
}

function safeBag(type: string, value: Uint8Array, { friendlyName, localKeyId }: Omit<PfxKey, 'key'>): Uint8Array {
  const attributes: Uint8Array[] = []
  if (localKeyId) attributes.push(encodeAttribute({ oid: PKCS.localKeyId, values: [der.octetString(localKeyId)] }))
  if (friendlyName !== undefined) {
    const text = encodeString(Tag.BMP_STRING, friendlyName)!
    attributes.push(encodeAttribute({ oid: PKCS.friendlyName, values: [der.element(Tag.BMP_STRING, text)] }))
  }
  return der.sequence(der.oid(type), der.explicit(0, value), ...(attributes.length > 0 ? [der.setOf(attributes)] : []))
}

function encodeMac(
  content: Uint8Array,
  passphrase: string | Uint8Array,
  protection: 'modern' | 'legacy' | 'pbmac1',
  iterations: number,
  provider: CryptoProvider,
): Uint8Array {
  const crypto = new PassphraseCrypto(provider, Infinity)
  const salt = provider.randomBytes(protection === 'legacy' ? 8 : 16)
  if (protection === 'pbmac1') {
    const derivation = encodePbkdf2(salt, iterations, 'sha256', 32)
    const hash = crypto.hash('sha256', 'PBMAC1')
    const key = crypto.pbkdf2(hash, passphraseBytes(passphrase), salt, iterations, 32, 'PBMAC1')
    const mac = hash.hmac(key).mac(content)
    const algorithm = der.sequence(der.oid(PBMAC1), der.sequence(derivation, encodeHmacAlgorithm('sha256')))
    // RFC 9579 §4: salt and iterations outside are not used.
    return der.sequence(der.sequence(algorithm, der.octetString(mac)), der.octetString(salt), der.integer(1))
  }
  const name: HashName = protection === 'legacy' ? 'sha1' : 'sha256'
  const hash = crypto.hash(name, 'MAC')
  const key = pkcs12Kdf(hash, pkcs12PassphraseBytes(passphrase), salt, PKCS12_MAC, iterations, hash.outputLength)
  const mac = hash.hmac(key).mac(content)
  return der.sequence(
    der.sequence(encodeHashAlgorithm(name), der.octetString(mac)),
    der.octetString(salt),
    ...(iterations === 1 ? [] : [der.integer(iterations)]),
  )
}
