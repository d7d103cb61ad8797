import { type EdDSA, eddsa, edwards } from '@noble/curves/abstract/edwards.js'
import { Field, pow } from '@noble/curves/abstract/modular.js'
import { type MontgomeryECDH, montgomery } from '@noble/curves/abstract/montgomery.js'
import { shake256 } from '@noble/hashes/sha3.js'
import { concatBytes, createHasher } from '@noble/hashes/utils.js'
import { ascii } from '../bytes.ts'

/** 2^448 - 2^224 - 1, without a computation at import. */
const prime = () => 2n ** 448n - 2n ** 224n - 1n

/** RFC 8032 §5.2.5 step 2, RFC 7748 §5 decodeScalar448. */
function adjustScalarBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  bytes[0] &= 252
  bytes[55] |= 128
  if (bytes.length > 56) bytes[56] = 0
  return bytes as Uint8Array<ArrayBuffer>
}

let signatures: EdDSA | undefined

/** noble's Ed448, put together at its first use (RFC 8032 §5.2). */
export function ed448(): EdDSA {
  if (!signatures) {
    const p = prime()
    const n = 2n ** 446n - 0x8335dc163bb124b65129c96fde933d8d723a70aadc873d6d54a7bb0dn
    const domain: { p: bigint; n: bigint; h: bigint; a: bigint; d: bigint; Gx: bigint; Gy: bigint } = {
      p,
      n,
      h: 4n,
      a: 1n,
      d: p - 39081n,
      Gx: 0x4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05en,
      Gy: 0x693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14n,
    }
    // Numbers of 448 bits, and the sign of a point behind them, take 57 bytes.
    const field = (order: bigint) => Field(order, { BITS: 456, isLE: true })
    signatures = eddsa(
      edwards(domain, { Fp: field(p), Fn: field(n) }),
      createHasher(() => shake256.create({ dkLen: 114 })),
      {
        adjustScalarBytes,
        // dom4 (§2)
        domain: (data: Uint8Array, context: Uint8Array, prehashed: boolean) =>
          concatBytes(ascii('SigEd448'), Uint8Array.of(Number(prehashed), context.length), context, data),
      },
    )
  }
  return signatures
}

let agreement: MontgomeryECDH | undefined

/** noble's X448, by the ladder alone, put together at its first use (RFC 7748 §4.2). */
export function x448(): MontgomeryECDH {
  if (!agreement) {
    const p = prime()
    agreement = montgomery({ P: p, type: 'x448', powPminus2: (x) => pow(x, p - 2n, p), adjustScalarBytes })
  }
  return agreement
}
