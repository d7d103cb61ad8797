import { Alert } from '@x/tls-record'
import { describe, expect, test } from 'vitest'
import { type ClientConfig, TlsConnection } from '../../src/index.ts'
import { bodyOf, editExtensions, on, removeExtension, withBody } from '../harness/edit.ts'
import { client12, handshake12, server12, USUAL } from '../harness/legacy.ts'
import { Ext, Message } from '../harness/names.ts'
import { clientConfig, connect, End, handshake, join, type Pair, pump, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client, expectAlert, play, server } from '../harness/victim.ts'

/** An open connection of TLS 1.2 whose client has just begun a renegotiation. */
function renegotiating(): Pair {
  const pair = handshake12({ renegotiation: 'freely' }, { renegotiation: 'freely' })
  pair.client.tls.renegotiate()
  return pair
}

const warning = (alert: number) => Uint8Array.of(1, alert)

describe('alerts and closing', () => {
  rows([
    [
      'RFC 9846 §5.1 #9: half an alert',
      () => afterwards(client(), (evil) => evil.record(21, Uint8Array.of(2))),
      'decode_error',
      'INVALID_ALERT',
    ],
    [
      'RFC 9846 §5.1 #9, #10: two alerts in a record',
      () => afterwards(client(), (evil) => evil.record(21, Uint8Array.of(2, 40, 2, 40))),
      'decode_error',
      'INVALID_ALERT',
    ],
    [
      'a level other than 1 and 2',
      () => afterwards(client(), (evil) => evil.record(21, Uint8Array.of(0x42, 10))),
      'illegal_parameter',
      'UNKNOWN_ALERT_TYPE',
    ],
    [
      'RFC 9846 §6.1 #4: user_canceled is passed over',
      () =>
        afterwards(client(), (evil) => {
          for (let i = 0; i < 4; i++) evil.record(21, warning(Alert.user_canceled))
        }),
    ],
    [
      'but only four times in a row',
      () =>
        afterwards(client(), (evil) => {
          for (let i = 0; i < 5; i++) evil.record(21, warning(Alert.user_canceled))
        }),
      'unexpected_message',
      'TOO_MANY_WARN_ALERTS',
    ],
  ])

  test('RFC 9846 §6 #2, #4, #5: any other alert, known or not, is fatal whatever its level, reaches the error, and is not answered', () => {
    for (const level of [1, 2]) {
      const unknown = afterwards(client(), (peer) => peer.record(21, Uint8Array.of(level, 213)))
      expect(unknown.victim.event('error')?.error).toMatchObject({ alert: 213, alertReceived: true })
      const { victim, evil } = afterwards(client(), (peer) => {
        peer.record(21, Uint8Array.of(level, Alert.access_denied))
        peer.record(23, utf8('no data any more'))
      })
      expect(victim.text).toBe('')
      victim.tls.write(utf8('nor this'))
      expect(victim.event('error')?.error).toMatchObject({
        reason: 'TLSV1_ALERT_ACCESS_DENIED',
        alert: Alert.access_denied,
        alertReceived: true,
        blame: 'peer',
      })
      expect(evil.alerts).toEqual([])
      expect(victim.tls.takeOutput()).toEqual([])
    }
  })

  test('RFC 9846 A.1 #1: a client that fails at the ServerHello says so in plaintext, and encrypted right behind it', () => {
    const atServerHello = client(on(Message.server_hello, (raw) => removeExtension(raw, Ext.key_share)))
    expect(atServerHello.evil.alerts).toEqual([{ level: 2, alert: Alert.missing_extension, protected: false }])

    const behind = client(on(Message.encrypted_extensions, (raw) => withBody(raw, bodyOf(raw).subarray(1))))
    expect(behind.evil.alerts).toEqual([{ level: 2, alert: Alert.decode_error, protected: true }])
  })

  test('a server encrypts its alerts once it has sent its ServerHello', () => {
    const { evil } = server(on(Message.finished, (raw) => withBody(raw, new Uint8Array(32))))
    expect(evil.alerts).toEqual([{ level: 2, alert: Alert.decrypt_error, protected: true }])
  })

  test('RFC 9846 §6 #1, RFC 9846 §6.1 #2, #6, #8: close_notify, a warning, on close; an end without the peer’s is a truncation', () => {
    const alerts: number[][] = []
    const onMessage: ClientConfig['onMessage'] = (_direction, type, bytes) => {
      if (type === 21) alerts.push([...bytes])
    }
    const pair = handshake({ onMessage })
    pair.client.tls.close()
    pump(pair)
    expect(alerts).toEqual([[1, Alert.close_notify]])
    expect(pair.server.types.at(-1)).toBe('closeNotify')
    expect(pair.server.tls.peerClosed).toBe(true)
    // Half-closed: the other direction still works.
    pair.server.tls.write(utf8('still here'))
    pump(pair)
    expect(pair.client.text).toBe('still here')
    pair.client.tls.receiveEnd()
    pair.client.drain()
    expect(pair.client.types.at(-1)).toBe('truncated')
  })

  test('an end during the handshake is an error', () => {
    const end = new End(TlsConnection.client(clientConfig()))
    end.tls.receiveEnd()
    end.drain()
    expect(end.event('error')?.error).toMatchObject({ reason: 'UNEXPECTED_EOF_WHILE_READING', alert: undefined })
  })

  test('RFC 9846 §6.1 #1: what comes after close_notify is ignored', () => {
    const scene = client()
    scene.evil.record(21, warning(Alert.close_notify))
    scene.evil.record(23, utf8('too late'))
    play(scene)
    expect(scene.victim.types.at(-1)).toBe('closeNotify')
    expect(scene.victim.text).toBe('')
  })

  describe.each([
    ['TLS 1.3', () => connect(clientConfig(), serverConfig())],
    ['TLS 1.2', () => connect(clientConfig(client12(USUAL, 0x0303)), serverConfig(server12(USUAL, 0x0303)))],
    ['a renegotiation', () => renegotiating()],
  ])('nothing follows close_notify: %s', (_what, begin) => {
    test.each(['client', 'server'] as const)('that the %s sends, wherever the handshake is', (side) => {
      for (let flights = 0; flights < 5; flights++) {
        const pair = begin()
        const [us, peer] = side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
        for (let i = 0; i < flights; i++) {
          const [from, to] = i % 2 === 0 ? [pair.client, pair.server] : [pair.server, pair.client]
          to.tls.receive(join(from.tls.takeOutput()))
        }
        us.tls.close()
        peer.tls.receive(join(us.tls.takeOutput()))
        for (let turns = 0; turns < 3; turns++) {
          us.tls.receive(join(peer.tls.takeOutput()))
          expect(us.tls.takeOutput()).toEqual([])
        }
        us.drain()
        peer.drain()
        // A server that has closed cannot take the renegotiation that is on its way.
        expect([undefined, 'NO_RENEGOTIATION']).toContain(us.event('error')?.error.reason)
        expect(peer.event('error')).toBeUndefined()
        expect(peer.types.at(-1)).toBe('closeNotify')
      }
    })

    test.each(['client', 'server'] as const)('that waits behind the data of the %s', (side) => {
      const pair = begin()
      pair[side].tls.write(utf8('all of this'))
      pair[side].tls.close()
      pump(pair)
      const peer = side === 'client' ? pair.server : pair.client
      expect(peer.text).toBe('all of this')
      expect(peer.types.at(-1)).toBe('closeNotify')
      expect(pair[side].tls.takeOutput()).toEqual([])
    })

    test('nor does it wait for a peer that has closed, or is gone', () => {
      for (const leaves of [
        (pair: Pair) => {
          pair.server.tls.close()
          pair.client.tls.receive(join(pair.server.tls.takeOutput()))
        },
        (pair: Pair) => pair.client.tls.receiveEnd(),
      ]) {
        const pair = begin()
        pair.client.tls.takeOutput()
        pair.client.tls.write(utf8('nobody hears'))
        pair.client.tls.close()
        expect(pair.client.tls.takeOutput()).toEqual([])
        leaves(pair)
        pair.client.drain()
        const { error } = pair.client.tls
        if (error) expect(error.reason).toBe('UNEXPECTED_EOF_WHILE_READING')
        else expect(pair.client.tls.takeOutput().length).toBeGreaterThan(0)
        expect(pair.client.tls.takeOutput()).toEqual([])
      }
    })
  })

  test('a renegotiation that the peer begins after our close_notify is refused, without a word', () => {
    for (const side of ['client', 'server'] as const) {
      const pair = handshake12({ renegotiation: 'freely' }, { renegotiation: 'freely' })
      const peer = side === 'client' ? pair.server : pair.client
      pair[side].tls.close()
      const farewell = join(pair[side].tls.takeOutput())
      peer.tls.renegotiate()
      pair[side].tls.receive(join(peer.tls.takeOutput()))
      expect(pair[side].tls.error).toMatchObject({ reason: 'NO_RENEGOTIATION' })
      expect(pair[side].tls.takeOutput()).toEqual([])
      peer.tls.receive(farewell)
      peer.drain()
      expect(peer.types.at(-1)).toBe('closeNotify')
    }
  })

  test('RFC 9846 §6.2 #1, #2: write after close is refused, the error of a failed connection stays', () => {
    const { client: end } = handshake()
    end.tls.close()
    expect(() => end.tls.write(utf8('x'))).toThrow(/write after close/)
    const failed = client(
      on(Message.encrypted_extensions, (raw) => editExtensions(raw, () => [[Ext.unknown, utf8('')]])),
    )
    expectAlert(failed, 'unsupported_extension')
  })

  test('RFC 9846 §6 #3: the keys of a connection that has failed are gone', () => {
    const pair = handshake()
    const { read, write } = pair.client.tls.trafficSecrets!
    expect(read.some((byte) => byte !== 0) && write.some((byte) => byte !== 0)).toBe(true)
    pair.client.tls.abort(Alert.internal_error)
    expect([...read, ...write].filter((byte) => byte !== 0)).toEqual([])
    expect(() => pair.client.tls.exportKeyingMaterial('EXPORTER-x', 16)).toThrow(/exporter/)
  })
})
