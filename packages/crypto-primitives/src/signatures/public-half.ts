import { CryptoError } from '../error.ts'
import type { PrivateKey, PrivateKeyData } from '../provider.ts'

/**
 * A private key, if the public half that came with it is its own: a file or JWK that says another would have a program
 * show one key and sign with another.
 *
 * @throws {CryptoError} `INVALID_KEY`
 */
export function withOwnPublicHalf<K extends PrivateKey>(data: PrivateKeyData, key: K): K {
  if (!Object.hasOwn(data, 'publicBytes')) return key
  const { type, publicBytes } = data as Extract<PrivateKeyData, { publicBytes?: Uint8Array }>
  if (!publicBytes) return key
  const own = key.publicKey as { readonly bytes?: Uint8Array } | undefined
  if (own?.bytes?.length !== publicBytes.length || own.bytes.some((byte, i) => byte !== publicBytes[i]))
    throw new CryptoError('INVALID_KEY', `the public half that came with the ${type} key is another key's`)
  return key
}
