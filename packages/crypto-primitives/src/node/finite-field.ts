import { createDiffieHellman, type DiffieHellman } from 'node:crypto'
import { CryptoError } from '../error.ts'
import { diffieHellmanGroup } from '../groups/agreement.ts'
import { type FfdheBits, ffdheField } from '../groups/ffdhe.ts'
import { checkPublicValue, finiteFieldGroup } from '../groups/finite-field.ts'
import { integerToBytes } from '../integer.ts'
import type { GroupName, KeyExchangeGroup } from '../provider.ts'

/** OpenSSL strips the leading zeros of public values and secrets; TLS keeps them (RFC 9846 §4.3.8.1, §7.4.1). */
function padded(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  out.set(bytes, length - bytes.length)
  return out
}

/**
 * `createDiffieHellman` tests its parameters for primality each time, for seconds, unless OpenSSL knows the group by its
 * prime and Node asks it: so it is with OpenSSL 3.0 (Node 20 and 22), and no longer with 3.5 (Node 24).
 */
const SKIPS_THE_TEST = /^3\.0\./.test(process.versions.openssl ?? '')

/**
 * A named finite-field group in OpenSSL where that is quick, else in BigInt with the same short exponents. Parameters
 * that are not named stay portable for the same reason.
 */
export function nativeDh(name: GroupName, bits: FfdheBits): KeyExchangeGroup {
  const field = ffdheField(bits)
  const length = bits / 8
  if (!SKIPS_THE_TEST) return finiteFieldGroup(name, length, field)
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
