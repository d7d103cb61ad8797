import { readAlgorithmIdentifier } from '../algorithm.ts'
import { BER_LIMITS, DerReader } from '../der/reader.ts'
import { X509Error } from '../error.ts'
import type { PassphraseCrypto } from './passphrase-crypto.ts'
import { pbeDecrypt } from './pbe.ts'

/** EncryptedPrivateKeyInfo (RFC 5958 §3), which a PFX may hold in BER. */

/**
 * DER of the PrivateKeyInfo inside; the caller overwrites it after use.
 *
 * @param crypto asked for when there is a passphrase
 * @throws {X509Error} `PASSPHRASE_REQUIRED`, `WRONG_PASSPHRASE`, `UNSUPPORTED`, `LIMIT_EXCEEDED`
 */
export function decryptPkcs8(
  bytes: Uint8Array,
  passphrase: string | Uint8Array | undefined,
  crypto: () => PassphraseCrypto,
  pkcs12Passphrase?: Uint8Array,
): Uint8Array {
  const outer = DerReader.open(bytes, '', BER_LIMITS)
  const info = outer.sequence('EncryptedPrivateKeyInfo')
  const algorithm = readAlgorithmIdentifier(info, 'encryptionAlgorithm')
  const ciphertext = info.octetString('encryptedData')
  info.finish()
  outer.finish()
  if (passphrase === undefined)
    throw new X509Error('PASSPHRASE_REQUIRED', 'the private key is encrypted; a passphrase is needed')
  return pbeDecrypt(algorithm, passphrase, ciphertext, crypto(), pkcs12Passphrase)
}
