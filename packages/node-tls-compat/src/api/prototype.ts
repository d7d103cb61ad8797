/**
 * Gives a constructor, which programs call on objects of their own (`TLSSocket.call(this)`), and so is a function, what
 * classes say its instances do: on one prototype, and enumerable, as with Node's own.
 *
 * @param Parent what the constructor inherits from
 * @param behaviour classes that extend `Parent`, or each other, the last one winning
 */
export function givePrototype(Constructor: Function, Parent: Function, ...behaviour: Function[]): void {
  Object.setPrototypeOf(Constructor.prototype, Parent.prototype)
  Object.setPrototypeOf(Constructor, Parent)
  for (const { prototype } of behaviour) {
    copyMethods(prototype, Constructor.prototype)
  }
}

/** The methods and accessors of a class' prototype, on `target`. */
export function copyMethods(prototype: object, target: object, enumerable = true): void {
  for (const name of Reflect.ownKeys(prototype)) {
    if (name !== 'constructor') {
      Object.defineProperty(target, name, { ...Object.getOwnPropertyDescriptor(prototype, name), enumerable })
    }
  }
}
