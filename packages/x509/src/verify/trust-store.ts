import type { Certificate } from '../certificate.ts'
import type { Name } from '../names/name.ts'

/** A set of certificates found by subject. Make one, and use it for every verification. */
export class TrustStore implements Iterable<Certificate> {
  private readonly bySubject = new Map<string, Certificate[]>()
  private count = 0

  constructor(certificates: Iterable<Certificate> = []) {
    for (const certificate of certificates) this.add(certificate)
  }

  /** Certificates in the store; one that was added twice counts once. */
  get size(): number {
    return this.count
  }

  add(certificate: Certificate): void {
    const { key } = certificate.subject
    const same = this.bySubject.get(key)
    if (!same) this.bySubject.set(key, [certificate])
    else if (same.some((present) => present.equals(certificate))) return
    else same.push(certificate)
    this.count++
  }

  /** Those whose subject is this name, in the order in which they were added. */
  withSubject(name: Name): readonly Certificate[] {
    return this.bySubject.get(name.key) ?? []
  }

  /** The store's own object for the same bytes. */
  find(certificate: Certificate): Certificate | undefined {
    return this.withSubject(certificate.subject).find((present) => present.equals(certificate))
  }

  has(certificate: Certificate): boolean {
    return this.find(certificate) !== undefined
  }

  *[Symbol.iterator](): Iterator<Certificate> {
    for (const same of this.bySubject.values()) yield* same
  }
}

/**
 * A trust store, indexed by subject. Imported keys stay cached with the certificates inside, so one store should serve
 * all verifications.
 *
 * @example const store = createTrustStore(parseCertificates(pem))
 */
export function createTrustStore(certificates: Iterable<Certificate> = []): TrustStore {
  return new TrustStore(certificates)
}
