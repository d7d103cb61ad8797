import { ContextError } from '@x/secure-context'
import { certificateOf, isCertificateLabel, pemBlocks, X509Error } from '@x/x509/tls'
import { extraAuthorities, nativeAuthorities, usesOpensslStore } from '#host'
import { fromContextError, invalidArgType, invalidArgValue } from '../../errors/node-error.ts'
import { validateArray, validateString } from '../../errors/validate.ts'
import { bytesOf, isView } from '../../host/bytes.ts'

type Kind = 'default' | 'bundled' | 'system' | 'extra'

let replaced: readonly string[] | undefined
let generation = 0

/** Counts the changes of the default store; a store made from it is good while this stays. */
export const defaultStoreGeneration = () => generation + nativeAuthorities.loads()

/** A program has said what is trusted. */
export const defaultReplaced = () => replaced !== undefined

/** NODE_EXTRA_CA_CERTS, for runtimes that do not tell. */
function extra(): readonly string[] {
  const found: string[] = []
  try {
    for (const pem of certificatesIn(extraAuthorities())) {
      found.push(pem)
    }
  } catch {
    // The runtime warned about it when it started; what stands before it is trusted.
  }
  return Object.freeze(found)
}

/** The certificates of a text, as PEM of their own, one after another until the first that can't be read. */
function* certificatesIn(text: string): Generator<string, void> {
  for (const block of pemBlocks(text)) {
    if (isCertificateLabel(block.label)) {
      yield certificateOf(block).toPem()
    }
  }
}

/**
 * Certificates the process trusts, as PEM: the runtime knows them, its flags and variables included, and is asked.
 *
 * @see https://nodejs.org/api/tls.html#tlsgetcacertificatestype
 */
export function getCACertificates(kind: Kind = 'default'): readonly string[] {
  validateString(kind, 'type')
  if (!['default', 'bundled', 'system', 'extra'].includes(kind)) {
    throw invalidArgValue('type', kind)
  }
  if (kind === 'default' && replaced) {
    return replaced
  }
  if (nativeAuthorities.get) {
    return nativeAuthorities.get(kind)
  }
  if (kind === 'bundled') {
    return rootCertificates()
  }
  if (kind === 'extra') {
    return extra()
  }
  if (kind === 'system') {
    return Object.freeze([])
  }
  // What OpenSSL's own store holds is not told here: Node has no list of it.
  return Object.freeze([...(usesOpensslStore() ? [] : rootCertificates()), ...extra()])
}

/** The runtime's bundled Mozilla roots, as PEM. */
export function rootCertificates(): readonly string[] {
  return nativeAuthorities.bundled()
}

/**
 * Replaces what `getCACertificates('default')` gives and contexts without `ca` trust.
 *
 * @throws `ERR_CRYPTO_OPERATION_FAILED` when nothing in it is a certificate, `ERR_OSSL_PEM_ASN1_LIB` for one that can't be read,
 *   `ERR_OSSL_PEM_BAD_END_LINE` where more stands on the line of an end
 * @see https://nodejs.org/api/tls.html#tlssetdefaultcacertificatescerts
 */
export function setDefaultCACertificates(certs: readonly (string | ArrayBufferView)[]): void {
  validateArray(certs, 'certs')
  for (const [index, cert] of certs.entries()) {
    if (typeof cert !== 'string' && !isView(cert)) {
      throw invalidArgType(`certs[${index}]`, 'of type string or an instance of ArrayBufferView', cert)
    }
  }
  const texts = (certs as (string | ArrayBufferView)[]).map((cert) =>
    typeof cert === 'string' ? cert : bytesOf(cert).toString('latin1'),
  )
  const found = texts.flatMap(readAll)
  if (texts.length > 0 && found.length === 0) {
    throw Object.assign(new Error('No valid certificates found in the provided array'), {
      code: 'ERR_CRYPTO_OPERATION_FAILED',
    })
  }
  replaced = Object.freeze([...new Set(found)])
  generation++
}

function readAll(text: string): string[] {
  try {
    return [...certificatesIn(text)]
  } catch (cause) {
    throw fromContextError(
      cause instanceof X509Error && cause.code === 'INVALID_PEM'
        ? ContextError.pem(cause)
        : ContextError.openssl(0x0488000d, 'PEM routines', 'ASN1 lib', 'ERR_OSSL_PEM_', undefined, cause),
    )
  }
}
