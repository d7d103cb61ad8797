import { type Awaitable, isPromiseLike } from '@x/crypto-primitives'
import { X509Error } from './error.ts'

/**
 * Work that may have to wait: a generator that yields promises and nothing else. With a synchronous provider it never
 * yields, so no promise is made and no microtask runs.
 */
export type Eventual<T> = Generator<PromiseLike<unknown>, T, unknown>

/** The value of something that may be a promise: `const ok = yield* now(key.verify(...))`. */
export function* now<T>(value: Awaitable<T>): Eventual<T> {
  return isPromiseLike(value) ? ((yield value) as T) : value
}

/** Runs to the end: the result at once when nothing had to wait, else a promise of it. */
export function run<T>(work: Eventual<T>): Awaitable<T> {
  const step = work.next()
  return step.done ? step.value : resume(work, step.value)
}

async function resume<T>(work: Eventual<T>, first: PromiseLike<unknown>): Promise<T> {
  let waiting = first
  for (;;) {
    let step: IteratorResult<PromiseLike<unknown>, T>
    try {
      step = work.next(await waiting)
    } catch (error) {
      step = work.throw(error)
    }
    if (step.done) return step.value
    waiting = step.value
  }
}

/**
 * Runs to the end without waiting.
 *
 * @throws {X509Error} `ASYNCHRONOUS` when a promise came
 */
export function runSync<T>(work: Eventual<T>, what: string): T {
  const step = work.next()
  if (step.done) return step.value
  // The promise is nobody's now; its rejection must not end the process.
  Promise.resolve(step.value).catch(() => {})
  throw new X509Error('ASYNCHRONOUS', `${what}: the provider, key or hook answered with a promise`)
}
