import type { Certificate } from '../certificate.ts'
import type { Name } from '../names/name.ts'
import { aCertificate, argument, invalidArgument } from '../rules.ts'
import type { VerifiableCertificate } from '../verifiable-certificate.ts'

/** A set of certificates found by subject. Make one, and use it for every verification. */
export class TrustStore<C extends VerifiableCertificate = Certificate> implements Iterable<C> {
  private readonly bySubject = new Map<string, C[]>()
  private count = 0

  constructor(certificates: Iterable<C> = []) {
    for (const certificate of certificates) this.add(certificate)
  }

  /** Certificates in the store; one that was added twice counts once. */
  get size(): number {
    return this.count
  }

  /** @throws {X509Error} `INVALID_ARGUMENT` for what is no certificate: PEM and DER are read by `Certificate.parse` */
  add(certificate: C): void {
    argument('TrustStore: what is added', aCertificate, certificate)
    const { key } = certificate.subject
    const same = this.bySubject.get(key)
    if (!same) this.bySubject.set(key, [certificate])
    else if (same.some((present) => present.equals(certificate))) return
    else same.push(certificate)
    this.count++
  }

  /** Those whose subject is this name, in the order in which they were added. */
  withSubject(name: Name): readonly C[] {
    return this.bySubject.get(name.key) ?? []
  }

  /** The store's own object for the same bytes. */
  find(certificate: VerifiableCertificate): C | undefined {
    return this.withSubject(certificate.subject).find((present) => present.equals(certificate))
  }

  has(certificate: VerifiableCertificate): boolean {
    return this.find(certificate) !== undefined
  }

  *[Symbol.iterator](): Iterator<C> {
    for (const same of this.bySubject.values()) yield* same
  }
}

/**
 * A trust store, indexed by subject. Imported keys stay cached with the certificates inside, so one store should serve
 * all verifications.
 *
 * @param certificates without any given the store is empty, and to be filled
 * @throws {X509Error} `INVALID_ARGUMENT` for a list without certificates, such as a file without any gives
 * @example const store = createTrustStore(parseCertificates(pem))
 */
export function createTrustStore<C extends VerifiableCertificate = Certificate>(
  certificates?: Iterable<C>,
): TrustStore<C> {
  if (certificates === undefined) return new TrustStore()
  if (typeof certificates !== 'object' || certificates === null || !(Symbol.iterator in certificates))
    throw invalidArgument('createTrustStore: certificates must be a list of certificates, parsed')
  const store = new TrustStore(certificates)
  if (store.size === 0) throw invalidArgument('createTrustStore: certificates must not be empty')
  return store
}
