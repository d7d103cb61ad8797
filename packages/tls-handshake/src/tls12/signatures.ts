import type { KeyInfo, SignatureAlgorithm } from '@x/crypto-primitives'
import { peerError, Version } from '@x/tls-record'
import { concatBytes } from '../codec/bytes.ts'
import type { Credential, TlsConfig } from '../config.ts'
import { commonSchemes } from '../handshake/credential-choice.ts'
import type { PeerKey } from '../handshake/raw-public-key.ts'
import { answer, type Flow } from '../handshake/step.ts'
import {
  SIGNATURE_SCHEMES,
  schemeFitsKey12,
  signatureScheme,
  signatureSchemeName,
} from '../registry/signature-schemes.ts'
import type { Connection12 } from './state.ts'

/** An algorithm to sign by, with the number that names it in TLS 1.2. */
export interface Signing {
  readonly algorithm: SignatureAlgorithm
  readonly scheme?: number
}

/** RFC 5246 §7.4.1.4.1 #4: what a peer accepts that does not say. */
const DEFAULT_SCHEMES: readonly number[] = [0x0201, 0x0203]

/** Before TLS 1.2 the algorithm follows from the key (RFC 4346 §7.4.3, RFC 8422 §5.4). */
function fixedAlgorithm(key: KeyInfo): SignatureAlgorithm | undefined {
  if (key.type === 'rsa') return { name: 'rsa-pkcs1', hash: 'md5-sha1' }
  return key.type === 'ec' ? { name: 'ecdsa', hash: 'sha1' } : undefined
}

/**
 * How a credential signs for this peer.
 *
 * @param accepted the peer's signature_algorithms (default, where it sent none: SHA-1)
 */
export function chooseSigning(
  config: TlsConfig,
  credential: Credential,
  version: number,
  accepted: readonly number[] = DEFAULT_SCHEMES,
): Signing | undefined {
  const { signer } = credential
  if (version < Version.TLS12) {
    const algorithm = fixedAlgorithm(signer)
    return algorithm && { algorithm }
  }
  const scheme = commonSchemes(config, credential, accepted, SIGNATURE_SCHEMES).find((one) =>
    schemeFitsKey12(one, signer),
  )
  return scheme && { algorithm: scheme.algorithm, scheme: scheme.id }
}

/** What a ServerKeyExchange's signature covers (RFC 5246 §7.4.3). */
export function signedParameters({ client, server }: Connection12['randoms'], parameters: Uint8Array): Uint8Array {
  return concatBytes(client, server, parameters)
}

/**
 * Checks a peer's signature over `content`.
 *
 * @param accepted the schemes we advertised
 */
export function* verifySignature12(
  version: number,
  leaf: PeerKey,
  accepted: readonly number[],
  scheme: number | undefined,
  content: Uint8Array,
  signature: Uint8Array,
): Flow {
  const key = leaf.publicKey
  let algorithm: SignatureAlgorithm | undefined
  if (version < Version.TLS12) algorithm = fixedAlgorithm(key)
  else {
    const known = signatureScheme(scheme!)
    // RFC 5246 §7.4.3 #2, RFC 5246 §7.4.8 #2, #3: one of those offered, and of the key's type.
    if (known && accepted.includes(known.id) && schemeFitsKey12(known, key)) algorithm = known.algorithm
  }
  if (algorithm === undefined) {
    throw peerError(
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
      `signed by ${scheme === undefined ? 'the fixed algorithm' : signatureSchemeName(scheme)}, which was not offered or does not fit a key of type ${key.type}`,
    )
  }
  const valid = yield* answer('verifySignature', () => key.verify(algorithm, content, signature))
  // RFC 5246 §7.2.2: decrypt_error.
  if (valid !== true) throw peerError('decrypt_error', 'BAD_SIGNATURE', "the handshake's signature is not valid")
}
