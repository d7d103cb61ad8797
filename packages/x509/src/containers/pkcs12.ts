import type { CryptoProvider, HashName, PrivateKeyData } from '@x/crypto-primitives'
import { PKCS12_MAC, pkcs12Kdf } from '@x/crypto-primitives/legacy'
import { encodeHashAlgorithm, hashOfOid, readAlgorithmIdentifier } from '../algorithm.ts'
import { equalBytes, equalSecrets } from '../bytes.ts'
import { Certificate } from '../certificate.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { type Attribute, encodeAttribute, readAttribute } from '../extensions/identifiers.ts'
import { decryptPkcs8, encryptPkcs8 } from '../keys/encrypted-pkcs8.ts'
import { PassphraseCrypto } from '../keys/passphrase-crypto.ts'
import {
  encodeHmacAlgorithm,
  encodePbkdf2,
  hashOfHmacOid,
  type KeyEncryption,
  passphraseBytes,
  pbeDecrypt,
  pbeEncrypt,
  pkcs12PassphraseBytes,
  readDerivation,
} from '../keys/pbe.ts'
import { encodePkcs8, readPkcs8 } from '../keys/private-key-der.ts'
import { encodeSubjectPublicKeyInfo } from '../keys/public-key.ts'
import { decodeString, encodeString } from '../names/string.ts'
import { PKCS } from '../oids.ts'
import { CertificateRevocationList } from '../revocation/crl.ts'

const PBMAC1 = '1.2.840.113549.1.5.14'

/** A private key of a PFX. */
export interface PfxKey {
  readonly key: PrivateKeyData
  readonly friendlyName?: string
  /** Ties the key to its certificate. */
  readonly localKeyId?: Uint8Array
}

/** A certificate of a PFX. */
export interface PfxCertificate {
  readonly certificate: Certificate
  readonly friendlyName?: string
  readonly localKeyId?: Uint8Array
}

/** What a PFX holds. */
export interface Pfx {
  readonly keys: readonly PfxKey[]
  readonly certificates: readonly PfxCertificate[]
  readonly crls: readonly CertificateRevocationList[]
}

/** A key with its certificate and the certificates above it. */
export interface PfxIdentity {
  readonly key: PrivateKeyData
  readonly certificate: Certificate
  /** Nearest issuer first, as far as the PFX has them. */
  readonly chain: readonly Certificate[]
}

/** Bags that may be inside bags. */
const MAX_NESTING = 8

export interface PfxOptions {
  /** Without one, the empty passphrase is tried, in both of its forms. */
  readonly passphrase?: string | Uint8Array
  /** Derives keys, decrypts and checks the MAC. Only a PFX with neither encryption nor MAC is read without it. */
  readonly provider?: CryptoProvider
  /**
   * Hashes that key derivation may compute over the whole file. Default a million, about a second in JavaScript; give
   * more for a file that is trusted.
   */
  readonly work?: number
}

/**
 * Reads a PFX (PKCS#12, RFC 7292) with any of its protections: PBES2, PBMAC1 (RFC 9579), triple DES, RC2-40, SHA-1 MACs,
 * or none.
 *
 * @throws {X509Error} `PROVIDER_REQUIRED`; `WRONG_PASSPHRASE` when the MAC does not fit; `UNSUPPORTED`, `LIMIT_EXCEEDED`;
 *   and for what is no PFX
 * @example
 * const { keys, certificates } = parsePfx(bytes, { passphrase: 'secret', provider })
 */
export function parsePfx(bytes: Uint8Array, options: PfxOptions = {}): Pfx {
  const outer = DerReader.open(bytes, '')
  const pfx = outer.sequence('PFX')
  outer.finish()
  if (pfx.number('version') !== 3) pfx.fail('UNSUPPORTED', 'only version 3 is known', 'version')
  const auth = pfx.sequence('authSafe')
  const type = auth.oid('contentType')
  if (type !== PKCS.data)
    auth.fail('UNSUPPORTED', `content type ${type}; only password integrity is known`, 'contentType')
  const wrapped = auth.explicit(0, 'content')
  auth.finish()
  const authSafe = wrapped.octetString('AuthenticatedSafe')
  wrapped.finish()
  const mac = pfx.is(Tag.SEQUENCE) ? readMac(pfx.sequence('macData')) : undefined
  pfx.finish()
  const reader = new PfxReader(options)
  if (mac) reader.checkMac(mac, authSafe)
  return reader.read(wrapped.nested(authSafe, 'AuthenticatedSafe'))
}

/**
 * The identities of a PFX: each key with the certificate that has its public half, and the chain above.
 *
 * @param provider computes public halves
 * @throws {X509Error} `KEY_MISMATCH` when a key has no certificate; {CryptoError} for a key that is no key
 */
export function pfxIdentities({ keys, certificates }: Pfx, provider: CryptoProvider): PfxIdentity[] {
  const all = certificates.map(({ certificate }) => certificate)
  return keys.map(({ key }) => {
    const own = all.find((certificate) => belongTogether(key, certificate, provider))
    if (!own) throw new X509Error('KEY_MISMATCH', 'the PFX has a private key without its certificate')
    return { key, certificate: own, chain: chainAbove(own, all) }
  })
}

function chainAbove(leaf: Certificate, all: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = []
  for (let current = leaf; !current.isSelfIssued; ) {
    const issuer = all.find(
      (candidate) => candidate.subject.equals(current.issuer) && !chain.includes(candidate) && candidate !== leaf,
    )
    if (!issuer) break
    chain.push(issuer)
    current = issuer
  }
  return chain
}

interface MacData {
  readonly digestOid: string
  readonly digestParameters?: Uint8Array
  readonly digest: Uint8Array
  readonly salt: Uint8Array
  readonly iterations: number
}

function readMac(mac: DerReader): MacData {
  const info = mac.sequence('mac')
  const { oid, parameters } = readAlgorithmIdentifier(info, 'digestAlgorithm')
  const digest = info.octetString('digest')
  info.finish()
  const salt = mac.octetString('macSalt')
  const iterations = mac.done ? 1 : mac.number('iterations')
  mac.finish()
  if (iterations < 1) mac.fail('INVALID_STRUCTURE', 'must be at least 1', 'iterations')
  return { digestOid: oid, digestParameters: parameters, digest, salt, iterations }
}

class PfxReader {
  private readonly keys: PfxKey[] = []
  private readonly certificates: PfxCertificate[] = []
  private readonly crls: CertificateRevocationList[] = []
  /** The passphrase as PKCS#12's own schemes take it; decided by the MAC when there are two forms. */
  private pkcs12Passphrase: Uint8Array
  private readonly passphrase: string | Uint8Array

  private made: PassphraseCrypto | undefined

  constructor(private readonly options: PfxOptions) {
    this.passphrase = options.passphrase ?? ''
    this.pkcs12Passphrase = pkcs12PassphraseBytes(this.passphrase)
  }

  /** Made when the file turns out to need it; all of the file shares its bound on work. */
  private get crypto(): PassphraseCrypto {
    this.made ??= PassphraseCrypto.by(this.options.provider, 'PFX', this.options.work)
    return this.made
  }

  checkMac(mac: MacData, content: Uint8Array): void {
    if (mac.digestOid === PBMAC1) {
      if (equalSecrets(this.pbmac1(mac, content), mac.digest)) return
    } else {
      const hash = this.crypto.hash(hashOfOid(mac.digestOid), 'PFX.macData.mac.digestAlgorithm')
      // The empty passphrase is two zero bytes to some writers, and nothing at all to others.
      const forms = this.passphrase.length === 0 ? [this.pkcs12Passphrase, new Uint8Array(0)] : [this.pkcs12Passphrase]
      for (const form of forms) {
        this.crypto.spend(mac.iterations, hash, 'PFX.macData')
        const key = pkcs12Kdf(hash, form, mac.salt, PKCS12_MAC, mac.iterations, hash.outputLength)
        if (!equalSecrets(hash.hmac(key).mac(content), mac.digest)) continue
        this.pkcs12Passphrase = form
        return
      }
    }
    throw new X509Error('WRONG_PASSPHRASE', 'PFX.macData: the MAC does not fit: wrong passphrase, or damaged data', {
      path: 'PFX.macData',
    })
  }

  /** RFC 9579 §3. */
  private pbmac1({ digestParameters }: MacData, content: Uint8Array): Uint8Array {
    const where = 'PFX.macData.mac.PBMAC1-params'
    if (!digestParameters) throw new X509Error('INVALID_STRUCTURE', `${where}: missing`)
    const outer = DerReader.open(digestParameters, where)
    const reader = outer.sequence('')
    const derivation = readAlgorithmIdentifier(reader, 'keyDerivationFunc')
    const scheme = readAlgorithmIdentifier(reader, 'messageAuthScheme')
    reader.finish()
    outer.finish()
    const hash = this.crypto.hash(hashOfHmacOid(scheme.oid), `${where}.messageAuthScheme`)
    const key = readDerivation(derivation, this.crypto)(passphraseBytes(this.passphrase), hash.outputLength)
    return hash.hmac(key).mac(content)
  }

  read(outer: DerReader): Pfx {
    const safes = outer.sequence('')
    outer.finish()
    while (!safes.done) this.readContentInfo(safes.sequence('ContentInfo'))
    return { keys: this.keys, certificates: this.certificates, crls: this.crls }
  }

  private readContentInfo(info: DerReader): void {
    const type = info.oid('contentType')
    const wrapped = info.explicit(0, 'content')
    info.finish()
    if (type === PKCS.data) {
      const contents = wrapped.octetString('data')
      wrapped.finish()
      this.readSafe(wrapped.nested(contents, 'SafeContents'), 0)
    } else if (type === PKCS.encryptedData) {
      const plain = this.decrypt(wrapped.sequence('EncryptedData'))
      wrapped.finish()
      this.readSafe(DerReader.open(plain, 'PFX.SafeContents'), 0)
    } else info.fail('UNSUPPORTED', `content type ${type}; data and encryptedData are known`, 'contentType')
  }

  private decrypt(data: DerReader): Uint8Array {
    data.number('version')
    const content = data.sequence('encryptedContentInfo')
    const type = content.oid('contentType')
    if (type !== PKCS.data) content.fail('UNSUPPORTED', `content type ${type}`, 'contentType')
    const algorithm = readAlgorithmIdentifier(content, 'contentEncryptionAlgorithm')
    const ciphertext = content.value(0x80, 'encryptedContent')
    content.finish()
    return pbeDecrypt(algorithm, this.passphrase, ciphertext, this.crypto, this.pkcs12Passphrase)
  }

  private readSafe(outer: DerReader, nesting: number): void {
    if (nesting > MAX_NESTING) outer.fail('LIMIT_EXCEEDED', 'safe contents nested too deeply')
    const bags = outer.sequence('')
    outer.finish()
    while (!bags.done) this.readBag(bags.sequence('SafeBag'), nesting)
  }

  private readBag(bag: DerReader, nesting: number): void {
    const type = bag.oid('bagId')
    const value = bag.explicit(0, 'bagValue')
    const attributes = bag.is(Tag.SET) ? readBagAttributes(bag.set('bagAttributes')) : {}
    bag.finish()
    switch (type) {
      case PKCS.keyBag:
        this.keys.push({ key: readPkcs8(value.rawOf(Tag.SEQUENCE, 'PrivateKeyInfo')), ...attributes })
        break
      case PKCS.shroudedKeyBag: {
        const encrypted = value.rawOf(Tag.SEQUENCE, 'EncryptedPrivateKeyInfo')
        const plain = decryptPkcs8(encrypted, this.passphrase, () => this.crypto, this.pkcs12Passphrase)
        this.keys.push({ key: readPkcs8(plain), ...attributes })
        plain.fill(0)
        break
      }
      case PKCS.certBag: {
        const contents = readTyped(value, PKCS.x509Certificate)
        if (contents) this.certificates.push({ certificate: Certificate.parse(contents), ...attributes })
        break
      }
      case PKCS.crlBag: {
        const contents = readTyped(value, PKCS.x509Crl)
        if (contents) this.crls.push(CertificateRevocationList.parse(contents))
        break
      }
      case PKCS.safeContentsBag:
        this.readSafe(value, nesting + 1)
        return
      case PKCS.secretBag:
        // A secret of the owner's; no key and no certificate.
        value.raw('SecretBag')
        break
      default:
        bag.fail('UNSUPPORTED', `unknown bag ${type}`, 'bagId')
    }
    value.finish()
  }
}

/** CertBag and CRLBag: a type and an OCTET STRING; other types (SDSI) are passed over. */
function readTyped(value: DerReader, type: string): Uint8Array | undefined {
  const bag = value.sequence('Bag')
  const found = bag.oid('id')
  const wrapped = bag.explicit(0, 'value')
  bag.finish()
  return found === type ? wrapped.octetString('') : undefined
}

function readBagAttributes(set: DerReader): { friendlyName?: string; localKeyId?: Uint8Array } {
  let friendlyName: string | undefined
  let localKeyId: Uint8Array | undefined
  while (!set.done) {
    const { oid, values }: Attribute = readAttribute(set, 'PKCS12Attribute')
    const value = values[0]
    if (!value) continue
    const reader = DerReader.open(value, 'PKCS12Attribute')
    if (oid === PKCS.friendlyName)
      friendlyName = decodeString(Tag.BMP_STRING, reader.value(Tag.BMP_STRING, 'friendlyName')) ?? undefined
    else if (oid === PKCS.localKeyId) localKeyId = reader.octetString('localKeyId')
  }
  return { ...(friendlyName !== undefined && { friendlyName }), ...(localKeyId && { localKeyId }) }
}

// --- Writing --------------------------------------------------------------------------------------------------------

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

/**
 * Writes a PFX (`openssl pkcs12 -export`).
 *
 * @example
 * encodePfx({ keys: [{ key }], certificates: [leaf, intermediate], passphrase: 'secret', provider })
 */
export function encodePfx(input: PfxInput): Uint8Array {
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

/** Whether a certificate has the public half of a key. */
function belongTogether(key: PrivateKeyData, certificate: Certificate, provider: CryptoProvider): boolean {
  const { publicKey } = provider.importPrivateKey(key)
  return equalBytes(encodeSubjectPublicKeyInfo(publicKey), certificate.subjectPublicKeyInfo.raw)
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
