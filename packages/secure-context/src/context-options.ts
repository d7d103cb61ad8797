import type { CryptoProvider, Signer } from '@x/crypto-primitives'
import {
  anyOf,
  bool,
  bytes,
  callback,
  count,
  group,
  listOf,
  oneOf,
  optionsReader,
  type Rule,
  required,
  text,
  thing,
} from '@x/crypto-primitives/options'
import type { CertificateCompression } from '@x/tls-handshake'
import type { TrustStore } from '@x/x509/tls'
import { type Input, input, optionBits, provider, refusal, ticketKeys, work } from './checks.ts'
import { PROTOCOL_VERSIONS } from './protocol-versions.ts'

/** Options of a context: Node's words, their types already checked. */
export interface TlsContextOptions {
  readonly provider: CryptoProvider
  /** OpenSSL's security level when the cipher list sets none (default 1). */
  readonly securityLevel?: number
  /** Offer X25519MLKEM768 before everything else when `ecdhCurve` is `auto`. */
  readonly hybridFirst?: boolean
  /** Certificates trusted when `ca` is not given; asked for when a chain is first verified. */
  readonly defaultTrust?: () => TrustStore
  /** Asked before `defaultTrust` is: a promise where the certificates have to be loaded first, else undefined. */
  readonly loadDefaultTrust?: () => Promise<void> | undefined
  readonly minVersion?: string
  readonly maxVersion?: string
  readonly secureProtocol?: string
  readonly secureOptions?: number
  /** OpenSSL's list for TLS up to 1.2 (empty: TLS 1.3 only), and the suites of TLS 1.3 (empty: the usual three). */
  readonly cipherList?: string
  readonly cipherSuites?: string
  readonly ca?: readonly Input[]
  readonly cert?: readonly Input[]
  readonly key?: readonly ({ readonly pem: Input; readonly passphrase?: string } | { readonly signer: Signer })[]
  readonly pfx?: readonly { readonly bytes: Uint8Array; readonly passphrase?: string }[]
  /** Whether a PFX protected by RC2 or single DES is read (default true); OpenSSL 3 needs its legacy provider for them. */
  readonly legacyPfx?: boolean
  /** Hashes that deriving the key of one `key` or `pfx` may take (default 10,000,000: `work` of `@x/x509`). */
  readonly passphraseWork?: number
  readonly crl?: readonly Input[]
  readonly certificateCompression?: readonly CertificateCompression[]
  readonly sigalgs?: string
  readonly ecdhCurve?: string
  readonly dhparam?: Input
  readonly sessionIdContext?: string
  /** 48 bytes. */
  readonly ticketKeys?: Uint8Array
  /** Seconds. */
  readonly sessionTimeout?: number
  readonly allowPartialTrustChain?: boolean
}

const versionName: Rule<string> = /* @__PURE__ */ (() => oneOf(...Object.keys(PROTOCOL_VERSIONS)))()

/** The options of a context, own and checked. An empty `crl` would be a check that was asked for and is not made. */
export const readContextOptions: (given: unknown) => TlsContextOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'TlsContext',
    {
      provider: required(provider),
      securityLevel: oneOf(0, 1, 2, 3, 4, 5),
      hybridFirst: bool,
      defaultTrust: callback,
      loadDefaultTrust: callback,
      minVersion: versionName,
      maxVersion: versionName,
      secureProtocol: text,
      secureOptions: optionBits,
      cipherList: text,
      cipherSuites: text,
      ca: listOf(input),
      cert: listOf(input),
      key: listOf(
        anyOf<object>(
          group({ pem: required(input), passphrase: text }),
          group({ signer: required(thing('a Signer', 'sign')) }),
        ),
      ),
      pfx: listOf(group({ bytes: required(bytes), passphrase: text })),
      legacyPfx: bool,
      passphraseWork: work,
      crl: listOf(input, 1),
      certificateCompression: listOf(thing<CertificateCompression>('a CertificateCompression', 'decompress')),
      sigalgs: text,
      ecdhCurve: text,
      dhparam: input,
      sessionIdContext: text,
      ticketKeys,
      sessionTimeout: count,
      allowPartialTrustChain: bool,
    },
    refusal,
    { ciphers: 'give cipherList, and cipherSuites for TLS 1.3', rejectUnauthorized: 'who verifies, decides' },
  ) as unknown as (given: unknown) => TlsContextOptions)()
