import type { PrivateKey } from '../provider.ts'

/**
 * The numbers of a private key are there for whoever asks for `data`, and for nobody else: `console.log`, `JSON.stringify`
 * and a copy by spreading do not show them.
 */
export function withHiddenData<K extends PrivateKey>(key: K): K {
  return Object.defineProperty(key, 'data', { enumerable: false })
}
