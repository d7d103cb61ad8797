import type { EventEmitter } from 'node:events'
import { Duplex } from 'node:stream'

/** Two streams, each the other's end, with little room between them. */
export function duplexPair(Stream: typeof Duplex = Duplex): [Duplex, Duplex] {
  const waiting: ((() => void) | null)[] = [null, null]
  const ends = [0, 1].map(
    (side) =>
      new Stream({
        read() {
          const done = waiting[side]
          waiting[side] = null
          done?.()
        },
        write(chunk: Buffer, _encoding: BufferEncoding, done: () => void) {
          setTimeout(() => {
            const other = ends[1 - side]!
            if (other.destroyed || other.push(chunk)) {
              done()
            } else {
              waiting[1 - side] = done
            }
          }, 0)
        },
        final(done: () => void) {
          setTimeout(() => {
            ends[1 - side]!.push(null)
            done()
          }, 0)
        },
        destroy(error: Error | null, done: (error: Error | null) => void) {
          setTimeout(() => ends[1 - side]!.destroy(), 0)
          waiting[side]?.()
          done(error)
        },
      }),
  )
  for (const end of ends) {
    end.on('error', () => {})
  }
  return ends as [Duplex, Duplex]
}

export const until = (emitter: Pick<EventEmitter, 'once'>, name: string): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    emitter.once(name, (...args: unknown[]) => resolve(args))
    if (name !== 'close') {
      emitter.once('error', reject)
    }
  })

export function asBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i += 997) {
    bytes[i] = i
  }
  return bytes
}
