import { createDiffieHellman, type DiffieHellman } from 'node:crypto'
import { CryptoError } from '../error.ts'
import { diffieHellmanGroup } from '../groups/agreement.ts'
import { type FfdheBits, ffdheField } from '../groups/ffdhe.ts'
import { checkPublicValue } from '../groups/finite-field.ts'
import { integerToBytes } from '../integer.ts'
import type { GroupName, KeyExchangeGroup } from '../provider.ts'

/** OpenSSL strips the leading zeros of public values and secrets; TLS keeps them (RFC 9846 §4.3.8.1, §7.4.1). */
function padded(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  out.set(bytes, length - bytes.length)
  return out
}

/**
 * A named finite-field group in OpenSSL, which knows it by its prime and so uses short exponents and skips its primality
 * test. For unknown parameters that test takes longer than the exchange in BigInt, so those stay portable.
 */
export function nativeDh(name: GroupName, bits: FfdheBits): KeyExchangeGroup {
  const field = ffdheField(bits)
  const length = bits / 8
  let prime: Uint8Array | undefined
  return diffieHellmanGroup(
    name,
    'dh',
    length,
    (privateValue) => {
      prime ??= integerToBytes(field().p, length)
      const dh: DiffieHellman = createDiffieHellman(prime, 2)
      if (privateValue) dh.setPrivateKey(privateValue)
      else dh.generateKeys()
      return {
        // Asked again for its keys, OpenSSL completes what is missing: the public value of a given private one.
        share: () => padded(privateValue ? dh.generateKeys() : dh.getPublicKey(), length),
        agree(peer) {
          try {
            return padded(dh.computeSecret(peer), length)
          } catch (cause) {
            throw new CryptoError('INVALID_SHARE', `${name} public value was refused`, { cause })
          }
        },
        wipe() {},
      }
    },
    (share) => checkPublicValue(name, field().p, share, length),
  )
}
