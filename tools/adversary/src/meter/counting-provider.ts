import type { CryptoProvider, KeyExchangeGroup } from '@x/crypto-primitives'

/** The same object, whose functions are called on it, with some of them in front. */
function inFront<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get(_target, property) {
      if (property in own) return own[property as keyof T]
      const value = target[property as keyof T]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** The provider, with its public-key operations counted. */
export function counted(provider: CryptoProvider, counter: { operations: number }): CryptoProvider {
  const count =
    <A extends unknown[], R>(operation: (...args: A) => R) =>
    (...args: A): R => {
      counter.operations++
      return operation(...args)
    }
  const group = (one: KeyExchangeGroup): KeyExchangeGroup =>
    inFront(one, {
      initiate: count(() => {
        const agreement = one.initiate()
        return inFront(agreement, { complete: count((theirs: Uint8Array) => agreement.complete(theirs)) })
      }),
      // A key pair and the agreement.
      respond: count((theirs: Uint8Array) => {
        counter.operations++
        return one.respond(theirs)
      }),
    })
  const groups = Object.fromEntries(Object.entries(provider.groups).map(([name, one]) => [name, group(one)]))
  return {
    ...provider,
    groups,
    importPublicKey: (data) => {
      const key = provider.importPublicKey(data)
      return inFront(key, { verify: count((...args: Parameters<typeof key.verify>) => key.verify(...args)) })
    },
    importPrivateKey: (data) => {
      const key = provider.importPrivateKey(data)
      return inFront(key, { sign: count((...args: Parameters<typeof key.sign>) => key.sign(...args)) })
    },
  }
}
