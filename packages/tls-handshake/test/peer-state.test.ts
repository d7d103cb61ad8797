import { describe, expect, test } from 'vitest'
import type { PeerVerdict, PeerVerification, ServerConfig } from '../src/index.ts'
import { credential, der } from './harness/credentials.ts'
import {
  clientConfig,
  connect,
  handshake,
  join,
  type Pair,
  pump,
  pumpAsync,
  serverConfig,
  utf8,
} from './harness/pair.ts'
import { afterwards, server as victimServer } from './harness/victim.ts'

const both = { credentials: [credential('client')] }

/** The verdict is the name's: whoever reads one of another certificate sees it. */
const named = ({ chain: [leaf] }: PeerVerification): PeerVerdict => ({
  ok: true,
  result: `${leaf?.length ?? 'nobody'}`,
})
const verdictOf = (name: Parameters<typeof der>[0]) => ({ ok: true, result: `${der(name).length}` })

describe('what is known of the peer', () => {
  test.each([[[0x0304]], [[0x0303]], [[0x0301]]] as const)('is one frozen value (%j)', (versions) => {
    const pair = handshake({ ...both, versions }, { versions, requestCertificate: true })
    for (const end of [pair.client, pair.server]) {
      const { peer } = end.tls
      expect(Object.isFrozen(peer)).toBe(true)
      expect(Object.isFrozen(peer!.certificates)).toBe(true)
      expect(end.tls.peerCertificates).toBe(peer!.certificates)
      expect(peer!.version).toBe(versions[0])
      expect(peer!.finished).toBe(end.tls.peerFinished)
    }
  })

  test.each([[[0x0304]], [[0x0303]]] as const)('nothing before its Finished (%j)', (versions) => {
    const seen: unknown[] = []
    const pair: Pair = connect(
      clientConfig({ ...both, versions, alpnProtocols: [utf8('a')], verifyPeer: (peer) => look('client', peer) }),
      serverConfig({
        versions,
        requestCertificate: true,
        alpnProtocols: [utf8('a')],
        verifyPeer: (peer) => look('server', peer),
      }),
    )
    const look = (side: 'client' | 'server', { chain }: PeerVerification) => {
      const { peer, peerCertificates, peerVerification, alpnProtocol } = pair[side].tls
      seen.push(chain.length, peer, peerCertificates, peerVerification, alpnProtocol)
      return { ok: true }
    }
    pump(pair)
    expect(seen).toEqual([1, undefined, undefined, undefined, undefined, 1, undefined, undefined, undefined, undefined])
    expect(pair.server.tls.alpnProtocol).toEqual(utf8('a'))
  })
})

describe('a renegotiation', () => {
  const versions = [0x0303] as const
  const asking = (more: Partial<ServerConfig> = {}) => ({
    versions,
    requestCertificate: true,
    verifyPeer: named,
    renegotiation: 'freely' as const,
    ...more,
  })

  test('the old value stands until the new Finished, then the new one does', async () => {
    let shown = 0
    let answer = (_verdict: PeerVerdict) => {}
    const pair = handshake(
      { versions, selectClientCredential: () => [credential('client'), credential('p384')][shown++] },
      asking({
        verifyPeer: (peer) =>
          shown < 2
            ? named(peer)
            : new Promise((resolve) => {
                answer = () => resolve(named(peer))
              }),
      }),
    )
    const before = pair.server.tls.peer!
    expect(before.verification).toEqual(verdictOf('client'))
    pair.client.tls.renegotiate()
    pump(pair)
    expect(pair.server.tls.waiting).toBe('verifyPeer')
    expect(pair.server.tls.peer).toBe(before)
    answer({ ok: true })
    await pumpAsync(pair)
    expect(pair.server.tls.renegotiations).toBe(1)
    expect(pair.server.tls.peerCertificates).toEqual([der('p384')])
    expect(pair.server.tls.peerVerification).toEqual(verdictOf('p384'))
    expect(before.certificates).toEqual([der('client')])
  })

  test('one that fails leaves the old value', () => {
    let shown = 0
    const pair = handshake(
      { versions, selectClientCredential: () => [credential('client'), credential('p384')][shown++] },
      asking({ verifyPeer: (peer) => (shown < 2 ? named(peer) : { ok: false, alert: 42 }) }),
    )
    pair.client.tls.renegotiate()
    pump(pair)
    expect(pair.server.tls.error).toMatchObject({ alert: 42 })
    expect(pair.server.tls.peerCertificates).toEqual([der('client')])
  })

  test('a client that shows no certificate any more is nobody', () => {
    let shown = 0
    const pair = handshake({ versions, selectClientCredential: () => [credential('client'), null][shown++] }, asking())
    pair.client.tls.renegotiate()
    pump(pair)
    expect(pair.server.tls.renegotiations).toBe(1)
    expect(pair.server.tls.peerCertificates).toEqual([])
    expect(pair.server.tls.peerVerification).toBeUndefined()
  })

  test('the server is verified again, by what it shows now', () => {
    const asked: PeerVerification[] = []
    let verdict: PeerVerdict = { ok: true }
    const pair = handshake(
      {
        versions,
        requestOcsp: true,
        verifyPeer: (peer) => {
          asked.push(peer)
          return verdict
        },
      },
      {
        versions,
        renegotiation: 'freely',
        ocspResponse: () => Uint8Array.of(asked.length),
      },
    )
    verdict = { ok: false, alert: 44, reason: 'CERTIFICATE_REVOKED' }
    pair.client.tls.renegotiate()
    pump(pair)
    expect(asked.map(({ ocspResponse }) => ocspResponse)).toEqual([Uint8Array.of(0), Uint8Array.of(1)])
    expect(pair.client.tls.error).toMatchObject({ alert: 44, reason: 'CERTIFICATE_REVOKED' })
  })
})

describe('post-handshake authentication', () => {
  const able = { postHandshakeAuth: true }

  test('name and verdict change together, at the Finished', async () => {
    const seen: unknown[] = []
    let answer = () => {}
    const answers = [credential('client'), credential('p384')]
    const pair = handshake(
      { ...able, selectClientCredential: () => answers.shift() },
      {
        requestCertificate: true,
        verifyPeer: (peer) =>
          answers.length > 0
            ? named(peer)
            : new Promise((resolve) => {
                answer = () => resolve(named(peer))
              }),
      },
    )
    const { tls } = pair.server
    tls.requestClientCertificate()
    pump(pair)
    seen.push(tls.peerVerification)
    expect(tls.waiting).toBe('verifyPeer')
    answer()
    await pumpAsync(pair)
    seen.push(tls.peerVerification)
    expect(seen).toEqual([verdictOf('client'), verdictOf('p384')])
    expect(tls.peerCertificates).toEqual([der('p384')])
  })

  test('an empty answer clears the old verdict', () => {
    const answers = [credential('client'), null]
    const pair = handshake(
      { ...able, selectClientCredential: () => answers.shift() },
      { requestCertificate: true, verifyPeer: named },
    )
    expect(pair.server.tls.peerVerification).toEqual(verdictOf('client'))
    pair.server.tls.requestClientCertificate()
    pump(pair)
    expect(pair.server.tls.peerCertificates).toEqual([])
    expect(pair.server.tls.peerVerification).toBeUndefined()
    expect(pair.server.tls.peerSignatureScheme).toBeUndefined()
  })

  test('a wrong Finished changes nothing', () => {
    const scene = victimServer(
      (message, type, peer) =>
        type === 20 && peer.complete ? join([message.subarray(0, -1), Uint8Array.of(0)]) : undefined,
      { requestCertificate: false, verifyPeer: named },
      { ...able, ...both },
    )
    afterwards(scene, (_evil, victim) => victim.tls.requestClientCertificate())
    expect(scene.victim.tls.error).toMatchObject({ reason: 'DIGEST_CHECK_FAILED' })
    expect(scene.victim.tls.peerCertificates ?? []).toEqual([])
  })
})
