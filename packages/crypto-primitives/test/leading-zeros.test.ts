import { createECDH } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { nodeProvider } from '../src/node.ts'
import { portableProvider } from '../src/portable.ts'
import { hex } from './hex.ts'

/** OpenSSL's name, bytes of the field, and a private value whose secret with the other's begins with a zero byte too many. */
const CURVES = {
  secp256r1: ['prime256v1', 32, 210],
  secp384r1: ['secp384r1', 48, 695],
  secp521r1: ['secp521r1', 66, 45],
} as const

function shortSecret(name: keyof typeof CURVES): { privateValue: Uint8Array; share: Uint8Array; secret: Uint8Array } {
  const [openssl, length, scalar] = CURVES[name]
  const [other, own] = [createECDH(openssl), createECDH(openssl)]
  other.setPrivateKey(Buffer.alloc(length, 1).fill(0, 0, 1))
  const privateValue = Buffer.alloc(length)
  privateValue.writeUInt32BE(scalar, length - 4)
  own.setPrivateKey(privateValue)
  const secret = own.computeSecret(other.getPublicKey())
  // The top byte of secp521r1 holds one bit.
  expect(secret[name === 'secp521r1' ? 1 : 0]).toBe(0)
  return { privateValue: new Uint8Array(privateValue), share: new Uint8Array(other.getPublicKey()), secret }
}

describe('RFC 9846 §7.4.2 #1: a shared secret is as long as the field, leading zeros and all', () => {
  for (const provider of [nodeProvider, portableProvider])
    test.each(Object.keys(CURVES) as (keyof typeof CURVES)[])(`${provider.name}: %s`, (name) => {
      const { privateValue, share, secret } = shortSecret(name)
      const group = provider.groups[name]!
      expect(group.agreeWith).toBeDefined()
      expect(hex(group.agreeWith!(privateValue, share))).toBe(hex(secret))
      expect(secret).toHaveLength(CURVES[name][1])
    })
})
