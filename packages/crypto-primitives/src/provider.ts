/**
 * The contract between TLS and its cryptography: plain objects that list algorithms.
 *
 * A provider offers what it has; a caller picks from what is offered and never asks which platform this is.
 * Everything is synchronous except where a type says `Awaitable`: private keys may live in a token, in WebCrypto
 * or behind a network, so signing, decryption, verification and key agreement may answer with a promise.
 *
 * Byte strings are `Uint8Array`. Integers inside keys are unsigned, big-endian, without leading zeros needed.
 */

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>

// --- Hashes, HMAC -----------------------------------------------------------------------------------------------

/** `md5-sha1` is the concatenation that TLS 1.0 and 1.1 sign (RFC 4346 §4.8). */
export type HashName =
  | 'md5'
  | 'sha1'
  | 'md5-sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'sha512-224'
  | 'sha512-256'

export interface Hash {
  readonly name: HashName
  /** Bytes of a digest. */
  readonly outputLength: number
  /** Bytes of the compression function's block, which HMAC and Lucky 13 care about. */
  readonly blockLength: number
  /** Of `md5-sha1` only: the two hashes it is made of, which TLS 1.0's PRF needs apart (RFC 4346 §5). */
  readonly halves?: readonly [md5: Hash, sha1: Hash]
  /** The digest of the concatenation of `parts`. */
  digest(...parts: Uint8Array[]): Uint8Array
  /** A running hash, for transcripts. */
  create(): HashState
  /**
   * HMAC keyed once (RFC 2104): the key is absorbed here, and each `mac` pays only for its message.
   *
   * @throws {CryptoError} `UNSUPPORTED` for `md5-sha1`
   */
  hmac(key: Uint8Array): Hmac
  /** HMAC with a key that is used this once, where that is cheaper than to key it first. */
  hmacOnce?(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array
  /** PBKDF2 with this hash, where the platform has it whole; `pbkdf2` uses it and checks the arguments. */
  pbkdf2?(password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Uint8Array
}

export interface HashState {
  update(bytes: Uint8Array): this
  /** The digest of everything so far. The state is not consumed and may be updated further. */
  digest(): Uint8Array
  /** An independent copy of the state. */
  copy(): HashState
}

export interface Hmac {
  readonly outputLength: number
  /** The MAC of the concatenation of `parts`. */
  mac(...parts: Uint8Array[]): Uint8Array
  /** Overwrites what it can of the key. The object must not be used afterwards. */
  destroy(): void
}

// --- Record protection --------------------------------------------------------------------------------------------

export type AeadName =
  | 'aes-128-gcm'
  | 'aes-256-gcm'
  | 'chacha20-poly1305'
  | 'aes-128-ccm'
  | 'aes-256-ccm'
  | 'aes-128-ccm-8'
  | 'aes-256-ccm-8'

export interface AeadAlgorithm {
  readonly name: AeadName
  readonly keyLength: number
  /** Bytes; RFC 9846 §5.3 #3: room for a sequence number. */
  readonly nonceLength: number
  /** Bytes that a record grows by; RFC 9846 §5.2 #4: with the type far below 255. */
  readonly tagLength: number
  /** Full-size records that one key may protect (RFC 9846 §5.5); `Infinity` where the sequence number ends first. */
  readonly recordLimit: number
  /** Failed openings after which a key must be given up (RFC 9147 §4.5.3); TLS over a stream closes at the first. */
  readonly forgeryLimit: number
  /** Keys the cipher once; nothing is set up per record. @throws {CryptoError} for a key of the wrong length */
  create(key: Uint8Array): Aead
}

export interface Aead {
  readonly tagLength: number
  /**
   * Encrypts `buffer[offset, offset + length)` in place and writes the tag right behind it.
   *
   * @throws {CryptoError} when the nonce has the wrong length or the tag does not fit
   */
  seal(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): void
  /**
   * Where the native cipher allocates its own output: ciphertext and tag, ready for `writev` without a copy. The text
   * is taken at once. Absent where `seal` is the fast way.
   */
  sealChunks?(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): [ciphertext: Uint8Array, tag: Uint8Array]
  /**
   * Opens `buffer[offset, offset + length)`, ciphertext and tag, and returns the plaintext: a view of `buffer` (opened
   * in place) or of the provider's own fresh memory. `null` when authentication fails; then no plaintext is left
   * readable to the caller, in the buffer or anywhere else.
   */
  open(nonce: Uint8Array, aad: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null
  /** Overwrites the key schedule where that is possible. */
  destroy(): void
}

/** CBC over whole blocks, in place and without padding; `chain` is the IV and receives the last ciphertext block. */
export interface CbcTransform {
  encrypt(chain: Uint8Array, buffer: Uint8Array, offset: number, length: number): void
  decrypt(chain: Uint8Array, buffer: Uint8Array, offset: number, length: number): void
  destroy(): void
}

/** A block cipher in CBC as a provider offers it. */
export interface CbcCipher {
  readonly keyLength: number
  readonly blockLength: number
  create(key: Uint8Array): CbcTransform
}

export type CbcName = 'aes-128-cbc' | 'aes-256-cbc' | '3des-ede-cbc' | 'camellia-128-cbc' | 'camellia-256-cbc'

/**
 * CBC with HMAC, as TLS up to 1.2 protects records: MAC-then-encrypt (RFC 5246 §6.2.3.2) and encrypt-then-MAC
 * (RFC 7366), with an explicit IV (1.1, 1.2) or the chained one of TLS 1.0. `null` as cipher is TLS_*_NULL_*.
 */
export interface CbcHmacAlgorithm {
  readonly cipher: CbcName | 'null'
  readonly hash: HashName
  readonly keyLength: number
  readonly macKeyLength: number
  /** Cipher block and IV, bytes; 0 for the null cipher. */
  readonly blockLength: number
  readonly macLength: number
  create(options: {
    key: Uint8Array
    macKey: Uint8Array
    /** The key block's IV: TLS 1.0 chains from it. Absent: each record carries its own random IV. */
    iv?: Uint8Array
    encryptThenMac?: boolean
    /** For the explicit IV of each sealed record. */
    randomBytes: (length: number) => Uint8Array
  }): CbcHmac
}

export interface CbcHmac {
  /** Bytes that `seal` adds at most: IV, MAC, padding. */
  readonly maxOverhead: number
  /** Bytes in front of the plaintext (the explicit IV). */
  readonly prefixLength: number
  /**
   * Protects `buffer[offset + prefixLength, offset + prefixLength + length)` in place, writing the IV at `offset`.
   *
   * @param header `seq_num (8) ‖ type (1) ‖ version (2)`; the length field is the cipher's affair, since the MAC covers
   *   the plaintext's length (MtE) or the ciphertext's (EtM)
   * @returns the length of the whole fragment, from `offset`
   */
  seal(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): number
  /**
   * Opens a fragment in place. One and the same answer, `null`, after the same work, whatever was wrong: MAC, padding
   * or length (Lucky 13, POODLE-TLS).
   */
  open(header: Uint8Array, buffer: Uint8Array, offset: number, length: number): Uint8Array | null
  destroy(): void
}

// --- Key exchange -------------------------------------------------------------------------------------------------

/** Names as in IANA's TLS Supported Groups registry. */
export type GroupName =
  | 'secp224r1'
  | 'secp256r1'
  | 'secp384r1'
  | 'secp521r1'
  | 'secp256k1'
  | 'brainpoolP256r1'
  | 'brainpoolP384r1'
  | 'brainpoolP512r1'
  | 'x25519'
  | 'x448'
  | 'ffdhe2048'
  | 'ffdhe3072'
  | 'ffdhe4096'
  | 'ffdhe6144'
  | 'ffdhe8192'
  | 'MLKEM512'
  | 'MLKEM768'
  | 'MLKEM1024'
  | 'X25519MLKEM768'
  | 'SecP256r1MLKEM768'
  | 'SecP384r1MLKEM1024'

/** One algorithm that two parties agree on a secret with: (EC)DH, a KEM, or a hybrid of both. */
export interface KeyExchangeGroup {
  readonly name: GroupName | 'dh'
  /** `kem` groups are not symmetric: the responder's share is a ciphertext. */
  readonly kind: 'ecdh' | 'dh' | 'kem' | 'hybrid'
  /** Bytes of the initiator's share (a public key) and of the responder's (a public key or a ciphertext). */
  readonly initiatorShareLength: number
  readonly responderShareLength: number
  /**
   * The party that sends its share before it has the peer's (a TLS 1.3 client; for the symmetric kinds also a TLS 1.2
   * server): a fresh share, and what completes it.
   */
  initiate(): KeyAgreement
  /**
   * The responder (a TLS server), where the initiator's share is known first.
   *
   * @throws {CryptoError} `INVALID_SHARE` when the peer's share has a wrong length or is not a valid element
   */
  respond(initiatorShare: Uint8Array): Awaitable<{ share: Uint8Array; secret: Uint8Array }>
  /**
   * Diffie-Hellman groups only: the secret of a private value that is given, for test vectors and static keys.
   *
   * @throws {CryptoError} `INVALID_KEY` for the private value, `INVALID_SHARE` for the share
   */
  agreeWith?(privateValue: Uint8Array, share: Uint8Array): Uint8Array
}

export interface KeyAgreement {
  /** What goes to the peer: SEC 1 uncompressed point, u-coordinate, left-padded DH value, encapsulation key. */
  readonly share: Uint8Array
  /**
   * The shared secret. May be called once; the private part is overwritten.
   * As long as the field, leading zeros kept (RFC 9846 §7.4.1, RFC 9846 §7.4.2 #1, Raccoon); TLS 1.2's stripping is the PRF's affair.
   *
   * @throws {CryptoError} `INVALID_SHARE` for a wrong length, a point off the curve, of low order, an all-zero secret
   */
  complete(responderShare: Uint8Array): Awaitable<Uint8Array>
  /** Overwrites the private part of an agreement that will not be completed. */
  destroy(): void
}

// --- Signatures and RSA -------------------------------------------------------------------------------------------

export type CurveName =
  | 'secp224r1'
  | 'secp256r1'
  | 'secp384r1'
  | 'secp521r1'
  | 'secp256k1'
  | 'brainpoolP256r1'
  | 'brainpoolP384r1'
  | 'brainpoolP512r1'

/** A signature algorithm with all its parameters; nothing is left to a default. */
export type SignatureAlgorithm =
  | { readonly name: 'rsa-pkcs1'; readonly hash: HashName }
  | { readonly name: 'rsa-pss'; readonly hash: HashName; readonly mgfHash: HashName; readonly saltLength: number }
  | { readonly name: 'ecdsa'; readonly hash: HashName }
  | { readonly name: 'dsa'; readonly hash: HashName }
  | { readonly name: 'ed25519' | 'ed448' }
  | { readonly name: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87' }

/** A public key as numbers and points, free of any encoding. DER is `@x/x509`'s. */
export type PublicKeyData =
  | {
      readonly type: 'rsa' | 'rsa-pss'
      readonly n: Uint8Array
      readonly e: Uint8Array
      /** RSASSA-PSS parameters that the key is restricted to (RFC 4055 §3.1); absent: any. */
      readonly pss?: { readonly hash: HashName; readonly mgfHash: HashName; readonly saltLength: number }
    }
  /** `point`: SEC 1, uncompressed (or compressed, where X.509 allows it). */
  | { readonly type: 'ec'; readonly curve: CurveName; readonly point: Uint8Array }
  | {
      readonly type: 'dsa'
      readonly p: Uint8Array
      readonly q: Uint8Array
      readonly g: Uint8Array
      readonly y: Uint8Array
    }
  | {
      readonly type: 'ed25519' | 'ed448' | 'x25519' | 'x448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'
      readonly bytes: Uint8Array
    }

export type KeyType = PublicKeyData['type']

/** A further prime of an RSA key: r_i, its CRT exponent d_i and its CRT coefficient t_i (RFC 8017 §3.2). */
export interface RsaOtherPrime {
  readonly r: Uint8Array
  readonly d: Uint8Array
  readonly t: Uint8Array
}

/** A private key as numbers. */
export type PrivateKeyData =
  | {
      readonly type: 'rsa' | 'rsa-pss'
      readonly n: Uint8Array
      readonly e: Uint8Array
      readonly d: Uint8Array
      readonly p: Uint8Array
      readonly q: Uint8Array
      readonly dp: Uint8Array
      readonly dq: Uint8Array
      readonly qi: Uint8Array
      /** Of a key of more than two primes (RFC 8017 §3.2): the third and so on, at most three; JWK's `oth`. */
      readonly otherPrimes?: readonly RsaOtherPrime[]
      readonly pss?: { readonly hash: HashName; readonly mgfHash: HashName; readonly saltLength: number }
    }
  /** `d`: as long as the curve's order. `point` is computed where it is not given. */
  | { readonly type: 'ec'; readonly curve: CurveName; readonly d: Uint8Array; readonly point?: Uint8Array }
  | {
      readonly type: 'dsa'
      readonly p: Uint8Array
      readonly q: Uint8Array
      readonly g: Uint8Array
      readonly x: Uint8Array
      readonly y?: Uint8Array
    }
  /** `publicBytes`: the public half that came with it, which must be its own. */
  | {
      readonly type: 'ed25519' | 'ed448' | 'x25519' | 'x448'
      readonly bytes: Uint8Array
      readonly publicBytes?: Uint8Array
    }
  /** `seed`: 32 bytes (RFC 9881); `bytes`: the expanded key, where the seed is not known. */
  | {
      readonly type: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'
      readonly seed?: Uint8Array
      readonly bytes?: Uint8Array
      readonly publicBytes?: Uint8Array
    }

/** What a key says of itself; enough for TLS to choose a scheme. */
export interface KeyInfo {
  readonly type: KeyType
  /** For `ec`. */
  readonly curve?: CurveName
  /** Bits of the modulus, the field or the security parameter's usual name (`ed25519` 256, `ml-dsa-65` 65). */
  readonly bits: number
  readonly pss?: { readonly hash: HashName; readonly mgfHash: HashName; readonly saltLength: number }
  /**
   * Where a key can do less than its type allows (a `CryptoKey` is bound to one padding and one hash, a KMS to a list):
   * whether it can do this. `supportsSignature` asks it.
   */
  readonly canSign?: (algorithm: SignatureAlgorithm) => boolean
}

export interface PublicKey extends KeyInfo {
  readonly data: PublicKeyData
  /**
   * True when `signature` (ECDSA and DSA: DER, strict) is valid for `message`. A malformed signature is `false`, not an
   * exception.
   *
   * @throws {CryptoError} `UNSUPPORTED` when the algorithm does not fit the key
   */
  verify(algorithm: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array): Awaitable<boolean>
  /** RSA only: RSAES-PKCS1-v1_5, for the TLS premaster secret. */
  encrypt?(message: Uint8Array): Uint8Array
}

/**
 * Something that signs: a private key in memory, a non-extractable `CryptoKey`, an HSM, a KMS. It is all that TLS and
 * certificate issuing need of a private key.
 */
export interface Signer extends KeyInfo {
  /** The public half, where it is known; lets a certificate be matched with its key. */
  readonly publicKey?: PublicKeyData
  /** Signs `message` (not its digest). ECDSA and DSA signatures are DER. */
  sign(algorithm: SignatureAlgorithm, message: Uint8Array): Awaitable<Uint8Array>
  /**
   * RSA key exchange of TLS up to 1.2: decrypts RSAES-PKCS1-v1_5 to exactly 48 bytes, or to 48 bytes that only this
   * key and ciphertext determine when the padding or the length is wrong, in the same time (implicit rejection, Marvin).
   * The version check is the handshake's, also in constant time (RFC 5246 §7.4.7.1).
   */
  decryptPremaster?(ciphertext: Uint8Array): Awaitable<Uint8Array>
}

export interface PrivateKey extends Signer {
  readonly publicKey: PublicKeyData
  readonly data: PrivateKeyData
}

export type KeySpec =
  | { readonly type: 'rsa' | 'rsa-pss'; readonly bits: number; readonly e?: number }
  | { readonly type: 'ec'; readonly curve: CurveName }
  | { readonly type: 'ed25519' | 'ed448' | 'x25519' | 'x448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87' }

// --- Passphrases ---------------------------------------------------------------------------------------------------

/** What scrypt is to cost. */
export interface ScryptParameters {
  /** N, of processor and memory: a power of two above 1, and below 2^(16 * blockSize). */
  readonly cost: number
  /** r, in units of 128 bytes. */
  readonly blockSize: number
  /** p */
  readonly parallelization: number
}

// --- The provider -------------------------------------------------------------------------------------------------

/**
 * What TLS and X.509 ask of a platform. A property or an entry that is missing is an algorithm that is not offered,
 * and is never negotiated.
 */
export interface CryptoProvider {
  readonly name: string
  /** Cryptographically secure random bytes. */
  randomBytes(length: number): Uint8Array
  /**
   * Random bytes that everyone will see: IVs and nonces of records, randoms of hellos. They may be drawn ahead, so that
   * keys and premaster secrets never come from here. Absent: as `randomBytes`.
   */
  randomNonce?(length: number): Uint8Array
  readonly hashes: Readonly<Partial<Record<HashName, Hash>>>
  readonly aeads: Readonly<Partial<Record<AeadName, AeadAlgorithm>>>
  /** CBC and NULL record protection for TLS up to 1.2, by cipher and MAC; `undefined` when not offered. */
  cbcHmac(cipher: CbcName | 'null', hash: HashName): CbcHmacAlgorithm | undefined
  /** A CBC cipher by itself, for session tickets and key files; `undefined` where it is not offered. */
  cbc?(cipher: CbcName | 'aes-192-cbc'): CbcCipher | undefined
  /**
   * PBKDF2 (RFC 8018 §5.2) with HMAC, for key files. Who reads iterations from a file bounds them first.
   *
   * @param iterations 1 to 100,000,000
   * @param length bytes wanted, 1 to 65535
   * @throws {CryptoError} `INVALID_PARAMETER`; `UNSUPPORTED` for a hash that is not offered, or has no HMAC
   */
  pbkdf2?(hash: HashName, password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Uint8Array
  /**
   * scrypt (RFC 7914 §6), for key files.
   *
   * @param length bytes wanted, 1 to 65535
   * @throws {CryptoError} `INVALID_PARAMETER` for parameters out of range, or that need over 1 GiB of memory
   */
  scrypt?(password: Uint8Array, salt: Uint8Array, parameters: ScryptParameters, length: number): Uint8Array
  readonly groups: Readonly<Partial<Record<GroupName, KeyExchangeGroup>>>
  /** Finite-field DH over parameters that the application or a TLS 1.2 server gives. @throws {CryptoError} for unfit ones */
  dhGroup(p: Uint8Array, g: Uint8Array): KeyExchangeGroup
  /**
   * Whether a big-endian number is prime, so that a composite passes with a chance below 2^-64: for `generateSafePrime`,
   * which has a test of its own where a provider has none.
   */
  isPrime?(candidate: Uint8Array): boolean | Promise<boolean>
  /** @throws {CryptoError} `INVALID_KEY` for numbers out of range, points off the curve; `UNSUPPORTED` */
  importPublicKey(data: PublicKeyData): PublicKey
  /** @throws {CryptoError} */
  importPrivateKey(data: PrivateKeyData): PrivateKey
  generateKey(spec: KeySpec): PrivateKey
  /** True when the provider can verify with it; what to advertise in signature_algorithms follows from this. */
  supportsSignature(algorithm: SignatureAlgorithm, key?: KeyInfo): boolean
  /**
   * Which of AES-GCM and ChaCha20-Poly1305 this provider does faster: cipher suites are ordered by it unless the
   * caller ordered them.
   */
  readonly prefers: 'aes' | 'chacha20'
}
