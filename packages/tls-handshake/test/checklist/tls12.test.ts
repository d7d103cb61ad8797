import { Alert, ContentType } from '@x/tls-record'
import { describe, expect, test } from 'vitest'
import { type ClientConfig, type ServerConfig, TlsConnection } from '../../src/index.ts'
import { encodeCertificate12 } from '../../src/messages/certificate12.ts'
import { EMPTY_RENEGOTIATION_INFO_SCSV, FALLBACK_SCSV } from '../../src/registry/cipher-suites.ts'
import { credential } from '../harness/credentials.ts'
import {
  addExtension,
  editExtensions,
  message,
  on,
  patched,
  removeExtension,
  setExtension,
  trailing,
  withBody,
} from '../harness/edit.ts'
import type { Tamper } from '../harness/evil.ts'
import { ANY_VERSION, client12, handshake12, server12, suite, USUAL } from '../harness/legacy.ts'
import { Message, Type } from '../harness/names.ts'
import { End, handshake, join, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import * as victim from '../harness/victim.ts'

const { afterwards } = victim
const RSA = suite(0x009c)
const CBC = suite(0xc013)

/** Our client of TLS 1.2 against a tampering server. */
const client = (tamper?: Tamper, ours: Partial<ClientConfig> = {}, theirs: Partial<ServerConfig> = {}, of = USUAL) =>
  victim.client(
    tamper,
    { ...client12(of, 0x0303), renegotiation: 'freely', ...ours },
    { ...server12(of, 0x0303), renegotiation: 'freely', ...theirs },
  )
/** Our server of TLS 1.2 against a tampering client. */
const server = (tamper?: Tamper, ours: Partial<ServerConfig> = {}, theirs: Partial<ClientConfig> = {}, of = USUAL) =>
  victim.server(
    tamper,
    { ...server12(of, 0x0303), renegotiation: 'freely', ...ours },
    { ...client12(of, 0x0303), renegotiation: 'freely', ...theirs },
  )

const clientAuth = { requestCertificate: true, requireCertificate: true } as const
const withCertificate = { credentials: [credential('client')] } as const
const drop = () => null
const sct = (bytes: number[]): Partial<ServerConfig> => ({
  credentials: [{ ...credential('rsa'), sctList: Uint8Array.from(bytes) }],
})
const RENEGOTIATION_INFO = 0xff01
const EMS = 23
const ENCRYPT_THEN_MAC = 22

/** The number of the suite in a ServerHello without a session id. */
const withSuite = (id: number) => on(Message.server_hello, (raw) => patched(raw, 39, id >> 8, id & 255))
const random = (raw: Uint8Array, ...last: number[]) => patched(raw, 6 + 32 - last.length, ...last)

describe('TLS 1.2: framing and records', () => {
  const types = {
    server: [Message.server_hello, Message.certificate, Message.server_key_exchange, Message.server_hello_done],
    client: [Message.client_hello, Message.client_key_exchange],
  }
  const named = (type: number) => Object.entries(Message).find(([, number]) => number === type)![0]
  rows([
    ...types.server.map(
      (type) =>
        [`a byte behind ${named(type)}`, () => client(on(type, (raw) => trailing(raw))), 'decode_error', ''] as const,
    ),
    ...types.client.map(
      (type) =>
        [`a byte behind ${named(type)}`, () => server(on(type, (raw) => trailing(raw))), 'decode_error', ''] as const,
    ),
    ...types.server.map(
      (type) =>
        [
          `another message in place of ${named(type)}`,
          () => client(on(type, (raw) => patched(raw, 0, 42))),
          'unexpected_message',
          'UNEXPECTED_MESSAGE',
        ] as const,
    ),
    ...types.client.map(
      (type) =>
        [
          `another message in place of ${named(type)}`,
          () => server(on(type, (raw) => patched(raw, 0, 42))),
          'unexpected_message',
          'UNEXPECTED_MESSAGE',
        ] as const,
    ),
    [
      'RFC 5246 §7.4.9 #1, #2: a wrong Finished, at a client',
      () => client(on(Message.finished, (raw) => patched(raw, 9, raw[9] ^ 1))),
      'decrypt_error',
      'DIGEST_CHECK_FAILED',
    ],
    [
      'RFC 5246 §7.4.9 #1: a wrong Finished, at a server',
      () => server(on(Message.finished, (raw) => patched(raw, 9, raw[9] ^ 1))),
      'decrypt_error',
      'DIGEST_CHECK_FAILED',
    ],
    ['a long Finished', () => server(on(Message.finished, (raw) => trailing(raw))), 'decrypt_error', ''],
    [
      'something behind the ServerHelloDone in its record',
      () => client(on(Message.server_hello_done, (raw) => [raw, Uint8Array.of(Message.finished)])),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'part of the Finished before the ChangeCipherSpec',
      () => server(on(Message.client_key_exchange, (raw) => [raw, Uint8Array.of(Message.finished)])),
      'unexpected_message',
      '',
    ],
    [
      'application data instead of a ClientKeyExchange',
      () =>
        server((raw, type, evil) => {
          if (type === Message.client_key_exchange) evil.record(Type.application_data, utf8('data'))
          return raw
        }),
      'unexpected_message',
      'APP_DATA_IN_HANDSHAKE',
    ],
    [
      'RFC 5246 §6.2.3.3 #4: a record that was changed',
      () => afterwards(server(), (evil) => evil.plain(Type.application_data, new Uint8Array(40))),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'RFC 7366 §3 #2, #3: the same with CBC',
      () => afterwards(server(undefined, {}, {}, CBC), (evil) => evil.plain(Type.application_data, new Uint8Array(64))),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'RFC 5246 §7.2.2 #7, RFC 5246 §6.2.3.2 #5: not a whole number of blocks',
      () =>
        afterwards(server(undefined, { encryptThenMac: false }, {}, CBC), (evil) =>
          evil.plain(Type.application_data, new Uint8Array(63)),
        ),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'shorter than a tag',
      () => afterwards(client(), (evil) => evil.plain(Type.application_data, new Uint8Array(3))),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'RFC 5246 §6 #2: an unknown content type',
      () => afterwards(client(), (evil) => evil.record(99, utf8('?'))),
      'unexpected_message',
      '',
    ],
    [
      'another version in the records',
      () => afterwards(client(), (evil) => evil.plain(Type.application_data, new Uint8Array(40), 0x0301)),
      'protocol_version',
      'WRONG_VERSION_NUMBER',
    ],
    [
      'four warnings',
      () =>
        afterwards(client(), (evil) => {
          for (let i = 0; i < 4; i++) evil.record(Type.alert, Uint8Array.of(1, 90))
        }),
    ],
    [
      'a fifth',
      () =>
        afterwards(client(), (evil) => {
          for (let i = 0; i < 5; i++) evil.record(Type.alert, Uint8Array.of(1, 90))
        }),
      'unexpected_message',
      'TOO_MANY_WARN_ALERTS',
    ],
    [
      'unrecognized_name as a warning before the ServerHello',
      () =>
        client((raw, type, evil) => {
          if (type === Message.server_hello) evil.record(Type.alert, Uint8Array.of(1, 112))
          return raw
        }),
    ],
  ])
})

describe('TLS 1.2: ChangeCipherSpec', () => {
  const ccsBefore =
    (type: number, ...body: number[]): Tamper =>
    (raw, actual, evil) => {
      if (actual === type) evil.record(ContentType.change_cipher_spec, Uint8Array.from(body))
      return raw
    }
  rows([
    [
      'too early, at a server (CVE-2014-0224)',
      () => server(ccsBefore(Message.client_key_exchange, 1)),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    [
      'too early, at a client',
      () => client(ccsBefore(Message.server_hello_done, 1)),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    ['before the ServerHello', () => client(ccsBefore(Message.server_hello, 1)), 'unexpected_message', ''],
    [
      'after the handshake',
      () => afterwards(client(), (evil) => evil.record(20, Uint8Array.of(1))),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    [
      'a Finished without it',
      () => server(on(Message.client_key_exchange, (raw) => [raw, message(Message.finished, new Uint8Array(12))])),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'with another value',
      () =>
        server((raw, type, evil) => {
          if (type !== Message.client_key_exchange) return raw
          evil.say(raw)
          evil.record(ContentType.change_cipher_spec, Uint8Array.of(2))
          return null
        }),
      'illegal_parameter',
      'BAD_CHANGE_CIPHER_SPEC',
    ],
    [
      'with two bytes',
      () =>
        server((raw, type, evil) => {
          if (type !== Message.client_key_exchange) return raw
          evil.say(raw)
          evil.record(ContentType.change_cipher_spec, Uint8Array.of(1, 1))
          return null
        }),
      'illegal_parameter',
      'BAD_CHANGE_CIPHER_SPEC',
    ],
  ])
})

describe('TLS 1.2: versions, suites, extensions', () => {
  rows([
    [
      'a server of TLS 1.0 only',
      () => client(on(Message.server_hello, (raw) => patched(raw, 4, 3, 1))),
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
    ],
    [
      'SSL 3.0',
      () => server(on(Message.client_hello, (raw) => patched(raw, 4, 3, 0))),
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
    ],
    [
      'RFC 5246 E.1 #2, RFC 5246 §7.4.7.1 #1, #2: a version that is not there yet is taken for TLS 1.2, and bound into the keys',
      () => server(on(Message.client_hello, (raw) => patched(raw, 4, 3, 9))),
      'bad_record_mac',
      '',
    ],
    [
      'the sentinel of TLS 1.2 where TLS 1.3 is enabled',
      () =>
        client(
          on(Message.server_hello, (raw) => random(raw, ...utf8('DOWNGRD'), 1)),
          { versions: [0x0303, 0x0304], cipherSuites: [0x1301, USUAL.id] },
        ),
      'illegal_parameter',
      'INAPPROPRIATE_FALLBACK',
    ],
    [
      'a fallback though we could do better',
      () =>
        victim.server(
          undefined,
          { ...server12(ANY_VERSION, 0x0303), versions: [0x0302, 0x0303] },
          { ...client12(ANY_VERSION, 0x0302), fallbackScsv: true },
        ),
      'inappropriate_fallback',
      'INAPPROPRIATE_FALLBACK',
    ],
    [
      'RFC 5246 §7.4.1.2 #7: no null compression',
      () =>
        server(
          on(Message.client_hello, (raw) => {
            const at = raw.length - extensionsLength(raw) - 1
            return patched(raw, at, 1)
          }),
        ),
      'illegal_parameter',
      'NO_COMPRESSION_SPECIFIED',
    ],
    [
      'compression in the answer',
      () => client(on(Message.server_hello, (raw) => patched(raw, 41, 1))),
      'illegal_parameter',
      'UNSUPPORTED_COMPRESSION_ALGORITHM',
    ],
    ['a suite that was not offered', () => client(withSuite(0xc030)), 'illegal_parameter', 'WRONG_CIPHER_RETURNED'],
    ['a suite of TLS 1.3', () => client(withSuite(0x1301)), 'illegal_parameter', 'WRONG_CIPHER_RETURNED'],
    [
      'an AEAD in TLS 1.1',
      () =>
        victim.client(
          withSuite(USUAL.id),
          { ...client12(ANY_VERSION, 0x0302), cipherSuites: [ANY_VERSION.id, USUAL.id] },
          server12(ANY_VERSION, 0x0302),
        ),
      'illegal_parameter',
      'WRONG_CIPHER_RETURNED',
    ],
    [
      'RFC 5246 §7.4.1.4 #4: an extension twice',
      () => client(on(Message.server_hello, (raw) => addExtension(raw, RENEGOTIATION_INFO, Uint8Array.of(0)))),
      'decode_error',
      'DUPLICATE_EXTENSION',
    ],
    [
      'RFC 5246 §7.4.1.4 #2: an answer to nothing',
      () => client(on(Message.server_hello, (raw) => addExtension(raw, 0x7777))),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'ALPN that was not asked for',
      () => client(on(Message.server_hello, (raw) => addExtension(raw, 16, Uint8Array.of(0, 3, 2, 104, 50)))),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'key_share in a ServerHello of TLS 1.2',
      () => client(on(Message.server_hello, (raw) => addExtension(raw, 51, Uint8Array.of(0, 29)))),
      'illegal_parameter',
      'UNEXPECTED_EXTENSION',
    ],
    [
      'RFC 6066 §3 #11: a server_name answer with content',
      () => client(on(Message.server_hello, (raw) => setExtension(raw, 0, Uint8Array.of(0)))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'point formats without uncompressed, from a client',
      () => server(on(Message.client_hello, (raw) => setExtension(raw, 11, Uint8Array.of(1, 1)))),
      'illegal_parameter',
      'TLS_INVALID_ECPOINTFORMAT_LIST',
    ],
    [
      'the same from a server',
      () => client(on(Message.server_hello, (raw) => setExtension(raw, 11, Uint8Array.of(1, 1)))),
      'illegal_parameter',
      'TLS_INVALID_ECPOINTFORMAT_LIST',
    ],
    [
      'RFC 7301 §3.2 #2: no protocol in common',
      () => server(undefined, { alpnProtocols: [utf8('h2')] }, { alpnProtocols: [utf8('http/1.1')] }),
      'no_application_protocol',
      'NO_APPLICATION_PROTOCOL',
    ],
    [
      'a protocol that was not offered',
      () =>
        client(
          on(Message.server_hello, (raw) => setExtension(raw, 16, Uint8Array.of(0, 3, 2, 104, 51))),
          { alpnProtocols: [utf8('h2')] },
          { alpnProtocols: [utf8('h2')] },
        ),
      'illegal_parameter',
      'INVALID_ALPN_PROTOCOL',
    ],
    [
      'NPN and ALPN at once',
      () =>
        client(
          on(Message.server_hello, (raw) => addExtension(raw, 13172)),
          { alpnProtocols: [utf8('h2')], selectNpn: (offered) => offered[0] },
          { alpnProtocols: [utf8('h2')] },
        ),
      'illegal_parameter',
      'NEGOTIATED_BOTH_NPN_AND_ALPN',
    ],
    [
      'RFC 7366 §3 #1: encrypt_then_mac with an AEAD',
      () =>
        client(
          on(Message.server_hello, (raw) => addExtension(raw, 22)),
          { cipherSuites: [USUAL.id, CBC.id] },
        ),
      'illegal_parameter',
      'BAD_EXTENSION',
    ],
    [
      'RFC 6066 §4 #6: max_fragment_length that was not asked for',
      () =>
        client(
          on(Message.server_hello, (raw) => setExtension(raw, 1, Uint8Array.of(2))),
          { maxFragmentLength: 512 },
        ),
      'illegal_parameter',
      'SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH',
    ],
    ['an empty list of SCTs', () => client(undefined, { requestSct: true }, sct([0, 0])), 'decode_error', ''],
  ])

  function extensionsLength(raw: Uint8Array): number {
    let length = 0
    editExtensions(raw, (list) => {
      length = 2 + list.reduce((sum, [, body]) => sum + 4 + body.length, 0)
      return list
    })
    return length
  }
})

describe('TLS 1.2: messages that are missing or too many', () => {
  rows([
    [
      'ServerKeyExchange is missing',
      () => client(on(Message.server_key_exchange, drop)),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'ServerKeyExchange with RSA',
      () =>
        client(
          on(Message.server_hello_done, (raw) => [message(Message.server_key_exchange, new Uint8Array(40)), raw]),
          {},
          {},
          RSA,
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    ['Certificate is missing', () => client(on(Message.certificate, drop)), 'unexpected_message', 'UNEXPECTED_MESSAGE'],
    [
      'CertificateVerify is missing',
      () => server(on(Message.certificate_verify, drop), clientAuth, withCertificate),
      'unexpected_message',
      '',
    ],
    [
      'a client certificate nobody asked for',
      () =>
        server(on(Message.client_key_exchange, (raw) => [message(Message.certificate, Uint8Array.of(0, 0, 0)), raw])),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'the promised NewSessionTicket is missing',
      () => client(on(Message.new_session_ticket, drop)),
      'unexpected_message',
      '',
    ],
    [
      'a CertificateRequest with PSK',
      () =>
        client(
          on(Message.server_hello_done, (raw) => [
            message(Message.certificate_request, Uint8Array.of(1, 1, 0, 2, 4, 1, 0, 0)),
            raw,
          ]),
          {},
          {},
          suite(0x00a8),
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 5246 §7.4.2 #1, #3: an empty certificate list of a server',
      () => client(on(Message.certificate, (raw) => withBody(raw, Uint8Array.of(0, 0, 0)))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'a required certificate is missing',
      () => server(undefined, clientAuth),
      'handshake_failure',
      'PEER_DID_NOT_RETURN_A_CERTIFICATE',
    ],
    [
      'RFC 5246 §7.4.2 #7, RFC 5246 §7.4.6 #5: a leaf that is none',
      () => client(on(Message.certificate, (raw) => withBody(raw, Uint8Array.of(0, 0, 5, 0, 0, 2, 1, 2)))),
      'decode_error',
      'CANNOT_PARSE_LEAF_CERT',
    ],
    [
      'an empty OCSP response',
      () =>
        client(
          on(Message.certificate_status, (raw) => withBody(raw, Uint8Array.of(1, 0, 0, 0))),
          { requestOcsp: true },
          { credentials: [{ ...credential('rsa'), ocspResponse: Uint8Array.of(48, 0) }] },
        ),
      'decode_error',
      '',
    ],
    [
      'no signature algorithms in a CertificateRequest',
      () =>
        client(
          on(Message.certificate_request, (raw) => withBody(raw, Uint8Array.of(1, 1, 0, 0, 0, 0))),
          withCertificate,
          clientAuth,
        ),
      'decode_error',
      '',
    ],
  ])
})

describe('TLS 1.2: key exchange and signatures', () => {
  const POINT = 4 + 4
  rows([
    [
      'a point that is not on the curve',
      () =>
        client(
          on(Message.server_key_exchange, (raw) => patched(raw, POINT + 10, raw[POINT + 10] ^ 1)),
          { groups: ['secp256r1'] },
          { groups: ['secp256r1'] },
        ),
      'decrypt_error',
      'BAD_SIGNATURE',
    ],
    [
      'the same of a client',
      () =>
        server(
          on(Message.client_key_exchange, (raw) => patched(raw, 15, raw[15] ^ 1)),
          { groups: ['secp256r1'] },
          { groups: ['secp256r1'] },
        ),
      'illegal_parameter',
      'BAD_ECPOINT',
    ],
    [
      'a compressed point',
      () =>
        server(
          on(Message.client_key_exchange, (raw) => withBody(raw, Uint8Array.of(33, 2, ...raw.subarray(6, 38)))),
          { groups: ['secp256r1'] },
          { groups: ['secp256r1'] },
        ),
      'illegal_parameter',
      'BAD_ECPOINT',
    ],
    [
      'a share of small order',
      () =>
        server(
          on(Message.client_key_exchange, (raw) => withBody(raw, Uint8Array.of(32, ...new Uint8Array(32)))),
          { groups: ['x25519'] },
          { groups: ['x25519'] },
        ),
      'illegal_parameter',
      'BAD_ECPOINT',
    ],
    [
      'a group that was not offered',
      () =>
        client(
          undefined,
          { groups: ['x25519'], rewriteClientHello: (raw) => setExtension(raw, 10, Uint8Array.of(0, 2, 0, 24)) },
          { groups: ['secp384r1'] },
        ),
      'illegal_parameter',
      'WRONG_CURVE',
    ],
    [
      'no group in common and nothing but ECDHE',
      () => server(undefined, { groups: ['secp384r1'] }, { groups: ['x25519'] }),
      'handshake_failure',
      'NO_SHARED_CIPHER',
    ],
    [
      'RFC 5246 §7.4.7.1 #6, #7: a premaster secret that does not decrypt fails at the Finished',
      () =>
        server(
          on(Message.client_key_exchange, (raw) => patched(raw, 20, raw[20] ^ 1)),
          {},
          {},
          RSA,
        ),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'RFC 5246 §7.4.7.1 #6, #7: one of another length',
      () =>
        server(
          on(Message.client_key_exchange, (raw) => withBody(raw, Uint8Array.of(0, 3, 1, 2, 3))),
          {},
          {},
          RSA,
        ),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'RFC 7919 §3.1 #1: Logjam: a prime of fewer bits than we take',
      () => client(undefined, { minDhBits: 3000 }, {}, suite(0x009e)),
      'insufficient_security',
      'DH_KEY_TOO_SMALL',
    ],
    [
      'RFC 5246 §7.4.3 #2: signed by a scheme we did not ask for',
      () =>
        client(undefined, {
          signatureSchemes: [0x0804],
          rewriteClientHello: (raw) => setExtension(raw, 13, Uint8Array.of(0, 2, 4, 1)),
        }),
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
    ],
    [
      'a wrong signature of a server',
      () => client(on(Message.server_key_exchange, (raw) => patched(raw, -1, raw.at(-1)! ^ 1))),
      'decrypt_error',
      'BAD_SIGNATURE',
    ],
    [
      'a wrong signature of a client',
      () =>
        server(
          on(Message.certificate_verify, (raw) => patched(raw, -1, raw.at(-1)! ^ 1)),
          clientAuth,
          withCertificate,
        ),
      'decrypt_error',
      'BAD_SIGNATURE',
    ],
    [
      'no scheme in common',
      () => server(undefined, {}, { signatureSchemes: [0x0403] }),
      'handshake_failure',
      'NO_SHARED_CIPHER',
    ],
    [
      'the verification hook fails',
      () => client(undefined, { verifyPeer: () => ({ ok: false, alert: 48 }) }),
      'unknown_ca',
      'CERTIFICATE_VERIFY_FAILED',
    ],
    [
      'an identity that nobody knows',
      () => server(undefined, { pskCallback: () => null }, {}, suite(0x00a8)),
      'unknown_psk_identity',
      'PSK_IDENTITY_NOT_FOUND',
    ],
    [
      'RFC 5246 A.5 #2: anonymous suites are not taken unless asked for',
      () =>
        victim.server(
          undefined,
          { ...server12(USUAL, 0x0303), cipherSuites: undefined },
          client12(suite(0xc018), 0x0303),
        ),
      'handshake_failure',
      'NO_SHARED_CIPHER',
    ],
  ])
})

describe('TLS 1.2: renegotiation (RFC 5746, RFC 7627)', () => {
  let handshakes = 0
  /** Changes messages of this type from the second handshake on. */
  const second = (type: number, edit: (raw: Uint8Array) => Uint8Array): Tamper => {
    handshakes = 0
    return on(type, (raw) => (handshakes++ > 0 ? edit(raw) : raw))
  }
  const again = (scene: victim.Scene) =>
    afterwards(scene, (_evil, { tls }) => {
      tls.renegotiate()
    })
  const asked = message(Message.hello_request, new Uint8Array(0))
  rows([
    [
      'RFC 5746 §3.4 #3, #4: renegotiation_info is not empty in a first ServerHello',
      () => client(on(Message.server_hello, (raw) => setExtension(raw, RENEGOTIATION_INFO, Uint8Array.of(1, 1)))),
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
    ],
    [
      'RFC 5746 §3.6 #2, #3: not empty in a first ClientHello',
      () => server(on(Message.client_hello, (raw) => setExtension(raw, RENEGOTIATION_INFO, Uint8Array.of(1, 1)))),
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
    ],
    [
      'RFC 5746 §4.1 #1: a server without it',
      () => client(on(Message.server_hello, (raw) => removeExtension(raw, RENEGOTIATION_INFO))),
      'handshake_failure',
      'UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
    ],
    [
      'RFC 5746 §3.5 #3: it is missing in the second ServerHello',
      () => again(client(second(Message.server_hello, (raw) => removeExtension(raw, RENEGOTIATION_INFO)))),
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
    ],
    [
      'RFC 5746 §3.5 #4, #5: it does not match in the second ServerHello',
      () =>
        again(
          client(
            second(Message.server_hello, (raw) =>
              setExtension(raw, RENEGOTIATION_INFO, new Uint8Array(25).fill(24, 0, 1)),
            ),
          ),
        ),
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
    ],
    [
      'RFC 5746 §3.7 #3: it is missing in the second ClientHello',
      () => again(server(second(Message.client_hello, (raw) => removeExtension(raw, RENEGOTIATION_INFO)))),
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
    ],
    [
      'RFC 5746 §3.7 #4: it is empty in the second ClientHello',
      () =>
        again(server(second(Message.client_hello, (raw) => setExtension(raw, RENEGOTIATION_INFO, Uint8Array.of(0))))),
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
    ],
    [
      'RFC 5746 §4.2 #2: the server asks, and we do not want to',
      () => afterwards(client(undefined, { renegotiation: 'never' }), (evil) => evil.say(asked)),
      'no_renegotiation',
      'NO_RENEGOTIATION',
    ],
    [
      'ignored where that is the policy',
      () => afterwards(client(undefined, { renegotiation: 'ignore' }), (evil) => evil.say(asked)),
    ],
    [
      'a HelloRequest that is not empty',
      () => afterwards(client(), (evil) => evil.say(trailing(asked))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'something behind the HelloRequest',
      () => afterwards(client(), (evil) => evil.say(join([asked, Uint8Array.of(2)]))),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
    [
      'another certificate',
      () =>
        again(
          client(
            second(Message.certificate, () => encodeCertificate12(credential('p256').chain)),
            {},
            { credentials: [credential('rsa')] },
          ),
        ),
      'illegal_parameter',
      'WRONG_CERTIFICATE_TYPE',
    ],
    [
      'the same certificate with another behind it',
      () =>
        again(
          client(
            second(Message.certificate, () =>
              encodeCertificate12([...credential('rsa').chain, ...credential('client').chain]),
            ),
          ),
        ),
      'illegal_parameter',
      'SERVER_CERT_CHANGED',
    ],
    [
      'RFC 7366 §3.1 #3: encrypt-then-MAC goes, in a ServerHello',
      () =>
        again(
          client(
            second(Message.server_hello, (raw) => removeExtension(raw, ENCRYPT_THEN_MAC)),
            {},
            {},
            CBC,
          ),
        ),
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
    ],
    [
      'RFC 7366 §3.1 #3: encrypt-then-MAC goes, in a ClientHello',
      () =>
        again(
          server(
            second(Message.client_hello, (raw) => removeExtension(raw, ENCRYPT_THEN_MAC)),
            {},
            {},
            CBC,
          ),
        ),
      'handshake_failure',
      'RENEGOTIATION_MISMATCH',
    ],
    [
      'RFC 7627 §5.4 #6: the extended main secret goes',
      () => again(client(second(Message.server_hello, (raw) => removeExtension(raw, EMS)))),
      'illegal_parameter',
      'RENEGOTIATION_EMS_MISMATCH',
    ],
    [
      'RFC 7627 §5.4 #6: the same of a client',
      () => again(server(second(Message.client_hello, (raw) => removeExtension(raw, EMS)))),
      'illegal_parameter',
      'RENEGOTIATION_EMS_MISMATCH',
    ],
  ])
})

describe('TLS 1.2: resumption', () => {
  const ticketKeys = {
    seal: (session: Uint8Array) => session,
    open: (session: Uint8Array) => ({ session, renew: false }),
  }
  const session = (ours: Partial<ClientConfig> = {}) =>
    client(undefined, ours, { ticketKeys }).victim.event('session')!.session
  rows([
    [
      'another suite',
      () =>
        client(
          on(Message.server_hello, (raw) => patched(raw, 71, 0xc0, 0x30)),
          { session: session(), cipherSuites: [USUAL.id, 0xc030] },
          { ticketKeys },
        ),
      'illegal_parameter',
      'OLD_SESSION_CIPHER_NOT_RETURNED',
    ],
    [
      'a session id that we did not offer',
      () =>
        client(
          undefined,
          { rewriteClientHello: (raw) => withId(raw) },
          {
            ticketKeys,
            sessionStore: { get: () => ({ ...session(), side: 'server' as const }), set: () => {}, delete: () => {} },
          },
        ),
      'illegal_parameter',
      '',
    ],
    [
      'RFC 7627 §5.3 #10: the extended main secret is missing in the ServerHello',
      () =>
        client(
          on(Message.server_hello, (raw) => removeExtension(raw, EMS)),
          { session: session() },
          { ticketKeys },
        ),
      'handshake_failure',
      'RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION',
    ],
    [
      'RFC 7627 §5.3 #9: the session had none and the ServerHello has it',
      () =>
        client(
          on(Message.server_hello, (raw) => addExtension(raw, EMS)),
          { session: session({ extendedMasterSecret: false }) },
          { ticketKeys, extendedMasterSecret: false },
        ),
      'handshake_failure',
      'RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION',
    ],
    [
      'RFC 7627 §5.3 #6: the new ClientHello lacks it',
      () =>
        server(
          on(Message.client_hello, (raw) => removeExtension(raw, EMS)),
          { ticketKeys },
          { session: session() },
        ),
      'handshake_failure',
      'RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION',
    ],
    ['a ticket of nobody leads to a full handshake', () => server(undefined, {}, { session: session() })],
    [
      'a session past its time is not offered',
      () => client(undefined, { session: { ...session(), createdAt: 0 } }, { ticketKeys }),
    ],
  ])

  function withId(raw: Uint8Array): Uint8Array {
    const id = new Uint8Array(33).fill(32, 0, 1)
    return withBody(raw, join([raw.subarray(4, 38), id, raw.subarray(39)]))
  }
})

test('a promised CertificateStatus may be missing', () => {
  const ocspResponse = Uint8Array.of(48, 0)
  const { victim: us, evil } = client(
    on(Message.certificate_status, drop),
    { requestOcsp: true, extendedMasterSecret: false },
    { credentials: [{ ...credential('rsa'), ocspResponse }] },
  )
  // All goes well, until the tampering shows in the peer's own transcript.
  expect(us.event('error')).toBeUndefined()
  expect(us.tls.ocspResponse).toBeUndefined()
  expect(evil.received).toEqual([Message.client_hello, Message.client_key_exchange, Message.finished])
  expect(evil.error).toMatchObject({ alert: Alert.decrypt_error })
})

describe('versions below TLS 1.3 at a client that can do more', () => {
  const BOTH = [0x0304, 0x0303] as const
  rows([
    [
      'the random session id of the compatibility mode comes back',
      () => {
        const { victim: ours, evil } = victim.client(
          (raw, type, peer) =>
            type === Message.server_hello ? withSessionId(raw, peer.facts.clientHello!.sessionId) : undefined,
          { versions: BOTH },
          server12(USUAL, 0x0303),
        )
        expect(evil.facts.clientHello!.sessionId).toHaveLength(32)
        return { victim: ours, evil }
      },
      'illegal_parameter',
      'SERVER_ECHOED_INVALID_SESSION_ID',
    ],
  ])

  test('early data was offered', () => {
    const ticketKeys = { seal: (bytes: Uint8Array) => bytes, open: () => null }
    const accepting = { ticketKeys, maxEarlyData: 100, antiReplay: () => true }
    const { session } = handshake({}, accepting).client.event('session')!
    const scene = victim.client(undefined, { versions: BOTH, session, earlyData: true }, server12(USUAL, 0x0303))
    // The alert is under the keys of the early data, which this server does not know.
    expect(scene.victim.all('error').map(({ error }) => [error.reason, error.alert])).toEqual([
      ['WRONG_VERSION_ON_EARLY_DATA', Alert.protocol_version],
    ])
  })

  function withSessionId(raw: Uint8Array, id: Uint8Array): Uint8Array {
    return withBody(raw, join([raw.subarray(4, 38), Uint8Array.of(id.length), id, raw.subarray(39)]))
  }
})

describe('the extensions block may be absent', () => {
  /** Up to the null compression method. */
  function withoutExtensions(hello: Uint8Array): Uint8Array {
    const id = 39 + hello[38]
    const compression = id + 2 + ((hello[id] << 8) | hello[id + 1])
    return message(Message.client_hello, hello.subarray(4, compression + 1 + hello[compression]))
  }

  test.each([0x0301, 0x0302, 0x0303] as const)('in both hellos, version %#', (version) => {
    const of = suite(0x002f)
    const hellos: Uint8Array[] = []
    const pair = handshake12(
      { rewriteClientHello: withoutExtensions, requireSecureRenegotiation: false },
      { onMessage: (_direction, type, bytes) => void (type === Type.handshake && bytes[0] < 3 && hellos.push(bytes)) },
      { version, of },
    )
    expect([pair.client.tls.handshakeComplete, pair.server.tls.handshakeComplete]).toEqual([true, true])
    const [clientHello, serverHello] = hellos
    expect(clientHello.at(-1)).toBe(0)
    // version, random, session id, cipher suite, compression method, and no empty block behind them
    expect(serverHello).toHaveLength(4 + 2 + 32 + 1 + serverHello[38] + 2 + 1)
    expect(pair.client.tls.extendedMasterSecret).toBe(false)
  })
})

describe('other beginnings', () => {
  const first = (bytes: Uint8Array) => {
    const us = new End(TlsConnection.server(serverConfig(server12(USUAL, 0x0303))))
    us.tls.receive(bytes)
    us.drain()
    return us.event('error')?.error
  }
  test('HTTP has a word of its own', () => {
    expect(first(utf8('GET / HTTP/1.1\r\n\r\n'))).toMatchObject({ reason: 'HTTP_REQUEST' })
  })
  test('a ClientHello in the format of SSL 2.0 is refused', () => {
    const hello = Uint8Array.of(0x80, 46, 1, 3, 1, 0, 21, 0, 0, 0, 16, ...new Uint8Array(37))
    expect(first(hello)).toMatchObject({ reason: 'WRONG_VERSION_NUMBER', alert: 70 })
  })
  test('the signalling suites have the numbers of their RFCs', () => {
    expect([FALLBACK_SCSV, EMPTY_RENEGOTIATION_INFO_SCSV]).toEqual([0x5600, 0x00ff])
  })
})
