/**
 * The Mozilla root store, as data: the certificates that Mozilla trusts for TLS servers, by way of Debian. Import it only
 * where it is needed; it is by far the largest file of the package.
 *
 * @example
 * import { rootStore } from '@x/x509/roots'
 * verifyChain({ leaf, intermediates, anchors: rootStore(), provider, name: 'example.com' })
 */
import { fromBase64 } from './bytes.ts'
import { Certificate } from './certificate.ts'
import { ROOTS, SOURCE } from './generated/mozilla-roots.ts'
import { encodePem } from './pem.ts'
import { createTrustStore, type TrustStore } from './verify/trust-store.ts'

/** The package, version and date that the roots were taken from, their number, and the SHA-256 over all of them. */
export const rootsSource = SOURCE

let certificates: readonly Certificate[] | undefined
let store: TrustStore | undefined

/** The roots; decoded at the first call. */
export function rootCertificates(): readonly Certificate[] {
  certificates ??= ROOTS.map((text) => Certificate.parse(fromBase64(text)!))
  return certificates
}

/** The roots in PEM, as Node's `tls.rootCertificates`. */
export function rootCertificatesPem(): string[] {
  return ROOTS.map((text) => encodePem('CERTIFICATE', fromBase64(text)!))
}

/** A trust store of the roots; one and the same at every call. Copy it with `createTrustStore` before adding to it. */
export function rootStore(): TrustStore {
  store ??= createTrustStore(rootCertificates())
  return store
}
