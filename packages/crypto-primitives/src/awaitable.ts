import type { Awaitable } from './provider.ts'

/** Whether an answer comes later. What somebody has put on Object.prototype promises nothing. */
export function isPromiseLike<T>(value: Awaitable<T>): value is PromiseLike<T> {
  for (let at: unknown = value; at !== Object.prototype && isObject(at); at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, 'then')) return typeof (value as PromiseLike<T>).then === 'function'
  }
  return false
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'
