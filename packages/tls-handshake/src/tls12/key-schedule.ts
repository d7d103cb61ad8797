import { type CryptoProvider, type Hash, tlsPrf } from '@x/crypto-primitives'
import { localError, Version } from '@x/tls-record'
import { concatBytes, EMPTY } from '../codec/bytes.ts'
import type { CipherSuite12 } from '../registry/cipher-suites12.ts'
import type { Secrets12 } from '../tls13/secrets.ts'
import type { Connection12 } from './state.ts'

const MASTER_SECRET_LENGTH = 48
const VERIFY_DATA_LENGTH = 12

/** The PRF's hash, and that of the Finished (RFC 5246 §7.4.9 #2): the suite's in TLS 1.2 (RFC 5246 §5), MD5 and SHA-1 together before (RFC 4346 §5). */
export function prfHash(provider: CryptoProvider, suite: CipherSuite12, version: number): Hash {
  const name = version >= Version.TLS12 ? suite.hash : 'md5-sha1'
  const hash = provider.hashes[name]
  if (hash === undefined) throw localError('UNSUPPORTED_ALGORITHM', `the provider has no ${name}`)
  return hash
}

/**
 * The master secret (RFC 5246 §8.1, RFC 7627 §5.2 #6), or the extended one, which is bound to the handshake (RFC 7627 §5.1 #1). The premaster
 * secret is overwritten.
 */
export function masterSecret(
  hash: Hash,
  premaster: Uint8Array,
  randoms: { readonly client: Uint8Array; readonly server: Uint8Array },
  sessionHash: Uint8Array | undefined,
): Uint8Array {
  const secret = sessionHash
    ? tlsPrf(hash, premaster, 'extended master secret', sessionHash, MASTER_SECRET_LENGTH)
    : tlsPrf(hash, premaster, 'master secret', concatBytes(randoms.client, randoms.server), MASTER_SECRET_LENGTH)
  premaster.fill(0)
  return secret
}

/** Key material for both directions (RFC 5246 §6.3). */
export interface KeyBlock {
  readonly clientMac: Uint8Array
  readonly serverMac: Uint8Array
  readonly clientKey: Uint8Array
  readonly serverKey: Uint8Array
  readonly clientIv: Uint8Array
  readonly serverIv: Uint8Array
}

export function keyBlock(
  hash: Hash,
  master: Uint8Array,
  randoms: { readonly client: Uint8Array; readonly server: Uint8Array },
  lengths: { readonly mac: number; readonly key: number; readonly iv: number },
): KeyBlock {
  const { mac, key, iv } = lengths
  const block = tlsPrf(hash, master, 'key expansion', concatBytes(randoms.server, randoms.client), 2 * (mac + key + iv))
  let at = 0
  const next = (length: number): Uint8Array => block.subarray(at, (at += length))
  return {
    clientMac: next(mac),
    serverMac: next(mac),
    clientKey: next(key),
    serverKey: next(key),
    clientIv: next(iv),
    serverIv: next(iv),
  }
}

/** verify_data of a Finished (RFC 5246 §7.4.9). */
export function verifyData(
  hash: Hash,
  master: Uint8Array,
  side: 'client' | 'server',
  transcriptHash: Uint8Array,
): Uint8Array {
  return tlsPrf(hash, master, `${side} finished`, transcriptHash, VERIFY_DATA_LENGTH)
}

const RESERVED_LABELS = [
  'client finished',
  'server finished',
  'master secret',
  'extended master secret',
  'key expansion',
]

/** What stays with the connection: the master secret, and the keying material exporter (RFC 5705 §4). */
export function connectionSecrets12({ hash, master, randoms }: Connection12): Secrets12 {
  return {
    master,
    exportKeyingMaterial(label, length, context) {
      // RFC 5705 §4: the labels of the handshake itself must not be used; like OpenSSL, nor what begins with one.
      if (RESERVED_LABELS.some((reserved) => label.startsWith(reserved))) {
        throw localError('TLS_ILLEGAL_EXPORTER_LABEL', `the label "${label}" is the handshake's own (RFC 5705 §4)`)
      }
      if (context && context.length > 0xffff) {
        const what = `a context of ${context.length} bytes: its length is a uint16 (RFC 5705 §4)`
        throw localError('CONTEXT_TOO_LONG', what)
      }
      // An empty context and none at all are different.
      const tail = context ? concatBytes(Uint8Array.of(context.length >>> 8, context.length), context) : EMPTY
      return tlsPrf(hash, master, label, concatBytes(randoms.client, randoms.server, tail), length)
    },
  }
}

/** The premaster secret of the PSK suites (RFC 4279 §2, RFC 5489 §2): the other secret and the PSK, each with its length. */
export function pskPremaster(other: Uint8Array | undefined, psk: Uint8Array): Uint8Array {
  const first = other ?? new Uint8Array(psk.length)
  const length = ({ length }: Uint8Array): Uint8Array => Uint8Array.of(length >>> 8, length)
  const premaster = concatBytes(length(first), first, length(psk), psk)
  first.fill(0)
  return premaster
}

/** RFC 5246 §8.1.2: leading zero bytes of a finite-field secret are stripped. */
export function stripLeadingZeros(secret: Uint8Array): Uint8Array {
  let start = 0
  while (start < secret.length - 1 && secret[start] === 0) start++
  return secret.subarray(start)
}
