/**
 * noble's modules that the Node provider seldom needs, loaded when the first algorithm of theirs is asked for: together
 * they would cost as much as importing the provider itself. ES modules have no import that is synchronous and late, but
 * every Node here can `require` one.
 */
import { createRequire } from 'node:module'
import { CryptoError } from '../error.ts'

interface Modules {
  readonly '@noble/curves/abstract/weierstrass.js': typeof import('@noble/curves/abstract/weierstrass.js')
  readonly '@noble/curves/ed448.js': typeof import('@noble/curves/ed448.js')
  readonly '@noble/hashes/sha2.js': typeof import('@noble/hashes/sha2.js')
  readonly '@noble/post-quantum/ml-dsa.js': typeof import('@noble/post-quantum/ml-dsa.js')
  readonly '@noble/post-quantum/ml-kem.js': typeof import('@noble/post-quantum/ml-kem.js')
}

/**
 * The module, from this package's own dependencies; Node keeps it.
 *
 * @throws {CryptoError} `UNSUPPORTED` where it is not to be found: a bundle without its dependencies beside it
 */
export function noble<T extends keyof Modules>(name: T): Modules[T] {
  try {
    return createRequire(import.meta.url)(name)
  } catch (cause) {
    throw new CryptoError('UNSUPPORTED', `this OpenSSL lacks the algorithm, and ${name} cannot be loaded`, { cause })
  }
}

const found = /* @__PURE__ */ new Map<keyof Modules, boolean>()

/** Whether {@link noble} will find the module. It is not loaded by that. */
export function hasNoble(name: keyof Modules): boolean {
  let answer = found.get(name)
  if (answer === undefined) {
    try {
      answer = createRequire(import.meta.url).resolve(name) !== ''
    } catch {
      answer = false
    }
    found.set(name, answer)
  }
  return answer
}
