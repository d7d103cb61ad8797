import { type AeadName, type CbcCipher, type CbcName, CryptoError, type CryptoProvider } from '@x/crypto-primitives'
import { cbcDecrypt, cbcEncrypt } from '@x/crypto-primitives/legacy'
import { type AlgorithmIdentifier, encodeAlgorithmIdentifier } from '../algorithm.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'

/** The ciphers of contents: AES-CBC (RFC 3565), AES-GCM (RFC 5084), ChaCha20-Poly1305 (RFC 8103); triple DES to read. */

interface AeadEntry {
  readonly kind: 'aead'
  readonly oid: string
  readonly aead: AeadName
  readonly keyLength: number
}

interface CbcEntry {
  readonly kind: 'cbc'
  readonly oid: string
  readonly cbc: CbcName | 'aes-192-cbc'
  readonly keyLength: number
}

const CIPHERS = {
  'aes-128-gcm': { kind: 'aead', oid: '2.16.840.1.101.3.4.1.6', aead: 'aes-128-gcm', keyLength: 16 },
  'aes-256-gcm': { kind: 'aead', oid: '2.16.840.1.101.3.4.1.46', aead: 'aes-256-gcm', keyLength: 32 },
  'chacha20-poly1305': { kind: 'aead', oid: '1.2.840.113549.1.9.16.3.18', aead: 'chacha20-poly1305', keyLength: 32 },
  'aes-128-cbc': { kind: 'cbc', oid: '2.16.840.1.101.3.4.1.2', cbc: 'aes-128-cbc', keyLength: 16 },
  'aes-192-cbc': { kind: 'cbc', oid: '2.16.840.1.101.3.4.1.22', cbc: 'aes-192-cbc', keyLength: 24 },
  'aes-256-cbc': { kind: 'cbc', oid: '2.16.840.1.101.3.4.1.42', cbc: 'aes-256-cbc', keyLength: 32 },
  'des-ede3-cbc': { kind: 'cbc', oid: '1.2.840.113549.3.7', cbc: '3des-ede-cbc', keyLength: 24 },
} as const satisfies Readonly<Record<string, AeadEntry | CbcEntry>>

/** What contents are encrypted with. */
export type ContentCipherName = Exclude<keyof typeof CIPHERS, 'des-ede3-cbc'>

/** By name, for the writer. */
export const CONTENT_CIPHERS = [
  'aes-256-gcm',
  'aes-128-gcm',
  'chacha20-poly1305',
  'aes-256-cbc',
  'aes-192-cbc',
  'aes-128-cbc',
] as const satisfies readonly ContentCipherName[]

const TAG = 16
const NONCE = 12

export interface SealedContent {
  readonly algorithm: Uint8Array
  readonly ciphertext: Uint8Array
  /** Of an AEAD: what makes the message an AuthEnvelopedData. */
  readonly tag?: Uint8Array
}

/** Bytes of the key that a cipher takes. */
export const contentKeyLength = (name: ContentCipherName): number => CIPHERS[name].keyLength

/** Encrypts a content under a fresh key. @throws {X509Error} `UNSUPPORTED` where the provider lacks the cipher */
export function sealContent(
  name: ContentCipherName,
  key: Uint8Array,
  content: Uint8Array,
  provider: CryptoProvider,
): SealedContent {
  const cipher: AeadEntry | CbcEntry = CIPHERS[name]
  if (cipher.kind === 'cbc') {
    const algorithm = cbcOf(cipher, provider)
    const iv = provider.randomBytes(algorithm.blockLength)
    return {
      algorithm: encodeAlgorithmIdentifier(cipher.oid, der.octetString(iv)),
      ciphertext: cbcEncrypt(algorithm, key, iv, content),
    }
  }
  const nonce = provider.randomBytes(NONCE)
  const buffer = new Uint8Array(content.length + TAG)
  buffer.set(content)
  const aead = aeadOf(cipher, provider).create(key)
  aead.seal(nonce, new Uint8Array(0), buffer, 0, content.length)
  aead.destroy()
  // RFC 5084 §3.2: the tag's length is 12 unless it is written; RFC 8103 §3: the nonce alone.
  const parameters =
    cipher.aead === 'chacha20-poly1305'
      ? der.octetString(nonce)
      : der.sequence(der.octetString(nonce), der.integer(TAG))
  return {
    algorithm: encodeAlgorithmIdentifier(cipher.oid, parameters),
    ciphertext: buffer.subarray(0, content.length),
    tag: buffer.subarray(content.length),
  }
}

/** A content's cipher, as a message states it. */
export interface ContentCipher {
  readonly keyLength: number
  readonly isAuthenticated: boolean
  /** The content; nothing where the key is another, or the message was changed. */
  open(key: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array, aad: Uint8Array): Uint8Array | undefined
}

/** Reads contentEncryptionAlgorithm. @throws {X509Error} `UNSUPPORTED`, `INVALID_STRUCTURE` */
export function contentCipherOf({ oid, parameters }: AlgorithmIdentifier, provider: CryptoProvider): ContentCipher {
  const cipher: AeadEntry | CbcEntry | undefined = Object.values(CIPHERS).find((one) => one.oid === oid)
  const where = 'contentEncryptionAlgorithm'
  if (!cipher) throw new X509Error('UNSUPPORTED', `${where}: unknown cipher ${oid}`)
  if (!parameters) throw new X509Error('INVALID_STRUCTURE', `${where}: parameters are missing`)
  const reader = DerReader.open(parameters, where, BER_LIMITS)
  if (cipher.kind === 'cbc') {
    const algorithm = cbcOf(cipher, provider)
    const iv = reader.octetString('iv')
    reader.finish()
    if (iv.length !== algorithm.blockLength)
      throw new X509Error('INVALID_STRUCTURE', `${where}: an initialization vector of ${iv.length} bytes`)
    return {
      keyLength: cipher.keyLength,
      isAuthenticated: false,
      open: (key, ciphertext) => {
        try {
          return cbcDecrypt(algorithm, key, iv, ciphertext)
        } catch (error) {
          if (error instanceof CryptoError) return undefined
          throw error
        }
      },
    }
  }
  let nonce: Uint8Array
  if (cipher.aead === 'chacha20-poly1305') nonce = reader.octetString('nonce')
  else {
    const gcm = reader.sequence('GCMParameters')
    nonce = gcm.octetString('aes-nonce')
    const length = gcm.done ? 12 : gcm.number('aes-ICVlen')
    gcm.finish()
    if (length !== TAG) throw new X509Error('UNSUPPORTED', `${where}: a tag of ${length} bytes; 16 is known`)
  }
  reader.finish()
  if (nonce.length !== NONCE)
    throw new X509Error('UNSUPPORTED', `${where}: a nonce of ${nonce.length} bytes; 12 is known`)
  const algorithm = aeadOf(cipher, provider)
  return {
    keyLength: cipher.keyLength,
    isAuthenticated: true,
    open: (key, ciphertext, tag, aad) => {
      if (tag.length !== TAG) return undefined
      const buffer = new Uint8Array(ciphertext.length + TAG)
      buffer.set(ciphertext)
      buffer.set(tag, ciphertext.length)
      const aead = algorithm.create(key)
      const content = aead.open(nonce, aad, buffer, 0, buffer.length)
      aead.destroy()
      // A provider's own memory may be a Buffer.
      return content ? new Uint8Array(content.buffer, content.byteOffset, content.length) : undefined
    },
  }
}

function cbcOf({ cbc }: CbcEntry, provider: CryptoProvider): CbcCipher {
  return provider.cbc?.(cbc) ?? lacks(provider, cbc)
}

function aeadOf({ aead }: AeadEntry, provider: CryptoProvider) {
  return provider.aeads[aead] ?? lacks(provider, aead)
}

function lacks(provider: CryptoProvider, name: string): never {
  throw new X509Error('UNSUPPORTED', `the provider "${provider.name}" has no ${name}`)
}
