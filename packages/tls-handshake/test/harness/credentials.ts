import { createPrivateKey, type JsonWebKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { CryptoProvider, CurveName, PrivateKeyData, PublicKeyData } from '@x/crypto-primitives'
import type { Credential, PeerCertificate } from '../../src/index.ts'
import { provider as defaultProvider } from './provider.ts'

const folder = new URL('../fixtures/certificates/', import.meta.url)

export type KeyKind = 'rsa' | 'p256' | 'p384' | 'p521' | 'ed25519' | 'client'

export const pem = (name: KeyKind, part: 'pem' | 'key'): string =>
  readFileSync(new URL(`${name}.${part}`, folder), 'utf8')
export const path = (name: KeyKind, part: 'pem' | 'key'): string => new URL(`${name}.${part}`, folder).pathname

const curves: Record<string, CurveName> = { 'P-256': 'secp256r1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' }
const bytes = (text: string | undefined): Uint8Array => new Uint8Array(Buffer.from(text ?? '', 'base64url'))

function point(jwk: JsonWebKey): Uint8Array {
  return new Uint8Array([4, ...bytes(jwk.x), ...bytes(jwk.y)])
}

export function publicKeyData(key: KeyObject): PublicKeyData {
  const jwk = key.export({ format: 'jwk' })
  if (jwk.kty === 'RSA') return { type: 'rsa', n: bytes(jwk.n), e: bytes(jwk.e) }
  if (jwk.kty === 'EC') return { type: 'ec', curve: curves[jwk.crv!], point: point(jwk) }
  return { type: 'ed25519', bytes: bytes(jwk.x) }
}

export function privateKeyData(key: KeyObject): PrivateKeyData {
  const jwk = key.export({ format: 'jwk' })
  const b = (name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi'): Uint8Array => bytes(jwk[name])
  if (jwk.kty === 'RSA') {
    return { type: 'rsa', n: b('n'), e: b('e'), d: b('d'), p: b('p'), q: b('q'), dp: b('dp'), dq: b('dq'), qi: b('qi') }
  }
  if (jwk.kty === 'EC') return { type: 'ec', curve: curves[jwk.crv!], d: b('d'), point: point(jwk) }
  return { type: 'ed25519', bytes: b('d') }
}

export const der = (name: KeyKind): Uint8Array => new Uint8Array(new X509Certificate(pem(name, 'pem')).raw)

export function credential(name: KeyKind, provider: CryptoProvider = defaultProvider): Credential {
  return { chain: [der(name)], signer: provider.importPrivateKey(privateKeyData(createPrivateKey(pem(name, 'key')))) }
}

/** Up to 125 bytes, framed as a DER Name: each other's is another. */
export const nameOf = (content: Uint8Array): Uint8Array =>
  Uint8Array.of(0x30, content.length + 2, 0x31, content.length, ...content)

export function parserFor(provider: CryptoProvider): (der: Uint8Array) => PeerCertificate {
  return (der) => {
    const certificate = new X509Certificate(der)
    return {
      der,
      publicKey: provider.importPublicKey(publicKeyData(certificate.publicKey)),
      issuer: nameOf(new TextEncoder().encode(certificate.issuer)),
    }
  }
}

export const parseCertificate = parserFor(defaultProvider)
