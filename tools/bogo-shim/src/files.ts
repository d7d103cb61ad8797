import { readFileSync } from 'node:fs'
import { nodeProvider } from '@x/crypto-primitives/node'
import type { PeerCertificate } from '@x/tls-handshake'
import { Certificate, parseCertificates, parsePrivateKey } from '@x/x509'

/** Files that many tests share, parsed once for each worker. */
class Cache<T> {
  readonly #entries = new Map<string, T>()
  constructor(readonly load: (path: string) => T) {}
  get(path: string): T {
    let value = this.#entries.get(path)
    if (value === undefined) {
      value = this.load(path)
      // The runner gives most tests files of their own.
      if (this.#entries.size > 256) this.#entries.clear()
      this.#entries.set(path, value)
    }
    return value
  }
}

export const chains = new Cache((path) => parseCertificates(readFileSync(path, 'utf8')).map(({ raw }) => raw))
export const keys = new Cache((path) => nodeProvider.importPrivateKey(parsePrivateKey(readFileSync(path, 'utf8'))))

export function parseCertificate(der: Uint8Array): PeerCertificate {
  const certificate = Certificate.parse(der)
  const usage = certificate.extension('keyUsage')
  return {
    der,
    publicKey: certificate.importKey(nodeProvider),
    keyUsage: usage && {
      digitalSignature: usage.includes('digitalSignature'),
      keyEncipherment: usage.includes('keyEncipherment'),
      keyAgreement: usage.includes('keyAgreement'),
    },
    issuer: certificate.issuer.raw,
  }
}
