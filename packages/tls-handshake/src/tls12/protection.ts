import type { CryptoProvider } from '@x/crypto-primitives'
import { Aead12Reader, Aead12Writer, CbcReader, CbcWriter, localError, Version } from '@x/tls-record'
import type { Keys } from '../handshake/keys.ts'
import { publicRandom } from '../handshake/public-random.ts'
import type { CipherSuite12 } from '../registry/cipher-suites12.ts'
import { type KeyBlock, keyBlock } from './key-schedule.ts'
import type { Connection12 } from './state.ts'

/** The implicit part of GCM's and CCM's nonce (RFC 5288 §3, RFC 6655 §3); ChaCha20-Poly1305's is whole (RFC 7905 §2). */
const IMPLICIT_NONCE = 4

/** Sweet32: a 64-bit block repeats after 2^32 of them; far fewer are protected with one key (RFC 9325 §4.2). */
const SWEET32_RECORDS = 0x8000

export interface Protections {
  readonly client: Keys
  readonly server: Keys
}

/** Record protection for both directions, out of the key block (RFC 5246 §6.3). Each is made when it is needed. */
export function protections(provider: CryptoProvider, state: Connection12, encryptThenMac: boolean): Protections {
  const { suite, hash, master, randoms, version } = state
  if (suite.aead) {
    const aead = provider.aeads[suite.aead]!
    const iv = suite.aead === 'chacha20-poly1305' ? aead.nonceLength : IMPLICIT_NONCE
    const keys = keyBlock(hash, master, randoms, { mac: 0, key: aead.keyLength, iv })
    return bothSides(keys, (key, _mac, iv) => ({
      writer: () => new Aead12Writer(aead, key, iv.slice()),
      reader: () => new Aead12Reader(aead, key, iv.slice()),
    }))
  }
  const algorithm = blockCipher(provider, suite)
  const chained = version === Version.TLS10
  const keys = keyBlock(hash, master, randoms, {
    mac: algorithm.macKeyLength,
    key: algorithm.keyLength,
    iv: chained ? algorithm.blockLength : 0,
  })
  const recordLimit = suite.cbc === '3des-ede-cbc' ? SWEET32_RECORDS : Number.POSITIVE_INFINITY
  return bothSides(keys, (key, macKey, iv) => {
    const cipher = () =>
      algorithm.create({
        key,
        macKey,
        ...(chained && algorithm.blockLength > 0 && { iv: iv.slice() }),
        encryptThenMac,
        randomBytes: (length) => publicRandom(provider, length),
      })
    return { writer: () => new CbcWriter(cipher(), recordLimit), reader: () => new CbcReader(cipher()) }
  })
}

function blockCipher(provider: CryptoProvider, suite: CipherSuite12) {
  const algorithm = provider.cbcHmac(suite.cbc!, suite.mac!)
  if (algorithm === undefined)
    throw localError('UNSUPPORTED_ALGORITHM', `the provider has no ${suite.cbc} with ${suite.mac}`)
  return algorithm
}

function bothSides(keys: KeyBlock, make: (key: Uint8Array, mac: Uint8Array, iv: Uint8Array) => Keys): Protections {
  return {
    client: make(keys.clientKey, keys.clientMac, keys.clientIv),
    server: make(keys.serverKey, keys.serverMac, keys.serverIv),
  }
}
