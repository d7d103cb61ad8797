/**
 * Recorded flights, mutated: every one ends in an alert or in success, none in an exception, a hang, or growing memory.
 * `MUTATIONS=100000` sets how many; the normal run makes 2,000 of TLS 1.3 and of what came before, on each side.
 */

import { TlsError } from '@x/tls-record'
import { describe, expect, test } from 'vitest'
import { type ClientConfig, type ServerConfig, TlsConnection } from '../src/index.ts'
import { credential } from './harness/credentials.ts'
import { HeapGrowth, MOST_GROWTH } from './harness/heap.ts'
import { client12, server12, suite, USUAL } from './harness/legacy.ts'
import { clientConfig, connect, End, join, pump, serverConfig, utf8 } from './harness/pair.ts'

const COUNT = Number(process.env.MUTATIONS ?? 2000)

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Bytes, lengths, records: changed, cut out, doubled, swapped, made up. */
function mutate(flight: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes: Uint8Array = flight.slice()
  for (let times = 1 + next(3); times > 0; times--) {
    const at = next(Math.max(1, bytes.length))
    const length = 1 + next(next(4) === 0 ? 64 : 4)
    const part = bytes.subarray(at, at + length)
    switch (next(7)) {
      case 0:
        bytes[at] ^= 1 << next(8)
        break
      case 1:
        bytes[at] = [0, 1, 0x7f, 0x80, 0xff][next(5)]
        break
      case 2:
        bytes = join([bytes.subarray(0, at), bytes.subarray(at + length)])
        break
      case 3:
        bytes = join([bytes.subarray(0, at), part, bytes.subarray(at)])
        break
      case 4:
        bytes = join([bytes.subarray(0, at), new Uint8Array(length).fill(next(256)), bytes.subarray(at)])
        break
      case 5:
        bytes = bytes.slice(0, at)
        break
      default: {
        // The two bytes of some length.
        const value = [0, 1, next(0x10000), 0xffff][next(4)]
        if (at + 1 < bytes.length) bytes.set([value >> 8, value & 255], at)
      }
    }
  }
  return bytes
}

/** Feeds bytes in pieces; whatever happens, it is an event. */
function feed(end: End, bytes: Uint8Array, next: (below: number) => number): void {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + next(next(2) === 0 ? 20 : bytes.length)
    end.tls.receive(bytes.slice(at, at + length))
    end.drain()
    at += length
  }
}

interface Outcome {
  complete: number
  alerts: Map<number | undefined, number>
}

function settle(end: End, outcome: Outcome): void {
  const errors = end.all('error')
  expect(errors.length).toBeLessThanOrEqual(1)
  if (end.tls.handshakeComplete) outcome.complete++
  for (const { error } of errors) {
    expect(error).toBeInstanceOf(TlsError)
    // An internal error would be a bug that a peer can reach.
    expect(error.reason, `${error.message}\n${(error.cause as Error | undefined)?.stack}`).not.toBe('INTERNAL_ERROR')
    outcome.alerts.set(error.alert, (outcome.alerts.get(error.alert) ?? 0) + 1)
  }
  expect(join(end.tls.takeOutput()).length).toBeLessThan(100_000)
}

const ticketKeys = {
  seal: (session: Uint8Array) => session,
  open: (session: Uint8Array) => ({ session, renew: false }),
}
const session = (() => {
  const pair = connect(clientConfig(), serverConfig({ ticketKeys, maxEarlyData: 1000, antiReplay: () => true }))
  pump(pair)
  return pair.client.event('session')!.session
})()
const psks = [{ identity: utf8('us'), key: new Uint8Array(32).fill(3) }]

/** TLS up to 1.2: full with all extensions, RSA with a client certificate in TLS 1.0, DHE, PSK, resumption. */
const ALL_12 = { alpnProtocols: [utf8('h2')], requestOcsp: true, requestSct: true, maxFragmentLength: 512 } as const
const resumable = { ...server12(USUAL, 0x0303), ticketKeys }
const session12 = (() => {
  const pair = connect(clientConfig(client12(USUAL, 0x0303)), serverConfig(resumable))
  pump(pair)
  return pair.client.event('session')!.session
})()
const legacy: [client: Partial<ClientConfig>, server: Partial<ServerConfig>][] = [
  [{ ...client12(USUAL, 0x0303), ...ALL_12 }, server12(USUAL, 0x0303)],
  [
    { ...client12(suite(0x002f), 0x0301), credentials: [credential('client')] },
    { ...server12(suite(0x002f), 0x0301), requestCertificate: true, requireCertificate: true },
  ],
  [client12(suite(0x00ac), 0x0303), server12(suite(0x00ac), 0x0303)],
  [
    { ...client12(suite(0xc009), 0x0302), selectNpn: (offered) => offered[0] ?? utf8('') },
    { ...server12(suite(0xc009), 0x0302), npnProtocols: [utf8('a')] },
  ],
  [{ ...client12(USUAL, 0x0303), session: session12 }, resumable],
]

/** What is offered in the scenarios: full, retried, resumed with early data, client certificate. */
const scenarios: [client: Partial<ClientConfig>, server: Partial<ServerConfig>][] = [
  [{ alpnProtocols: [utf8('h2')], requestOcsp: true, requestSct: true }, { alpnProtocols: [utf8('h2')] }],
  [{ keyShares: [], grease: true }, { cookie: true }],
  [
    { session, earlyData: true },
    { ticketKeys, maxEarlyData: 1000, antiReplay: () => true },
  ],
  [
    { credentials: [credential('client')], psks: [] },
    { requestCertificate: true, requireCertificate: true },
  ],
  [{ psks }, { psks }],
]

const report = (side: string, outcome: Outcome, heap: HeapGrowth): void => {
  const alerts = [...outcome.alerts].sort((a, b) => b[1] - a[1]).map(([alert, count]) => `${alert}: ${count}`)
  const { grown } = heap
  console.info(`${side}: ${COUNT} mutations, ${outcome.complete} complete, alerts ${alerts.join(', ')}`)
  console.info(`${side}: the heap has grown by ${Math.round(grown / 1024)} KiB since ten thousand`)
  expect(grown).toBeLessThan(MOST_GROWTH)
}

/** The test runner wants to hear from its workers now and then. */
const breath = () => new Promise((resolve) => setImmediate(resolve))

/** Enough time for a hundred thousand. */
const TIMEOUT = 60_000 + COUNT * 20

describe.each([
  ['TLS 1.3', scenarios],
  ['TLS 1.0 to 1.2', legacy],
])('mutated flights: %s', (versions, scenarios) => {
  test('at a server', { timeout: TIMEOUT }, async () => {
    const outcome: Outcome = { complete: 0, alerts: new Map() }
    const heap = new HeapGrowth()
    for (let i = 0; i < COUNT; i++) {
      if (i % 500 === 0) await breath()
      heap.step(i)
      const next = random(i + 1)
      const [client, server] = scenarios[i % scenarios.length]
      const us = new End(TlsConnection.server(serverConfig(server)))
      const peer = TlsConnection.client(clientConfig(client))
      peer.writeEarly(utf8('early'))
      // Which of the client's flights is changed: the first, or the second that an honest first one leads to.
      const first = join(peer.takeOutput())
      if (next(2) === 0) feed(us, mutate(first, next), next)
      else {
        us.tls.receive(first)
        peer.receive(join(us.tls.takeOutput()))
        feed(us, mutate(join(peer.takeOutput()), next), next)
      }
      us.drain()
      us.tls.receiveEnd()
      us.drain()
      settle(us, outcome)
    }
    report(`${versions}, server`, outcome, heap)
    expect(outcome.alerts.size).toBeGreaterThan(5)
  })

  test('at a client', { timeout: TIMEOUT }, async () => {
    const outcome: Outcome = { complete: 0, alerts: new Map() }
    const heap = new HeapGrowth()
    for (let i = 0; i < COUNT; i++) {
      if (i % 500 === 0) await breath()
      heap.step(i)
      const next = random(i + 1)
      const [client, server] = scenarios[i % scenarios.length]
      const us = new End(TlsConnection.client(clientConfig(client)))
      const peer = TlsConnection.server(serverConfig(server))
      peer.receive(join(us.tls.takeOutput()))
      let flight = join(peer.takeOutput())
      if (peer.helloRetried && next(2) === 0) {
        us.tls.receive(flight)
        peer.receive(join(us.tls.takeOutput()))
        flight = join(peer.takeOutput())
      }
      // The plaintext ServerHello is where mutations go deep; half of them stay in it.
      const hello = 5 + ((flight[3] << 8) | flight[4])
      const bytes =
        next(2) === 0 ? join([mutate(flight.subarray(0, hello), next), flight.subarray(hello)]) : mutate(flight, next)
      feed(us, bytes, next)
      us.tls.receiveEnd()
      us.drain()
      settle(us, outcome)
    }
    report(`${versions}, client`, outcome, heap)
    expect(outcome.alerts.size).toBeGreaterThan(5)
  })
})
