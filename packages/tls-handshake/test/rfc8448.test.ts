/**
 * The traces of RFC 8448, byte for byte, from their fixed keys. The first is here to its Finished; all of them are read
 * from the RFC itself, which `tools/interop/install-peers.mjs` takes out of Debian's doc-rfc-informational.
 */
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { encodeSession, type Session } from '../src/index.ts'
import { ServerContext } from '../src/server/server-context.ts'
import { RFC8448_SECTION3 } from './harness/rfc8448-section3.ts'
import { tracesOf } from './harness/rfc8448-text.ts'
import { messagesOf, playTrace, type Resumption, signatureSchemesAsked, type Trace, unhex } from './harness/trace.ts'

const path = process.env.RFC8448 ?? new URL('../../../tools/interop/.peers/rfc8448.txt', import.meta.url)
const traces: Trace[] = existsSync(path) ? tracesOf(readFileSync(path, 'latin1')) : []
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

if (process.env.CI && traces.length === 0) throw new Error('CI must have RFC 8448: run tools/interop/install-peers.mjs')

afterEach(() => {
  vi.restoreAllMocks()
})

const sections = [3, 4, 5, 6, 7].flatMap((section) => [
  { section, side: 'client' as const },
  { section, side: 'server' as const },
])

describe.skipIf(traces.length === 0)(`RFC 8448, from ${path}`, () => {
  test('has the five traces', () => {
    expect(traces.map(({ section }) => section)).toEqual([3, 4, 5, 6, 7])
    expect(traces[0].keys).toEqual(RFC8448_SECTION3.keys)
    expect(traces[0].records.slice(0, RFC8448_SECTION3.records.length)).toEqual(RFC8448_SECTION3.records)
  })

  test.each(sections)('§$section, $side', ({ section, side }) => {
    const trace = traces.find((one) => one.section === section)!
    const resumption = section === 4 ? resumptionFrom(traces[0]) : undefined
    // In section 6 the server asks for signatures by DSA too, which ours cannot be told to do.
    const asked = signatureSchemesAsked(trace)
    if (asked) vi.spyOn(ServerContext.prototype, 'signatureSchemes', 'get').mockReturnValue(asked)
    const { wrote, expected, end } = playTrace(trace, side, encode, resumption)
    expect(end.event('error')?.error).toBeUndefined()
    expect(wrote.join('')).toBe(expected.join(''))
    expect(end.tls.handshakeComplete).toBe(true)
    expect(end.types.at(-1)).toBe('closeNotify')
  })
})
