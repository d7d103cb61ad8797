/**
 * The traces of RFC 8448, byte for byte, from their fixed keys. The first is here; all of them are read from
 * `../shared/vectors/rfc8448/traces.json` beside the repository, or from where RFC8448_TRACES says.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { encodeSession, type Session } from '../src/index.ts'
import { RFC8448_SECTION3 } from './harness/rfc8448-section3.ts'
import { messagesOf, playTrace, type Resumption, type Trace, unhex } from './harness/trace.ts'

const path = process.env.RFC8448_TRACES ?? new URL('../../../../shared/vectors/rfc8448/traces.json', import.meta.url)
const traces: Trace[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).traces : []
const encode = (session: object): Uint8Array => encodeSession(session as Session)

/** Section 4 resumes what section 3 has issued. */
function resumptionFrom(first: Trace): Resumption {
  const { end } = playTrace(first, 'client', encode)
  const { session } = end.event('session')!
  const message = first.records
    .filter(({ side, type }) => side === 'server' && type === 22)
    .flatMap(({ payload }) => messagesOf(unhex(payload)))
    .find(([type]) => type === 4)!
  expect(session.ticket).toEqual(message.subarray(17, 17 + ((message[15] << 8) | message[16])))
  return { secret: session.secret, ticket: session.ticket!, ageAdd: session.ageAdd! }
}

test.each(['client', 'server'] as const)('RFC 8448 §3, to the Finished, %s', (side) => {
  const { wrote, expected, end } = playTrace(RFC8448_SECTION3, side, encode)
  expect(end.event('error')?.error).toBeUndefined()
  expect(wrote.join('')).toBe(expected.join(''))
  expect(end.tls.handshakeComplete).toBe(true)
})

describe.skipIf(traces.length === 0)('RFC 8448', () => {
  for (const trace of traces) {
    for (const side of ['client', 'server'] as const) {
      // In section 6 the server asks for signatures by DSA, which we do not offer.
      if (trace.section === 6 && side === 'server') continue
      test(`§${trace.section} ${trace.title}, ${side}`, () => {
        const resumption =
          trace.section === 4 ? resumptionFrom(traces.find(({ section }) => section === 3)!) : undefined
        const { wrote, expected, end } = playTrace(trace, side, encode, resumption)
        expect(end.event('error')?.error).toBeUndefined()
        expect(wrote.join('')).toBe(expected.join(''))
        expect(end.tls.handshakeComplete).toBe(true)
        expect(end.types.at(-1)).toBe('closeNotify')
      })
    }
  }
})
