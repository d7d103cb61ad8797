import type { CryptoProvider, Hash, HashName } from '@x/crypto-primitives'
import { encodeAlgorithmIdentifier, encodeHashAlgorithm, readAlgorithmIdentifier } from '../algorithm.ts'
import { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { digestOf } from './signature-algorithm.ts'

/** RSAES-OAEP-params (RFC 4055 §4.1). */

export const RSAES_OAEP = '1.2.840.113549.1.1.7'
const MGF1 = '1.2.840.113549.1.1.8'
const P_SPECIFIED = '1.2.840.113549.1.1.9'

export interface OaepHashes {
  readonly hash: Hash
  readonly mgfHash: Hash
  readonly label: Uint8Array
}

/** @throws {X509Error} */
export function readOaepParameters(parameters: Uint8Array | undefined, provider: CryptoProvider): OaepHashes {
  let hash: HashName | undefined = 'sha1'
  let mgfHash: HashName | undefined = 'sha1'
  let label = new Uint8Array(0)
  if (parameters) {
    const outer = DerReader.open(parameters, '')
    const reader = outer.sequence('RSAES-OAEP-params')
    outer.finish()
    if (reader.is(0xa0)) hash = digestOf(readAlgorithmIdentifier(reader.explicit(0, 'hashFunc'), ''))
    if (reader.is(0xa1)) {
      const mgf = reader.explicit(1, 'maskGenFunc').sequence('')
      if (mgf.oid('algorithm') !== MGF1) mgf.fail('UNSUPPORTED', 'only MGF1 is known', 'algorithm')
      mgfHash = digestOf(readAlgorithmIdentifier(mgf, 'hash'))
    }
    if (reader.is(0xa2)) {
      const source = reader.explicit(2, 'pSourceFunc').sequence('')
      if (source.oid('algorithm') !== P_SPECIFIED) source.fail('UNSUPPORTED', 'only pSpecified is known', 'algorithm')
      label = source.octetString('label') as Uint8Array<ArrayBuffer>
    }
    reader.finish()
  }
  return { hash: hashNamed(hash, provider), mgfHash: hashNamed(mgfHash, provider), label }
}

function hashNamed(name: HashName | undefined, provider: CryptoProvider): Hash {
  const hash = name && provider.hashes[name]
  if (!hash) throw new X509Error('UNSUPPORTED', `RSAES-OAEP-params: a hash that the provider "${provider.name}" lacks`)
  return hash
}

/** DER of the AlgorithmIdentifier of OAEP with one hash for both. */
export function encodeOaep(hash: HashName): Uint8Array {
  const algorithm = encodeHashAlgorithm(hash)
  return encodeAlgorithmIdentifier(
    RSAES_OAEP,
    der.sequence(der.explicit(0, algorithm), der.explicit(1, encodeAlgorithmIdentifier(MGF1, algorithm))),
  )
}
