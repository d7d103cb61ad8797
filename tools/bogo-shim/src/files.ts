import { readFileSync } from 'node:fs'
import { nodeProvider } from '@x/crypto-primitives/node'
import { parseCertificates, parsePrivateKey } from '@x/x509'
import { peerCertificateReader } from '@x/x509/tls'

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

export const parseCertificate = peerCertificateReader(nodeProvider)
