import { describe, expect, test } from 'vitest'
import { on, patched } from '../harness/edit.ts'
import { Message, Type } from '../harness/names.ts'
import { bytewise, clientConfig, connect, handshake, pump, serverConfig } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client, server } from '../harness/victim.ts'

const beforeEncryptedExtensions =
  (count: number, ...body: number[]): Parameters<typeof client>[0] =>
  (raw, type, evil) => {
    if (type === Message.encrypted_extensions) {
      for (let i = 0; i < count; i++) evil.plain(Type.change_cipher_spec, Uint8Array.from(body))
    }
    return raw
  }

describe('ChangeCipherSpec and session ids', () => {
  rows([
    ['RFC 9846 §5 #1: dropped during the handshake', () => client(beforeEncryptedExtensions(31, 1))],
    ['but no more than 32', () => client(beforeEncryptedExtensions(33, 1)), 'unexpected_message', 'TOO_MANY'],
    [
      'RFC 9846 §5 #2: with another value',
      () => client(beforeEncryptedExtensions(1, 2)),
      'unexpected_message',
      'BAD_CHANGE_CIPHER_SPEC',
    ],
    [
      'RFC 9846 §5 #2: with two bytes',
      () => client(beforeEncryptedExtensions(1, 1, 1)),
      'unexpected_message',
      'BAD_CHANGE_CIPHER_SPEC',
    ],
    [
      'RFC 9846 §5 #3: after the handshake, at a client',
      () => afterwards(client(), (evil) => evil.plain(Type.change_cipher_spec, Uint8Array.of(1))),
      'unexpected_message',
      'BAD_RECORD_TYPE',
    ],
    [
      'RFC 9846 §5 #3: after the handshake, at a server',
      () => afterwards(server(), (evil) => evil.plain(Type.change_cipher_spec, Uint8Array.of(1))),
      'unexpected_message',
      'BAD_RECORD_TYPE',
    ],
    [
      'RFC 9846 §4.2.3 #5: another session id comes back',
      () => client(on(Message.server_hello, (raw) => patched(raw, 39, raw[39] ^ 1))),
      'illegal_parameter',
      'INVALID_SESSION_ID',
    ],
    [
      'RFC 9846 §4.2.3 #5: a session id comes back though none was sent',
      () =>
        client(
          on(Message.server_hello, (raw) => {
            const withId = new Uint8Array(raw.length + 1)
            withId.set(raw.subarray(0, 38))
            withId.set([1, 7], 38)
            withId.set(raw.subarray(39), 40)
            withId[3]++
            return withId
          }),
          { middleboxCompatibility: false },
        ),
      'illegal_parameter',
      'INVALID_SESSION_ID',
    ],
    [
      'a session id over 32 bytes, from a client',
      () => server(on(Message.client_hello, (raw) => patched(raw, 38, 33))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'a session id over 32 bytes, from a server',
      () => client(on(Message.server_hello, (raw) => patched(raw, 38, 33))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
  ])

  test('RFC 9846 E.4 #1: one ChangeCipherSpec from each side in compatibility mode, none without', () => {
    for (const middleboxCompatibility of [true, false]) {
      const records: number[][] = []
      const count = (bytes: Uint8Array): void => {
        const types: number[] = []
        for (let at = 0; at < bytes.length; at += 5 + ((bytes[at + 3] << 8) | bytes[at + 4])) types.push(bytes[at])
        records.push(types.filter((type) => type === Type.change_cipher_spec))
      }
      const pair = connect(clientConfig({ middleboxCompatibility, keyShares: [] }), serverConfig())
      const { toServer, toClient } = pump(pair)
      count(toServer)
      count(toClient)
      expect(pair.client.tls.handshakeComplete).toBe(true)
      expect(records.map(({ length }) => length)).toEqual(middleboxCompatibility ? [1, 1] : [0, 0])
    }
  })

  test('it may come in pieces', () => {
    expect(handshake({ keyShares: [] }, {}, bytewise).server.tls.handshakeComplete).toBe(true)
  })
})
