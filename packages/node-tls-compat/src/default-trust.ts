import { parseCertificates, TrustStore } from '@x/x509'
import { defaultStoreGeneration, getCACertificates } from './ca-certificates.ts'

let store: TrustStore | undefined
let madeAt = -1

/** The certificates trusted when no `ca` is given; parsed when a chain is first held against them. */
export function defaultTrustStore(): TrustStore {
  if (!store || madeAt !== defaultStoreGeneration()) {
    store = new TrustStore(getCACertificates('default').flatMap((pem) => parseCertificates(pem)))
    madeAt = defaultStoreGeneration()
  }
  return store
}
