import { describe, expect, test } from 'vitest'
import { on, setExtension } from '../harness/edit.ts'
import { Ext, Message } from '../harness/names.ts'
import { handshake, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { client, server } from '../harness/victim.ts'

const h2 = { alpnProtocols: [utf8('h2')] } as const

describe('ALPN and SNI', () => {
  rows([
    [
      'RFC 7301 §3.2 #2: nothing in common',
      () => server(undefined, { alpnProtocols: [utf8('http/1.1')] }, h2),
      'no_application_protocol',
      'NO_APPLICATION_PROTOCOL',
    ],
    [
      'the server selects what was not offered',
      () =>
        client(
          on(Message.encrypted_extensions, (raw) => setExtension(raw, Ext.alpn, Uint8Array.of(0, 3, 2, 104, 51))),
          h2,
          h2,
        ),
      'illegal_parameter',
      'INVALID_ALPN_PROTOCOL',
    ],
    [
      'RFC 7301 §3.1 #3: an empty name in the client’s list',
      () =>
        server(
          on(Message.client_hello, (raw) => setExtension(raw, Ext.alpn, Uint8Array.of(0, 4, 0, 2, 104, 50))),
          h2,
          h2,
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'the application selects an empty name',
      () => server(undefined, { selectAlpn: () => utf8('') }, h2),
      'internal_error',
      'INVALID_ALPN_PROTOCOL',
    ],
    [
      'RFC 7301 §3.1 #6: a server that selects two names',
      () =>
        client(
          on(Message.encrypted_extensions, (raw) =>
            setExtension(raw, Ext.alpn, Uint8Array.of(0, 6, 2, 104, 50, 2, 104, 50)),
          ),
          h2,
          h2,
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'RFC 6066 §3 #3: two names in server_name',
      () =>
        server(
          on(Message.client_hello, (raw) =>
            setExtension(raw, Ext.server_name, Uint8Array.of(0, 8, 0, 0, 1, 97, 0, 0, 1, 98)),
          ),
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'a zero byte in server_name',
      () =>
        server(
          on(Message.client_hello, (raw) => setExtension(raw, Ext.server_name, Uint8Array.of(0, 5, 0, 0, 2, 97, 0))),
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
  ])

  test('ALPN is negotiated anew on resumption', () => {
    const ticketKeys = {
      seal: (session: Uint8Array) => session,
      open: (session: Uint8Array) => ({ session, renew: false }),
    }
    const first = handshake(h2, { ...h2, ticketKeys })
    const { session } = first.client.event('session')!
    const second = handshake(
      { session, alpnProtocols: [utf8('h3'), utf8('h2')] },
      { alpnProtocols: [utf8('h3')], ticketKeys },
    )
    expect(second.client.tls.resumed).toBe(true)
    expect(second.client.tls.alpnProtocol).toEqual(utf8('h3'))
  })

  test('each callback runs once, SNI first, and the acknowledgement only on full handshakes', () => {
    const calls: string[] = []
    const ticketKeys = {
      seal: (session: Uint8Array) => session,
      open: (session: Uint8Array) => ({ session, renew: false }),
    }
    const callbacks = {
      ticketKeys,
      onClientHello: () => void calls.push('hello'),
      selectAlpn: () => {
        calls.push('alpn')
        return utf8('h2')
      },
      ocspResponse: () => {
        calls.push('ocsp')
        return null
      },
    }
    const retried = { ...h2, requestOcsp: true, keyShares: [] }
    const { client: end } = handshake(retried, callbacks)
    expect(calls).toEqual(['hello', 'alpn', 'ocsp'])
    calls.length = 0
    handshake({ ...retried, session: end.event('session')!.session }, callbacks)
    expect(calls).toEqual(['hello', 'alpn'])
  })

  test('a host name is under another configuration after the hook', () => {
    const { server: end } = handshake(h2, { onClientHello: () => ({ alpnProtocols: [utf8('h2')] }) })
    expect(end.tls.alpnProtocol).toEqual(utf8('h2'))
  })
})
