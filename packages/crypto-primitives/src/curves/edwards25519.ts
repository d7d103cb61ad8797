import { type EdDSA, eddsa, edwards } from '@noble/curves/abstract/edwards.js'
import { sha512 } from '@noble/hashes/sha2.js'

let made: EdDSA | undefined

/**
 * noble's Ed25519, put together at its first use from the curve's parameters (RFC 8032 §5.1): noble's module of that name
 * brings ristretto255, OPRF and FROST, and makes its curves when it is imported.
 */
export function ed25519(): EdDSA {
  made ??= eddsa(
    edwards({
      p: 2n ** 255n - 19n,
      n: 2n ** 252n + 27742317777372353535851937790883648493n,
      h: 8n,
      a: 2n ** 255n - 20n,
      d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
      Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
      Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
    }),
    sha512,
    {
      // §5.1.5 step 2
      adjustScalarBytes(bytes: Uint8Array) {
        bytes[0] &= 248
        bytes[31] = (bytes[31] & 127) | 64
        return bytes as Uint8Array<ArrayBuffer>
      },
    },
  )
  return made
}
