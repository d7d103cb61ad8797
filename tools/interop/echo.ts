import { createHash, randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'

/** What goes through every connection. */
export const PAYLOAD = randomBytes(10 * 1024 * 1024)
export const PAYLOAD_HASH = createHash('sha256').update(PAYLOAD).digest('hex')

/** Hash of everything a stream gives until it ends, or until `length` bytes have come. */
export function hashOf(stream: Duplex | NodeJS.ReadableStream, length = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256')
    let seen = 0
    const done = () => resolve(hash.digest('hex'))
    stream.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      seen += chunk.length
      if (seen === length) done()
    })
    stream.on('end', () => seen < length && done())
    stream.on('error', reject)
  })
}
