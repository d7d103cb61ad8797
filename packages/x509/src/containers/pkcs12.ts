import type { CryptoProvider, PrivateKeyData } from '@x/crypto-primitives'
import { PKCS12_MAC, pkcs12Kdf } from '@x/crypto-primitives/legacy'
import { bool, optionsReader } from '@x/crypto-primitives/options'
import { hashOfOid, readAlgorithmIdentifier } from '../algorithm.ts'
import { equalBytes, equalSecrets } from '../bytes.ts'
import { Certificate } from '../certificate.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import { X509Error } from '../error.ts'
import { type Attribute, readAttribute } from '../extensions/identifiers.ts'
import { decryptPkcs8 } from '../keys/encrypted-pkcs8.ts'
import { PassphraseCrypto } from '../keys/passphrase-crypto.ts'
import { aPassphrase, someWork } from '../keys/passphrase-options.ts'
import { hashOfHmacOid, passphraseBytes, pbeDecrypt, pkcs12PassphraseBytes, readDerivation } from '../keys/pbe.ts'
import { readPkcs8 } from '../keys/private-key-der.ts'
import { encodeSubjectPublicKeyInfo } from '../keys/public-key.ts'
import { decodeString } from '../names/string.ts'
import { PKCS } from '../oids.ts'
import { CertificateRevocationList } from '../revocation/crl.ts'
import { aProvider, invalidArgument } from '../rules.ts'

export const PBMAC1 = '1.2.840.113549.1.5.14'

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
   * Hashes that key derivation may compute over the whole file: two for an iteration of PBKDF2. Default 10,000,000, some
   * seconds in JavaScript; give more for a file that is trusted, less for a stranger's.
   */
  readonly work?: number
  /** Default true; with `false`, what RC2 or single DES protects is `UNSUPPORTED`, as it is to OpenSSL 3 by default. */
  readonly legacyCiphers?: boolean
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'parsePfx',
    { passphrase: aPassphrase, provider: aProvider, work: someWork, legacyCiphers: bool },
    invalidArgument,
  ) as unknown as (given: unknown) => PfxOptions)()

/**
 * Reads a PFX (PKCS#12, RFC 7292), in DER or BER, with any of its protections: PBES2, PBMAC1 (RFC 9579), triple DES, RC2-40, SHA-1 MACs,
 * or none.
 *
 * @throws {X509Error} `INVALID_ARGUMENT`, `PROVIDER_REQUIRED`; `WRONG_PASSPHRASE` when the MAC does not fit; `UNSUPPORTED`, `LIMIT_EXCEEDED`;
 *   and for what is no PFX
 * @example
 * const { keys, certificates } = parsePfx(bytes, { passphrase: 'secret', provider })
 */
export function parsePfx(bytes: Uint8Array, given: PfxOptions = {}): Pfx {
  const options = readOptions(given)
  const outer = DerReader.open(bytes, '', BER_LIMITS)
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
    this.made ??= PassphraseCrypto.by(this.options.provider, 'PFX', this.options.work, this.options.legacyCiphers)
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
    const outer = DerReader.open(digestParameters, where, BER_LIMITS)
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
      this.readSafe(DerReader.open(plain, 'PFX.SafeContents', BER_LIMITS), 0)
    } else info.fail('UNSUPPORTED', `content type ${type}; data and encryptedData are known`, 'contentType')
  }

  private decrypt(data: DerReader): Uint8Array {
    data.number('version')
    const content = data.sequence('encryptedContentInfo')
    const type = content.oid('contentType')
    if (type !== PKCS.data) content.fail('UNSUPPORTED', `content type ${type}`, 'contentType')
    const algorithm = readAlgorithmIdentifier(content, 'contentEncryptionAlgorithm')
    const ciphertext = content.string(0x80, 'encryptedContent')
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
    const reader = DerReader.open(value, 'PKCS12Attribute', BER_LIMITS)
    if (oid === PKCS.friendlyName)
      friendlyName = decodeString(Tag.BMP_STRING, reader.string(Tag.BMP_STRING, 'friendlyName')) ?? undefined
    else if (oid === PKCS.localKeyId) localKeyId = reader.octetString('localKeyId')
  }
  return { ...(friendlyName !== undefined && { friendlyName }), ...(localKeyId && { localKeyId }) }
}

/** Whether a certificate has the public half of a key. */
export function belongTogether(key: PrivateKeyData, certificate: Certificate, provider: CryptoProvider): boolean {
  const { publicKey } = provider.importPrivateKey(key)
  return equalBytes(encodeSubjectPublicKeyInfo(publicKey), certificate.subjectPublicKeyInfo.raw)
}
