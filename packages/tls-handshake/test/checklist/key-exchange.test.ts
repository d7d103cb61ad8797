import type { GroupName } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { describe } from 'vitest'
import { Reader } from '../../src/codec/reader.ts'
import { Writer } from '../../src/codec/writer.ts'
import { clientKeyShares, type KeyShareEntry, serverKeyShare } from '../../src/extensions/key-share.ts'
import {
  addExtension,
  editExtensions,
  extensionBody,
  on,
  patched,
  removeExtension,
  setExtension,
  u16,
} from '../harness/edit.ts'
import type { Tamper } from '../harness/evil.ts'
import { Ext, Message } from '../harness/names.ts'
import { type Row, rows } from '../harness/table.ts'
import { client, type Scene, server } from '../harness/victim.ts'

/** RFC 7919 appendix A.1: 2^2048 - 2^1984 + (floor(2^1918 e) + 560316) 2^64 - 1, as its first and last share say. */
const FFDHE2048 = BigInt(
  `0xFFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1D8B9C583CE2D3695A9E13641146433FBCC939DCE249B3EF97D2FE363630C75D8F681B202AEC4617AD3DF1ED5D5FD65612433F51F5F066ED0856365553DED1AF3B557135E7F57C935984F0C70E0E68B77E2A689DAF3EFE8721DF158A136ADE73530ACCA4F483A797ABC0AB182B324FB61D108A94BB2C8E3FBB96ADAB760D7F4681D4F42A3DE394DF4AE56EDE76372BB190B07A7C8EE0A6D709E02FCE1CDF7E2ECC03404CD28342F619172FE9CE98583FF8E4F1232EEF28183C3FE3B1B4C6FAD733BB5FCBC2EC22005C58EF1837D1683B2C6F34A26C1B2EFFA886B423861285C97FFFFFFFFFFFFFFFF`,
)

const encode = (write: (writer: Writer) => void): Uint8Array => {
  const writer = new Writer()
  write(writer)
  return writer.finish()
}

/** Changes the client's key shares. */
const shares = (edit: (list: readonly KeyShareEntry[]) => readonly KeyShareEntry[]): Tamper =>
  on(Message.client_hello, (raw) => {
    const list = clientKeyShares.decode(new Reader(extensionBody(raw, Ext.key_share), 'test'))
    return setExtension(
      raw,
      Ext.key_share,
      encode((writer) => clientKeyShares.encode(writer, edit(list))),
    )
  })

/** Changes the server's key share. */
const share = (edit: (entry: KeyShareEntry) => KeyShareEntry): Tamper =>
  on(Message.server_hello, (raw) => {
    const entry = serverKeyShare.decode(new Reader(extensionBody(raw, Ext.key_share), 'test'))
    return setExtension(
      raw,
      Ext.key_share,
      encode((writer) => serverKeyShare.encode(writer, edit(entry))),
    )
  })

const keyOf =
  (edit: (key: Uint8Array) => Uint8Array) =>
  ({ group, keyExchange }: KeyShareEntry): KeyShareEntry => ({ group, keyExchange: edit(keyExchange) })

/** The same bad share in both directions. */
function bothWays(name: string, group: GroupName, edit: (key: Uint8Array) => Uint8Array): void {
  const groups = [group]
  rows([
    [
      `${name}, from a client`,
      () =>
        server(
          shares((list) => list.map(keyOf(edit))),
          { groups },
          { groups },
        ),
      'illegal_parameter',
      'BAD_ECPOINT',
    ],
    [
      `${name}, from a server`,
      () => client(share(keyOf(edit)), { groups }, { groups }),
      'illegal_parameter',
      'BAD_ECPOINT',
    ],
  ])
}

describe('groups and key shares', () => {
  for (const group of ['secp256r1', 'secp384r1', 'secp521r1'] as const) {
    bothWays(`RFC 9846 §4.3.8.2 #1, RFC 9846 §6 #7: a point off the curve ${group}`, group, (key) =>
      patched(key, -1, key[key.length - 1] ^ 1),
    )
    bothWays(`a compressed point of ${group}`, group, (key) => patched(key.slice(0, (key.length + 1) / 2), 0, 2))
    bothWays(`a point of ${group} that is too short`, group, (key) => key.slice(0, -1))
    bothWays(`a point of ${group} that is too long`, group, (key) => Uint8Array.from([...key, 0]))
  }
  for (const [value, name] of [
    [0n, 'zero'],
    [1n, 'one'],
    [FFDHE2048 - 1n, 'p - 1'],
    [FFDHE2048, 'p'],
  ] as const)
    bothWays(`RFC 9846 §4.3.8.1 #1, RFC 9846 §6 #7: a share of ffdhe2048 that is ${name}`, 'ffdhe2048', () =>
      Uint8Array.from(Buffer.from(value.toString(16).padStart(512, '0'), 'hex')),
    )
  bothWays('RFC 9846 §7.4.2 #3: an X25519 share of low order', 'x25519', () => new Uint8Array(32))
  bothWays('an X25519 share that is too short', 'x25519', (key) => key.slice(1))
  bothWays('an X25519MLKEM768 share that is too short', 'X25519MLKEM768', (key) => key.slice(1))
  bothWays('an X25519MLKEM768 share with a bad X25519 part', 'X25519MLKEM768', (key) =>
    patched(key, key.length - 32, ...new Uint8Array(32)),
  )

  const x25519 = { groups: ['x25519'] } as const
  const { x25519: curve } = nodeProvider.groups
  const highBit = {
    ...nodeProvider,
    groups: {
      x25519: {
        ...curve!,
        respond: (initiator: Uint8Array) => {
          const { share, secret } = curve!.respond(initiator) as { share: Uint8Array; secret: Uint8Array }
          return { share: patched(share, 31, share[31] | 0x80), secret }
        },
      },
    },
  }
  rows([
    ['the high bit of an X25519 share is masked', () => client(undefined, x25519, { ...x25519, provider: highBit })],
    [
      'an encapsulation key that is not reduced',
      () =>
        server(
          shares((list) => list.map(keyOf((key) => patched(key, 0, 0xff, 0xff, 0xff)))),
          { groups: ['X25519MLKEM768'] },
          { groups: ['X25519MLKEM768'] },
        ),
      'illegal_parameter',
      'BAD_ECPOINT',
    ],
    [
      'a share of a group that was not offered',
      () => client(share(({ keyExchange }) => ({ group: 30, keyExchange }))),
      'illegal_parameter',
      'WRONG_CURVE',
    ],
    [
      'a share of a group that was offered without one',
      () => client(share(({ keyExchange }) => ({ group: 24, keyExchange }))),
      'illegal_parameter',
      'WRONG_CURVE',
    ],
    [
      'RFC 9846 §4.2.1 #1: no group in common',
      () => server(undefined, x25519, { groups: ['secp256r1'] }),
      'handshake_failure',
      'NO_SHARED_GROUP',
    ],
    [
      'RFC 9846 §4.3.8 #7: two shares of a group',
      () => server(shares(([entry]) => [entry, entry])),
      'illegal_parameter',
      'DUPLICATE_KEY_SHARE',
    ],
    [
      'RFC 9846 §4.3.8 #8: a share of a group that the client does not support',
      () => server(shares(([entry]) => [entry, { group: 0x011d, keyExchange: entry.keyExchange }])),
      'illegal_parameter',
      'BAD_KEY_SHARE',
    ],
    [
      'a share of a group that both know and supported_groups does not have, where another is wanted',
      () =>
        server(
          shares(([entry]) => [{ ...entry, group: 24 }]),
          { groups: ['x25519', 'secp256r1'] },
          { groups: ['secp256r1'] },
        ),
      'illegal_parameter',
      'BAD_KEY_SHARE',
    ],
    [
      'trailing bytes in the list',
      () =>
        server(
          on(Message.client_hello, (raw) => {
            const body = extensionBody(raw, Ext.key_share)
            return setExtension(raw, Ext.key_share, Uint8Array.from([...body, 0]))
          }),
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'RFC 9846 §4.3.11 #11: a ServerHello without key_share',
      () => client(on(Message.server_hello, (raw) => removeExtension(raw, Ext.key_share))),
      'missing_extension',
      'NO_SUITABLE_KEY_SHARE',
    ],
  ])
})

describe('HelloRetryRequest', () => {
  const retry = { cookie: true } as const
  /** Edits the HelloRetryRequest, the first of the two ServerHellos. */
  const request = (edit: (raw: Uint8Array) => Uint8Array | readonly Uint8Array[]): Tamper => {
    let seen = false
    return (raw, type) => {
      if (type !== Message.server_hello || seen) return undefined
      seen = true
      return edit(raw)
    }
  }
  /** Edits the second of a side's hellos. */
  const second = (type: number, edit: (raw: Uint8Array) => Uint8Array): Tamper => {
    let seen = 0
    return (raw, actual) => (actual === type && ++seen === 2 ? edit(raw) : undefined)
  }
  const wantsP384 = { groups: ['secp384r1'] } as const
  const offersBoth = { groups: ['x25519', 'secp384r1'] } as const
  const atServer = (edit: (raw: Uint8Array) => Uint8Array, overrides: object = {}): Scene =>
    server(second(Message.client_hello, edit), { ...wantsP384, ...overrides }, { ...offersBoth, ...overrides })
  const psks = [{ identity: Uint8Array.of(1), key: new Uint8Array(32).fill(7) }]
  const setting =
    (type: number, body: Uint8Array) =>
    (raw: Uint8Array): Uint8Array =>
      setExtension(raw, type, body)
  const changed: readonly [string, (raw: Uint8Array) => Uint8Array][] = [
    ['another server_name', setting(Ext.server_name, Uint8Array.of(0, 4, 0, 0, 1, 0x61))],
    ['no server_name', (raw) => removeExtension(raw, Ext.server_name)],
    ['other signature_algorithms', setting(Ext.signature_algorithms, u16(2, 0x0403))],
    ['no signature_algorithms', (raw) => removeExtension(raw, Ext.signature_algorithms)],
    ['other supported_versions', setting(Ext.supported_versions, Uint8Array.of(4, 3, 4, 3, 3))],
    ['TLS 1.2 alone', setting(Ext.supported_versions, Uint8Array.of(2, 3, 3))],
    ['another protocol', setting(Ext.alpn, Uint8Array.of(0, 2, 1, 0x62))],
    ['no protocol', (raw) => removeExtension(raw, Ext.alpn)],
    ['other groups, the chosen one among them', setting(Ext.supported_groups, u16(4, 24, 25))],
    ['other modes of PSKs', setting(Ext.psk_key_exchange_modes, Uint8Array.of(2, 1, 0))],
    ['status_request', (raw) => addExtension(raw, Ext.status_request, Uint8Array.of(1, 0, 0, 0, 0))],
    ['compress_certificate', (raw) => addExtension(raw, Ext.compress_certificate, Uint8Array.of(2, 0, 1))],
  ]

  rows([
    [
      'RFC 9846 §4.2.4 #6: a second HelloRetryRequest',
      () =>
        client(
          request((raw) => [raw, raw]),
          {},
          retry,
        ),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'RFC 9846 §4.2.4 #6: a second HelloRetryRequest, alone in its flight',
      () => {
        let first: Uint8Array | undefined
        return client(
          on(Message.server_hello, (raw) => (first ? first : (first = raw))),
          {},
          retry,
        )
      },
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4.2.4 #5: it changes nothing',
      () =>
        client(
          request((raw) => removeExtension(raw, Ext.cookie)),
          {},
          retry,
        ),
      'illegal_parameter',
      'NO_CHANGE_FOLLOWING_HRR',
    ],
    [
      'RFC 9846 §4.3.8 #12: a group that was not offered',
      () =>
        client(
          request((raw) => setExtension(raw, Ext.key_share, u16(30))),
          offersBoth,
          wantsP384,
        ),
      'illegal_parameter',
      'BAD_KEY_SHARE',
    ],
    [
      'RFC 9846 §4.3.8 #12, #13: a group that has its share already',
      () =>
        client(
          request((raw) => setExtension(raw, Ext.key_share, u16(29))),
          offersBoth,
          wantsP384,
        ),
      'illegal_parameter',
      'BAD_KEY_SHARE',
    ],
    [
      'an empty cookie',
      () =>
        client(
          request((raw) => setExtension(raw, Ext.cookie, u16(0))),
          {},
          retry,
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'RFC 9846 §4.2.4 #3: an extension it must not have',
      () =>
        client(
          request((raw) => addExtension(raw, Ext.unknown)),
          {},
          retry,
        ),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'an extension twice',
      () =>
        client(
          request((raw) => editExtensions(raw, (list) => [...list, list[0]])),
          {},
          retry,
        ),
      'illegal_parameter',
      'DUPLICATE_EXTENSION',
    ],
    ['RFC 9846 §4.3.2 #2: the cookie is echoed', () => client(undefined, {}, retry)],
    [
      'another cookie comes back',
      () =>
        server(
          second(Message.client_hello, (raw) => {
            const body = extensionBody(raw, Ext.cookie)
            return setExtension(raw, Ext.cookie, patched(body, -1, body[body.length - 1] ^ 1))
          }),
          retry,
        ),
      'illegal_parameter',
      'COOKIE_MISMATCH',
    ],
    [
      'RFC 9846 §4.2.4 #10: another suite than in the HelloRetryRequest',
      () =>
        client(
          request((raw) => patched(raw, 71, 0x13, 0x02)),
          {},
          { ...retry, cipherSuites: [0x1301] },
        ),
      'illegal_parameter',
      'WRONG_CIPHER_RETURNED',
    ],
    [
      'RFC 9846 §4.2.4 #12: another version than in the HelloRetryRequest',
      () =>
        client(
          second(Message.server_hello, (raw) => removeExtension(raw, Ext.supported_versions)),
          {},
          retry,
        ),
      'illegal_parameter',
      'BAD_PROTOCOL_VERSION_NUMBER',
    ],
    [
      'RFC 9846 §4.3.8 #17, #18: another group than in the HelloRetryRequest',
      () =>
        client(
          second(Message.server_hello, (raw) =>
            setExtension(
              raw,
              Ext.key_share,
              encode((w) => serverKeyShare.encode(w, { group: 29, keyExchange: new Uint8Array(32).fill(9) })),
            ),
          ),
          offersBoth,
          wantsP384,
        ),
      'illegal_parameter',
      'WRONG_CURVE',
    ],
    [
      'a second ClientHello without a share',
      () => atServer((raw) => setExtension(raw, Ext.key_share, u16(0))),
      'missing_extension',
      'NO_SUITABLE_KEY_SHARE',
    ],
    [
      'a second ClientHello with a share of another group',
      () =>
        atServer((raw) =>
          setExtension(
            raw,
            Ext.key_share,
            encode((writer) =>
              clientKeyShares.encode(writer, [{ group: 29, keyExchange: new Uint8Array(32).fill(9) }]),
            ),
          ),
        ),
      'illegal_parameter',
      'BAD_KEY_SHARE',
    ],
    [
      'a second ClientHello that takes its share back, after a cookie',
      () =>
        server(
          second(Message.client_hello, (raw) => setExtension(raw, Ext.key_share, u16(0))),
          retry,
        ),
      'illegal_parameter',
      'BAD_KEY_SHARE',
    ],
    [
      'a second ClientHello with other groups',
      () =>
        server(
          second(Message.client_hello, (raw) => setExtension(raw, Ext.supported_groups, u16(2, 25))),
          { groups: ['secp384r1', 'secp521r1'] },
          offersBoth,
        ),
      'illegal_parameter',
      'BAD_KEY_SHARE',
    ],
    [
      'a second ClientHello without its PSKs',
      () => atServer((raw) => removeExtension(raw, Ext.pre_shared_key), { psks }),
      'missing_extension',
      'BAD_PSK',
    ],
    [
      'RFC 9846 §4.3.10 #6: early_data in the second ClientHello',
      () => atServer((raw) => editExtensions(raw, (list) => [[Ext.early_data, new Uint8Array(0)], ...list])),
      'illegal_parameter',
      'BAD_EARLY_DATA',
    ],
    [
      'RFC 9846 §4.2.2 #2: another random in the second ClientHello',
      () => atServer((raw) => patched(raw, 6, raw[6] ^ 1)),
      'illegal_parameter',
      'BAD_HELLO_RETRY',
    ],
    ...changed.map(
      ([what, edit]): Row => [
        `RFC 9846 §4.2.2 #2: ${what} in the second ClientHello`,
        () => atServer(edit, { alpnProtocols: [Uint8Array.of(0x61)] }),
        'illegal_parameter',
        'BAD_HELLO_RETRY',
      ],
    ),
    [
      'pre_shared_key in the second ClientHello alone',
      () =>
        atServer((raw) => {
          const psk = encode((w) => w.u16(7).u16(1).bytes(new Uint8Array(5)).u16(33).u8(32).bytes(new Uint8Array(32)))
          return addExtension(raw, Ext.pre_shared_key, psk)
        }),
      'illegal_parameter',
      'BAD_PSK',
    ],
    [
      'binders are computed anew over the message_hash',
      () => client(undefined, { ...offersBoth, psks }, { ...wantsP384, psks }),
    ],
  ])
})
