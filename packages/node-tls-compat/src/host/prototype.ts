/**
 * Gives a constructor, which programs call on objects of their own (`TLSSocket.call(this)`), and so is a function, what
 * classes say its instances do: on one prototype, and enumerable, as with Node's own.
 *
 * @param Parent what the constructor inherits from
 * @param behaviour classes that extend `Parent`, or each other, the last one winning
 * @returns the constructor
 */
export function givePrototype<C extends Function>(Constructor: C, Parent: Function, ...behaviour: Function[]): C {
  Object.setPrototypeOf(Constructor.prototype, Parent.prototype)
  Object.setPrototypeOf(Constructor, Parent)
  for (const { prototype } of behaviour) {
    for (const name of Reflect.ownKeys(prototype)) {
      if (name !== 'constructor') {
        const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
        Object.defineProperty(Constructor.prototype, name, { ...descriptor, enumerable: true })
      }
    }
  }
  return Constructor
}

/** Gives a function the name it has in Node: a bundler renames what has the name of something else in the same file. */
export function named<F extends Function>(name: string, given: F): F {
  return Object.defineProperty(given, 'name', { value: name, configurable: true })
}
