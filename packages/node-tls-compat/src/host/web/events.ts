import { givePrototype } from '../prototype.ts'

type Name = string | symbol
type Listener = ((...args: unknown[]) => unknown) & { listener?: Listener }

const captureRejectionSymbol = /* @__PURE__ */ Symbol.for('nodejs.rejection')
const errorMonitor = /* @__PURE__ */ Symbol.for('events.errorMonitor')
const kListeners = /* @__PURE__ */ Symbol('listeners')
const kMaximum = /* @__PURE__ */ Symbol('maximum')

/** An EventEmitter of Node's, without what only its own tests look at. */
export interface Emitter {
  [kListeners]?: Map<Name, readonly Listener[]>
  [kMaximum]?: number
}

function check(listener: unknown): asserts listener is Listener {
  if (typeof listener !== 'function') {
    throw Object.assign(new TypeError('The "listener" argument must be of type function.'), {
      code: 'ERR_INVALID_ARG_TYPE',
    })
  }
}

const listOf = (emitter: Emitter, name: Name): readonly Listener[] => emitter[kListeners]?.get(name) ?? []

function add(emitter: EmitterBehaviour, name: Name, listener: unknown, first: boolean): void {
  check(listener)
  const all = (emitter[kListeners] ??= new Map())
  if (all.has('newListener')) {
    emitter.emit('newListener', name, listener.listener ?? listener)
  }
  // Lists are never changed: those who are being told go on with the one that they began with.
  const list = listOf(emitter, name)
  all.set(name, first ? [listener, ...list] : [...list, listener])
}

function once(emitter: EmitterBehaviour, name: Name, listener: unknown): Listener {
  check(listener)
  const wrapper: Listener = function (this: unknown, ...args) {
    emitter.removeListener(name, wrapper)
    return Reflect.apply(listener, this, args)
  }
  wrapper.listener = listener
  return wrapper
}

class EmitterBehaviour {
  declare [kListeners]?: Map<Name, readonly Listener[]>
  declare [kMaximum]?: number

  on(name: Name, listener: unknown): this {
    add(this, name, listener, false)
    return this
  }

  addListener(name: Name, listener: unknown): this {
    return this.on(name, listener)
  }

  prependListener(name: Name, listener: unknown): this {
    add(this, name, listener, true)
    return this
  }

  once(name: Name, listener: unknown): this {
    return this.on(name, once(this, name, listener))
  }

  prependOnceListener(name: Name, listener: unknown): this {
    return this.prependListener(name, once(this, name, listener))
  }

  removeListener(name: Name, listener: unknown): this {
    const list = listOf(this, name)
    const at = list.length - 1 - [...list].reverse().findIndex((one) => one === listener || one.listener === listener)
    if (at < list.length) {
      const all = this[kListeners]!
      if (list.length === 1) {
        all.delete(name)
      } else {
        all.set(name, [...list.slice(0, at), ...list.slice(at + 1)])
      }
      if (all.has('removeListener')) {
        this.emit('removeListener', name, list[at]!.listener ?? list[at])
      }
    }
    return this
  }

  off(name: Name, listener: unknown): this {
    return this.removeListener(name, listener)
  }

  removeAllListeners(name?: Name): this {
    for (const one of name === undefined ? this.eventNames() : [name]) {
      for (const listener of [...listOf(this, one)].reverse()) {
        this.removeListener(one, listener)
      }
    }
    return this
  }

  emit(name: Name, ...args: unknown[]): boolean {
    if (name === 'error') {
      for (const listener of listOf(this, errorMonitor)) {
        Reflect.apply(listener, this, args)
      }
    }
    const list = listOf(this, name)
    if (list.length === 0) {
      if (name === 'error') {
        throw args[0] instanceof Error
          ? args[0]
          : Object.assign(new Error(`Unhandled error. (${String(args[0])})`), {
              code: 'ERR_UNHANDLED_ERROR',
              context: args[0],
            })
      }
      return false
    }
    for (const listener of list) {
      Reflect.apply(listener, this, args)
    }
    return true
  }

  listeners(name: Name): Listener[] {
    return listOf(this, name).map((one) => one.listener ?? one)
  }

  rawListeners(name: Name): Listener[] {
    return [...listOf(this, name)]
  }

  listenerCount(name: Name, listener?: unknown): number {
    const list = listOf(this, name)
    return listener ? list.filter((one) => one === listener || one.listener === listener).length : list.length
  }

  eventNames(): Name[] {
    return [...(this[kListeners]?.keys() ?? [])]
  }

  setMaxListeners(count: number): this {
    this[kMaximum] = count
    return this
  }

  getMaxListeners(): number {
    return this[kMaximum] ?? 10
  }
}

interface EmitterConstructor {
  new (): EmitterBehaviour
  readonly prototype: EmitterBehaviour
  readonly captureRejectionSymbol: typeof captureRejectionSymbol
  readonly errorMonitor: typeof errorMonitor
}

/** Callable on an object that a program has made itself, as Node's. */
export const EventEmitter = /* @__PURE__ */ (() => {
  const Emitter = function EventEmitter() {} as unknown as EmitterConstructor
  const statics = { captureRejectionSymbol, errorMonitor, defaultMaxListeners: 10, EventEmitter: Emitter }
  return Object.assign(givePrototype(Emitter, class {}, EmitterBehaviour), statics)
})() as EmitterConstructor
