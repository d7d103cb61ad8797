/** `process.nextTick`: when what runs now has returned. What is thrown there is the program's, as any uncaught exception. */
export function nextTick<A extends unknown[]>(work: (...args: A) => void, ...args: A): void {
  queueMicrotask(args.length > 0 ? () => work(...args) : (work as () => void))
}

type SetImmediate = <A extends unknown[]>(work: (...args: A) => void, ...args: A) => unknown

/** When what has happened by now has been told. */
export const setImmediate: SetImmediate = /* @__PURE__ */ (() =>
  (globalThis as { setImmediate?: SetImmediate }).setImmediate ?? ((work, ...args) => setTimeout(work, 0, ...args)))()
