import type { PrivateKeyData, PublicKeyData, SignatureAlgorithm } from '../provider.ts'
import { CURVES, HASHES } from './names.ts'

/** How WebCrypto is asked to do what an algorithm says with a key: how it imports the key, and with which parameters. */
export interface Use {
  readonly format: 'raw' | 'jwk' | 'raw-public' | 'raw-seed'
  readonly key: object
  readonly importAs: object
  readonly parameters: object
  /** For ECDSA, whose signatures are r ‖ s here. */
  readonly scalarLength?: number
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

const known = (name: string) => Object.entries(CURVES).find(([, { curve }]) => curve === name)

/** RSA's JWK has the numbers without zeros in front (RFC 7518 §6.3). */
function number(bytes: Uint8Array): string {
  let from = 0
  while (from < bytes.length - 1 && bytes[from] === 0) from++
  return base64url(bytes.subarray(from))
}

type RsaData = Extract<PublicKeyData | PrivateKeyData, { type: 'rsa' | 'rsa-pss' }>

function rsaName(
  { type, pss }: Pick<RsaData, 'type' | 'pss'>,
  algorithm: SignatureAlgorithm,
): { name: string; hash: string; saltLength?: number } | undefined {
  if (algorithm.name !== 'rsa-pkcs1' && algorithm.name !== 'rsa-pss') return undefined
  // What does not fit a restricted key is the base's to refuse.
  if (pss || (type === 'rsa-pss' && algorithm.name !== 'rsa-pss')) return undefined
  const hash = HASHES[algorithm.hash]
  if (!hash) return undefined
  if (algorithm.name === 'rsa-pkcs1') return { name: 'RSASSA-PKCS1-v1_5', hash }
  return algorithm.mgfHash === algorithm.hash ? { name: 'RSA-PSS', hash, saltLength: algorithm.saltLength } : undefined
}

/** For verifying; undefined for what WebCrypto has no name for. */
export function publicUse(data: PublicKeyData, algorithm: SignatureAlgorithm): Use | undefined {
  if (data.type === 'ec' && algorithm.name === 'ecdsa') {
    const [namedCurve, curve] = known(data.curve) ?? []
    const hash = HASHES[algorithm.hash]
    // Compressed points are not taken everywhere.
    if (!curve || !hash || data.point[0] !== 4) return undefined
    return {
      format: 'raw',
      key: data.point,
      importAs: { name: 'ECDSA', namedCurve },
      parameters: { name: 'ECDSA', hash },
      scalarLength: curve.scalarLength,
    }
  }
  if (data.type === 'rsa' || data.type === 'rsa-pss') {
    const named = rsaName(data, algorithm)
    if (!named) return undefined
    return {
      format: 'jwk',
      key: { kty: 'RSA', n: number(data.n), e: number(data.e), ext: true },
      importAs: { name: named.name, hash: named.hash },
      parameters: named,
    }
  }
  if (data.type === 'ed25519' && algorithm.name === 'ed25519') {
    return { format: 'raw', key: data.bytes, importAs: { name: 'Ed25519' }, parameters: { name: 'Ed25519' } }
  }
  if (data.type.startsWith('ml-dsa') && algorithm.name === data.type) {
    const name = data.type.toUpperCase()
    return {
      format: 'raw-public',
      key: (data as { bytes: Uint8Array }).bytes,
      importAs: { name },
      parameters: { name },
    }
  }
  return undefined
}

/** For signing; undefined for what WebCrypto has no name for. */
export function privateUse(
  data: PrivateKeyData,
  publicData: PublicKeyData,
  algorithm: SignatureAlgorithm,
): Use | undefined {
  if (data.type === 'ec' && publicData.type === 'ec' && algorithm.name === 'ecdsa') {
    const use = publicUse(publicData, algorithm)
    if (!use?.scalarLength) return undefined
    const { scalarLength } = use
    const { point } = publicData
    const [x, y] = [point.subarray(1, 1 + scalarLength), point.subarray(1 + scalarLength)]
    const { namedCurve } = use.importAs as { namedCurve: string }
    const jwk = { kty: 'EC', crv: namedCurve, x: base64url(x), y: base64url(y), d: base64url(data.d) }
    return { ...use, format: 'jwk', key: jwk }
  }
  if (data.type === 'rsa' || data.type === 'rsa-pss') {
    const named = rsaName(data, algorithm)
    if (!named) return undefined
    // WebCrypto refuses `oth`.
    if (data.otherPrimes?.length) return undefined
    const { n, e, d, p, q, dp, dq, qi } = data
    const numbers = Object.entries({ n, e, d, p, q, dp, dq, qi }).map(([name, value]) => [name, number(value)])
    return {
      format: 'jwk',
      key: { kty: 'RSA', ...Object.fromEntries(numbers) },
      importAs: { name: named.name, hash: named.hash },
      parameters: named,
    }
  }
  if (data.type === 'ed25519' && publicData.type === 'ed25519' && algorithm.name === 'ed25519') {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64url(publicData.bytes), d: base64url(data.bytes) }
    return { format: 'jwk', key: jwk, importAs: { name: 'Ed25519' }, parameters: { name: 'Ed25519' } }
  }
  return undefined
}
