import type { AeadName, CryptoProvider, HashName } from '@x/crypto-primitives'
import { rememberedByList } from './remembered.ts'

/** A cipher suite of TLS 1.3 (RFC 9846 appendix B.4): record protection and the hash of the key schedule. */
export interface CipherSuite13 {
  readonly id: number
  readonly name: string
  readonly version: '1.3'
  readonly aead: AeadName
  readonly hash: HashName
}

const suite13 = (id: number, name: string, aead: AeadName, hash: HashName): CipherSuite13 => ({
  id,
  name,
  version: '1.3',
  aead,
  hash,
})

/** The cipher suites of TLS 1.3, in the order we prefer where AES is fast. */
export const CIPHER_SUITES_13: readonly CipherSuite13[] = /* @__PURE__ */ [
  suite13(0x1301, 'TLS_AES_128_GCM_SHA256', 'aes-128-gcm', 'sha256'),
  suite13(0x1302, 'TLS_AES_256_GCM_SHA384', 'aes-256-gcm', 'sha384'),
  suite13(0x1303, 'TLS_CHACHA20_POLY1305_SHA256', 'chacha20-poly1305', 'sha256'),
  suite13(0x1304, 'TLS_AES_128_CCM_SHA256', 'aes-128-ccm', 'sha256'),
  suite13(0x1305, 'TLS_AES_128_CCM_8_SHA256', 'aes-128-ccm-8', 'sha256'),
]

/** The three that are on unless others are asked for (RFC 9846 §9.1 #1); CCM is for constrained devices. */
const DEFAULT_13: readonly number[] = [0x1301, 0x1302, 0x1303]

/** The suite with this number, when it is of TLS 1.3. */
export function cipherSuite13(id: number): CipherSuite13 | undefined {
  return CIPHER_SUITES_13.find((suite) => suite.id === id)
}

/** True when the provider has all that the suite needs. */
export function supportsSuite13(provider: CryptoProvider, suite: CipherSuite13): boolean {
  return provider.aeads[suite.aead] !== undefined && provider.hashes[suite.hash] !== undefined
}

/**
 * The TLS 1.3 suites to use, in order of preference: those of `configured` the provider has, or the defaults, with the
 * cipher first that the provider does faster.
 */
export const enabledSuites13 = /* @__PURE__ */ rememberedByList((provider, configured?: readonly number[]) => {
  const ids =
    configured ?? (provider.prefers === 'chacha20' ? [0x1303, ...DEFAULT_13.filter((id) => id !== 0x1303)] : DEFAULT_13)
  const suites: CipherSuite13[] = []
  for (const id of ids) {
    const suite = cipherSuite13(id)
    if (suite !== undefined && supportsSuite13(provider, suite)) suites.push(suite)
  }
  return suites
})

/** TLS_FALLBACK_SCSV (RFC 7507) and TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746). */
export const FALLBACK_SCSV = 0x5600
export const EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff
