import { readAuthorities } from '@x/secure-context'
import { TrustStore } from '@x/x509/tls'
import { opensslStore, usesOpensslStore } from '#host'
import { defaultReplaced, defaultStoreGeneration, getCACertificates } from './ca-certificates.ts'

let store: TrustStore | undefined
let madeAt = -1

/**
 * The certificates trusted when no `ca` is given; parsed when a chain is first held against them. One that can't be read
 * (the system's store may hold anything) is not trusted, and costs none of the others.
 */
export function defaultTrustStore(): TrustStore {
  if (!store || madeAt !== defaultStoreGeneration()) {
    const told = getCACertificates('default').flatMap(readAuthorities)
    store = new TrustStore(usesOpensslStore() && !defaultReplaced() ? [...opensslStore(), ...told] : told)
    madeAt = defaultStoreGeneration()
  }
  return store
}
