import { createDecipheriv } from 'node:crypto'

let loaded: boolean | undefined

/**
 * Whether a PFX under RC2 or single DES is read: OpenSSL 3 does so with its legacy provider (`--openssl-legacy-provider`,
 * or its configuration) alone. Asked of the ciphers, as a configuration file is not ours to read.
 */
export function readsLegacyPfx(): boolean {
  if (loaded === undefined) {
    try {
      createDecipheriv('rc2-40-cbc', new Uint8Array(5), new Uint8Array(8))
      loaded = true
    } catch {
      loaded = false
    }
  }
  return loaded
}
