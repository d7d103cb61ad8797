import { expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { GroupName, KeyExchangeGroup } from '../provider.ts'
import { randomBytes } from '../random.ts'
import { diffieHellmanGroup } from './agreement.ts'

/** X25519 or X448 as RFC 7748 §5 defines it: a function of a scalar and a u-coordinate. */
export interface MontgomeryFunction {
  /** Bytes of scalar, coordinate and secret. */
  readonly length: number
  /** The base point's u. */
  readonly base: Uint8Array
  /** May throw, or return zeros, when the result is zero. */
  multiply(scalar: Uint8Array, u: Uint8Array): Uint8Array
}

/**
 * The shared secret of a scalar and a peer's u-coordinate; the all-zero one is refused (RFC 7748 §6, RFC 9846 §7.4.2).
 *
 * @throws {CryptoError} `INVALID_SHARE`
 */
export function montgomeryAgree(
  name: string,
  f: MontgomeryFunction,
  scalar: Uint8Array,
  share: Uint8Array,
): Uint8Array {
  expectLength(`${name} share`, share, f.length, 'INVALID_SHARE')
  let secret: Uint8Array
  try {
    secret = f.multiply(scalar, share)
  } catch (cause) {
    throw new CryptoError('INVALID_SHARE', `${name} share is a point of low order`, { cause })
  }
  let any = 0
  for (let i = 0; i < secret.length; i++) any |= secret[i]
  if (any === 0) throw new CryptoError('INVALID_SHARE', `${name} share is a point of low order`)
  return secret
}

/** A key exchange group over a Montgomery curve. The base point goes through the ladder too: no table is ever built. */
export function montgomeryGroup(name: GroupName, f: MontgomeryFunction): KeyExchangeGroup {
  return diffieHellmanGroup(
    name,
    'ecdh',
    f.length,
    (privateValue) => {
      if (privateValue) expectLength(`${name} private key`, privateValue, f.length, 'INVALID_KEY')
      const scalar = privateValue ? new Uint8Array(privateValue) : randomBytes(f.length)
      return {
        share: () => f.multiply(scalar, f.base),
        agree: (peer) => montgomeryAgree(name, f, scalar, peer),
        wipe: () => scalar.fill(0),
      }
    },
    (share) => expectLength(`${name} share`, share, f.length, 'INVALID_SHARE'),
  )
}
