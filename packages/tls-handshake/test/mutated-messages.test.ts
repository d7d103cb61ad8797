/**
 * The same below the record layer, where mutations reach the parsers behind the encryption: a peer whose messages are
 * changed before they are sealed.
 */
import { TlsError } from '@x/tls-record'
import { describe, expect, test } from 'vitest'
import { credential } from './harness/credentials.ts'
import type { Tamper } from './harness/evil.ts'
import { HeapGrowth, MOST_GROWTH } from './harness/heap.ts'
import { ANY_VERSION, client12, server12 } from './harness/legacy.ts'
import { utf8 } from './harness/pair.ts'
import { client, play, type Scene, server } from './harness/victim.ts'

const COUNT = Number(process.env.MUTATIONS ?? 2000)

/** Enough time for a hundred thousand. */
const TIMEOUT = 60_000 + COUNT * 20

/** The test runner wants to hear from its workers now and then. */
const breath = () => new Promise((resolve) => setImmediate(resolve))

/** Runs a mutation for each seed, and looks at the heap of a long run. */
async function many(mutation: (next: (below: number) => number) => void): Promise<void> {
  const heap = new HeapGrowth()
  for (let i = 0; i < COUNT; i++) {
    if (i % 500 === 0) await breath()
    heap.step(i)
    mutation(random(i))
  }
  const { grown } = heap
  console.info(`${COUNT} mutations: the heap has grown by ${Math.round(grown / 1024)} KiB since ten thousand`)
  expect(grown).toBeLessThan(MOST_GROWTH)
}

function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Changes one message of a flight, keeping its header's length right three times out of four. */
function changing(next: (below: number) => number, messages = 5): Tamper {
  let left = next(messages)
  return (raw) => {
    if (left-- !== 0) return undefined
    let body = raw.subarray(4)
    for (let times = 1 + next(2); times > 0; times--) {
      const at = next(Math.max(1, body.length))
      const copy = body.slice()
      if (next(3) === 0) copy[at] = [0, 1, 2, 0x7f, 0x80, 0xff][next(6)]
      else if (next(2) === 0) copy[at] ^= 1 << next(8)
      body =
        next(4) === 0
          ? Uint8Array.from([...copy.subarray(0, at), ...new Uint8Array(next(4)), ...copy.subarray(at + next(3))])
          : copy
    }
    const length = next(4) === 0 ? next(70000) : body.length
    return Uint8Array.from([raw[0], length >> 16, (length >> 8) & 255, length & 255, ...body])
  }
}

function check({ victim }: Scene): void {
  victim.tls.receiveEnd()
  victim.drain()
  const errors = victim.all('error')
  expect(errors.length).toBeLessThanOrEqual(1)
  for (const { error } of errors) {
    expect(error).toBeInstanceOf(TlsError)
    expect(error.reason, `${error.message}\n${(error.cause as Error | undefined)?.stack}`).not.toBe('INTERNAL_ERROR')
  }
}

const rich = {
  client: {
    alpnProtocols: [utf8('h2')],
    requestOcsp: true,
    requestSct: true,
    recordSizeLimit: 2000,
    credentials: [credential('client')],
    psks: [],
  },
  server: { alpnProtocols: [utf8('h2')], requestCertificate: true },
} as const

describe('mutated messages', () => {
  test('of a server', { timeout: TIMEOUT }, async () => {
    await many((next) => {
      check(client(changing(next), rich.client, rich.server))
    })
  })

  test('of a client', { timeout: TIMEOUT }, async () => {
    await many((next) => {
      check(server(changing(next), rich.server, rich.client))
    })
  })

  /** TLS 1.2 with everything in it, and a renegotiation behind it. */
  const of = ANY_VERSION
  const rich12 = {
    client: {
      ...client12(of, 0x0303),
      alpnProtocols: [utf8('h2')],
      requestOcsp: true,
      requestSct: true,
      credentials: [credential('client')],
      renegotiation: 'freely',
    },
    server: { ...server12(of, 0x0303), alpnProtocols: [utf8('h2')], requestCertificate: true, renegotiation: 'freely' },
  } as const
  const renegotiated = (scene: Scene): Scene => {
    const { tls } = scene.victim
    if (tls.handshakeComplete && tls.error === undefined) {
      tls.renegotiate()
      play(scene)
    }
    return scene
  }

  test('of a server of TLS 1.2', { timeout: TIMEOUT }, async () => {
    await many((next) => {
      check(renegotiated(client(changing(next, 12), rich12.client, rich12.server)))
    })
  })

  test('of a client of TLS 1.2', { timeout: TIMEOUT }, async () => {
    await many((next) => {
      check(renegotiated(server(changing(next, 10), rich12.server, rich12.client)))
    })
  })
})
