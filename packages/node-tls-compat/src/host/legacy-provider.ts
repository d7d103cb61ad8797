import { createDecipheriv } from 'node:crypto'

let registered = false

/** The built-in module is ours from here on: what it refused is refused. */
export function refuseWhatOpensslRefuses(): void {
  registered = true
}

/**
 * Whether a PFX under RC2 or single DES is read. We can; OpenSSL 3 does so with its legacy provider alone
 * (`--openssl-legacy-provider`, or its configuration). Asked of the ciphers, as a configuration file is not ours to read.
 */
export function readsLegacyPfx(): boolean {
  if (!registered) {
    return true
  }
  try {
    createDecipheriv('rc2-40-cbc', new Uint8Array(5), new Uint8Array(8))
    return true
  } catch {
    return false
  }
}
