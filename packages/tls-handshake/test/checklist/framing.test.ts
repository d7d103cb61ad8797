import { describe, expect, test } from 'vitest'
import { credential } from '../harness/credentials.ts'
import { addExtension, message, on, setExtension, trailing, withBody } from '../harness/edit.ts'
import type { Tamper } from '../harness/evil.ts'
import { Ext, Message } from '../harness/names.ts'
import { bytewise, handshake, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client, server } from '../harness/victim.ts'

const clientAuth = { requestCertificate: true, requireCertificate: true } as const
const withCertificate = { credentials: [credential('client')] } as const

/** Bytes behind a message, in the same record. */
const followedBy =
  (type: number, ...bytes: number[]): Tamper =>
  (raw, actual) =>
    actual === type ? [raw, Uint8Array.from(bytes)] : undefined

/** The same hello with 40,000 bytes of padding. */
const padded = (raw: Uint8Array): Uint8Array => addExtension(raw, Ext.padding, new Uint8Array(40000))

const fragment = [Message.key_update, 0, 0]

describe('handshake framing', () => {
  test('split at any byte', () => {
    const { client: end } = handshake({}, {}, bytewise)
    expect(end.tls.handshakeComplete).toBe(true)
  })

  rows([
    [
      'RFC 9846 §5.1 #4: another content type inside a message',
      () =>
        afterwards(client(), (evil) => {
          evil.record(22, Uint8Array.of(Message.key_update, 0))
          evil.record(23, utf8('data'))
        }),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    [
      'RFC 9846 §5.1 #6: bytes behind the server’s Finished',
      () => client(followedBy(Message.finished, ...fragment)),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'RFC 9846 §5.1 #6: bytes behind a KeyUpdate',
      () => afterwards(client(), (evil) => evil.record(22, Uint8Array.of(Message.key_update, 0, 0, 1, 0, ...fragment))),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'RFC 9846 §5.1 #6: bytes behind a ClientHello',
      () => server(followedBy(Message.client_hello, ...fragment)),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'bytes behind a ClientHello that gets a HelloRetryRequest',
      () => server(followedBy(Message.client_hello, ...fragment), { cookie: true }),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'RFC 9846 §5.1 #6: bytes behind the client’s Finished',
      () => server(followedBy(Message.finished, ...fragment)),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'a message over 16 KiB, from its header alone',
      () => afterwards(client(), (evil) => evil.record(22, Uint8Array.of(Message.key_update, 0, 0x40, 1))),
      'illegal_parameter',
      'EXCESSIVE_MESSAGE_SIZE',
    ],
    [
      'a NewSessionTicket over what its vectors can hold',
      () => afterwards(client(), (evil) => evil.record(22, Uint8Array.of(Message.new_session_ticket, 2, 1, 11))),
      'illegal_parameter',
      'EXCESSIVE_MESSAGE_SIZE',
    ],
    [
      'a ClientHello over 131,396 bytes',
      () =>
        server((_raw, type, evil) => {
          if (type === Message.client_hello) evil.plain(22, Uint8Array.of(Message.client_hello, 2, 1, 0x45))
          return null
        }),
      'illegal_parameter',
      'EXCESSIVE_MESSAGE_SIZE',
    ],
    [
      'RFC 9846 §4 #2: a first message that is no ClientHello, whatever its length',
      () =>
        server((_raw, type, evil) => {
          if (type === Message.client_hello)
            evil.plain(
              22,
              Uint8Array.from('hello', (letter) => letter.charCodeAt(0)),
            )
          return null
        }),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'a message that has no place behind the handshake, from its header alone',
      () => afterwards(client(), (evil) => evil.record(22, Uint8Array.of(Message.client_hello, 0, 0, 1))),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'a Finished where ServerHello is due, from its header alone',
      () =>
        client((_raw, type, evil) => {
          if (type === Message.server_hello) evil.plain(22, Uint8Array.of(Message.finished, 0xff, 0, 0))
          return null
        }),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    ['a ClientHello of 40,000 bytes is read', () => server(undefined, {}, { rewriteClientHello: padded })],
    [
      'a Certificate over its own limit',
      () => client(undefined, { limits: { certificateMessage: 300 } }),
      'illegal_parameter',
      'EXCESSIVE_MESSAGE_SIZE',
    ],
    [
      'RFC 9846 §4.5.3 #1: a Finished of the wrong value',
      () => client(on(Message.finished, (raw) => withBody(raw, new Uint8Array(32)))),
      'decrypt_error',
      'DIGEST_CHECK_FAILED',
    ],
    [
      'RFC 9846 §4.5.3 #1: a Finished that is too short',
      () => client(on(Message.finished, (raw) => withBody(raw, raw.slice(4, 30)))),
      'decrypt_error',
      'DIGEST_CHECK_FAILED',
    ],
    [
      'RFC 9846 §4.5.3 #1: a Finished that is too long',
      () => server(on(Message.finished, (raw) => trailing(raw))),
      'decrypt_error',
      'DIGEST_CHECK_FAILED',
    ],
  ])

  // A victim's ServerHello error is in plaintext, which the peer's record layer refuses: it is looked at in the A rows.
  const toClient = ['encrypted_extensions', 'certificate_request', 'certificate', 'certificate_verify'] as const
  for (const name of toClient) {
    const type = Message[name]
    rows([
      [
        `trailing bytes in the server’s ${name}`,
        () =>
          client(
            on(type, (raw) => trailing(raw)),
            withCertificate,
            clientAuth,
          ),
        'decode_error',
        'LENGTH_MISMATCH',
      ],
      [
        `an unknown message for the server’s ${name}`,
        () =>
          client(
            on(type, (raw) => message(0xaa, raw.subarray(4))),
            withCertificate,
            clientAuth,
          ),
        'unexpected_message',
        'UNEXPECTED_MESSAGE',
      ],
      [
        `a server’s ${name} that ends too early`,
        () =>
          client(
            on(type, (raw) => withBody(raw, raw.subarray(4, raw.length - 1))),
            withCertificate,
            clientAuth,
          ),
        'decode_error',
        'LENGTH_MISMATCH',
      ],
    ])
  }
  const toServer = ['client_hello', 'certificate', 'certificate_verify'] as const
  for (const name of toServer) {
    const type = Message[name]
    rows([
      [
        `trailing bytes in the client’s ${name}`,
        () =>
          server(
            on(type, (raw) => trailing(raw)),
            clientAuth,
            withCertificate,
          ),
        'decode_error',
        'LENGTH_MISMATCH',
      ],
      [
        `an unknown message for the client’s ${name}`,
        () =>
          server(
            on(type, (raw) => message(0xaa, raw.subarray(4))),
            clientAuth,
            withCertificate,
          ),
        'unexpected_message',
        'UNEXPECTED_MESSAGE',
      ],
      [
        `a client’s ${name} that ends too early`,
        () =>
          server(
            on(type, (raw) => withBody(raw, raw.subarray(4, raw.length - 1))),
            clientAuth,
            withCertificate,
          ),
        'decode_error',
        'LENGTH_MISMATCH',
      ],
    ])
  }

  rows([
    [
      'RFC 9846 §6 #6: trailing bytes in a NewSessionTicket',
      () => client(on(Message.new_session_ticket, (raw) => trailing(raw))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'RFC 9846 §6 #6: trailing bytes in a KeyUpdate',
      () => afterwards(client(), (evil) => evil.record(22, message(Message.key_update, Uint8Array.of(0, 0)))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'RFC 9846 §4.3 #2: an extension whose body is too long',
      () =>
        server(
          on(Message.client_hello, (raw) => setExtension(raw, Ext.psk_key_exchange_modes, Uint8Array.of(1, 1, 0))),
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
  ])
})
