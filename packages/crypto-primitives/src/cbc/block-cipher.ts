/** A block cipher by name, and how to key it. */
export interface BlockCipherAlgorithm {
  readonly name: string
  /** Bytes of a block. */
  readonly blockLength: number
  /** Lengths of a key, bytes. */
  readonly keyLengths: readonly number[]
  /** @throws {CryptoError} `INVALID_LENGTH` */
  create(key: Uint8Array): BlockCipher
}

/** A keyed block cipher. */
export interface BlockCipher {
  readonly blockLength: number
  /** Encrypts the block at `at` in place. */
  encryptBlock(bytes: Uint8Array, at: number): void
  /** Decrypts the block at `at` in place. */
  decryptBlock(bytes: Uint8Array, at: number): void
  /** Overwrites the key schedule. */
  destroy(): void
}
