import type { Certificate } from '../certificate.ts'
import type { Name } from '../names/name.ts'
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

  add(certificate: C): void {
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
 * @example const store = createTrustStore(parseCertificates(pem))
 */
export function createTrustStore<C extends VerifiableCertificate = Certificate>(
  certificates: Iterable<C> = [],
): TrustStore<C> {
  return new TrustStore(certificates)
}
