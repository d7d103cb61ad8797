/** Certificates and their private keys, as OpenSSL collects them: one slot for each type of key. */
import type { CryptoProvider, PublicKeyData, Signer } from '@x/crypto-primitives'
import type { Credential } from '@x/tls-handshake'
import {
  type Certificate,
  keySecurity,
  minimumBits,
  parseCertificates,
  parsePrivateKey,
  signatureSecurity,
  X509Error,
} from '@x/x509/tls'
import { ContextError } from './error.ts'

interface Slot {
  chain?: readonly Certificate[]
  signer?: Signer
}

const mismatch = () =>
  ContextError.openssl(0x05800074, 'x509 certificate routines', 'key values mismatch', 'ERR_OSSL_X509_')

/** What OpenSSL says when an encrypted key can't be opened. */
const badDecrypt = (cause: unknown) =>
  ContextError.openssl(
    0x1c800064,
    'Provider routines',
    'bad decrypt',
    'ERR_OSSL_',
    ['error:04800065:PEM routines::bad decrypt'],
    cause,
  )

const equalBytes = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

/** Unsigned integers may carry leading zeros. */
const magnitude = (bytes: Uint8Array) =>
  bytes.subarray(
    Math.max(
      0,
      bytes.findIndex((byte) => byte !== 0),
    ),
  )

/** The same key, whatever form its numbers have. */
function sameKey(a: PublicKeyData, b: PublicKeyData): boolean {
  if ('n' in a && 'n' in b)
    return equalBytes(magnitude(a.n), magnitude(b.n)) && equalBytes(magnitude(a.e), magnitude(b.e))
  if (a.type === 'ec' && b.type === 'ec') return a.curve === b.curve && equalBytes(a.point, b.point)
  if ('bytes' in a && 'bytes' in b) return a.type === b.type && equalBytes(a.bytes, b.bytes)
  return a.type === 'dsa' && b.type === 'dsa' && equalBytes(magnitude(a.y), magnitude(b.y))
}

/** OpenSSL's `ssl_security_cert`: a certificate that peers would refuse is refused here. */
function checkStrength(certificate: Certificate, depth: number, securityLevel: number): void {
  const minimum = minimumBits(securityLevel)
  if (securityLevel > 0 && !((keySecurity(certificate) ?? -1) >= minimum)) {
    throw depth === 0
      ? ContextError.openssl(0x0a00018f, 'SSL routines', 'ee key too small', 'ERR_SSL_')
      : ContextError.openssl(0x0a00018d, 'SSL routines', 'ca key too small', 'ERR_SSL_')
  }
  // Nobody relies on the signature of a certificate by itself.
  const selfIssued = `${certificate.issuer}` === `${certificate.subject}`
  if (!selfIssued && signatureSecurity(certificate.signatureAlgorithm) < minimum)
    throw ContextError.openssl(0x0a00018e, 'SSL routines', 'ca md too weak', 'ERR_SSL_')
}

export class Credentials {
  /** In the order in which their types were first given. */
  private readonly slots = new Map<string, Slot>()

  /**
   * @param securityLevel OpenSSL's, 0 to 5, that keys and signatures of certificates have to reach
   * @param work hashes that opening one encrypted key may take
   */
  constructor(
    private readonly provider: CryptoProvider,
    private readonly securityLevel: number,
    private readonly work: number | undefined,
  ) {}

  private slot(type: string): Slot {
    let slot = this.slots.get(type)
    if (!slot) this.slots.set(type, (slot = {}))
    return slot
  }

  /**
   * A chain in PEM, the leaf first. One of the same type that was there before gives way, and its key with it.
   *
   * @throws {ContextError} `ERR_OSSL_PEM_NO_START_LINE`, `ERR_OSSL_PEM_BAD_END_LINE`, `ERR_SSL_EE_KEY_TOO_SMALL` and the like
   */
  addCertificates(input: string | Uint8Array): void {
    let chain: Certificate[]
    try {
      chain = parseCertificates(input)
    } catch (cause) {
      throw ContextError.pem(cause)
    }
    if (chain.length === 0) throw ContextError.pem()
    this.addChain(chain)
  }

  addChain(chain: readonly Certificate[]): void {
    for (const [depth, certificate] of chain.entries()) checkStrength(certificate, depth, this.securityLevel)
    const key = chain[0]!.publicKey
    const slot = this.slot(key.type)
    slot.chain = chain
    // OpenSSL's `ssl_set_cert`: a certificate drives out the key of another, and is complete when its own comes.
    if (slot.signer?.publicKey && !sameKey(slot.signer.publicKey, key)) slot.signer = undefined
  }

  /**
   * A private key in PEM, or something that signs.
   *
   * @throws {ContextError} `ERR_OSSL_UNSUPPORTED` when it is no key, `ERR_OSSL_BAD_DECRYPT` for a passphrase that is wrong
   *   or missing, `ERR_OSSL_X509_KEY_VALUES_MISMATCH` when it does not belong to the certificate of its type
   */
  addKey(key: { readonly pem: string | Uint8Array; readonly passphrase?: string } | { readonly signer: Signer }): void {
    this.addSigner('signer' in key ? key.signer : this.readKey(key.pem, key.passphrase))
  }

  addSigner(signer: Signer): void {
    const slot = this.slot(signer.type)
    if (slot.chain && signer.publicKey && !sameKey(signer.publicKey, slot.chain[0]!.publicKey)) throw mismatch()
    slot.signer = signer
  }

  private readKey(pem: string | Uint8Array, passphrase: string | undefined): Signer {
    try {
      const { provider, work } = this
      return provider.importPrivateKey(parsePrivateKey(pem, { passphrase, provider, work }))
    } catch (cause) {
      if (cause instanceof X509Error && /PASSPHRASE/.test(cause.code)) throw badDecrypt(cause)
      throw ContextError.openssl(0x1e08010c, 'DECODER routines', 'unsupported', 'ERR_OSSL_', undefined, cause)
    }
  }

  /**
   * The credentials that are complete.
   *
   * @param issuers where the rest of a chain is looked for when only the leaf was given, as OpenSSL does
   */
  list(issuers: Iterable<Certificate>): Credential[] {
    const pool = [...issuers]
    return [...this.slots.values()].flatMap(({ chain, signer }) =>
      chain && signer ? [{ chain: complete(chain, pool).map(({ raw }) => raw), signer }] : [],
    )
  }

  /** The first leaf and its issuer, for OCSP. */
  leafAndIssuer(issuers: Iterable<Certificate>): [leaf?: Uint8Array, issuer?: Uint8Array] {
    const chain = [...this.slots.values()].find((slot) => slot.chain && slot.signer)?.chain
    if (!chain) return []
    const [leaf, issuer] = complete(chain, [...issuers])
    return [leaf!.raw, issuer?.raw]
  }
}

/** A leaf that came alone, with the issuers that are at hand above it. */
function complete(chain: readonly Certificate[], pool: readonly Certificate[]): readonly Certificate[] {
  if (chain.length > 1 || chain[0]!.isSelfIssued) return chain
  const path = [...chain]
  for (let last = path[0]!; !last.isSelfIssued && path.length < 10; ) {
    const { issuer } = last
    const next = pool.find((candidate) => candidate.subject.equals(issuer) && !path.includes(candidate))
    if (!next) break
    path.push(next)
    last = next
  }
  return path
}
