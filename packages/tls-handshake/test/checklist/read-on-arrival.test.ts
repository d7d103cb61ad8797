import { describe } from 'vitest'
import { TlsConnection } from '../../src/index.ts'
import { addExtension, editExtensions, on, patched, setExtension, withBody } from '../harness/edit.ts'
import type { EvilPeer } from '../harness/evil.ts'
import { evilClient } from '../harness/evil.ts'
import { client12, server12, USUAL } from '../harness/legacy.ts'
import { Message } from '../harness/names.ts'
import { End, serverConfig } from '../harness/pair.ts'
import { type Row, rows } from '../harness/table.ts'
import { client, play, type Scene, server } from '../harness/victim.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** Adds an extension, or puts another body in the place of the one that is there. */
function withExtension(raw: Uint8Array, type: number, body: Uint8Array): Uint8Array {
  return editExtensions(raw, (list) => {
    const others = list.filter(([other]) => other !== type)
    // pre_shared_key stays last.
    return [...others, [type, body]]
  })
}

/** What is no DER Name: another element, one that is cut, one with bytes behind it, and SETs of which the same is true. */
const noNames: readonly Uint8Array[] = [
  bytes(48),
  bytes(4, 0),
  bytes(48, 1),
  bytes(48, 0, 0),
  bytes(48, 128, 0, 0),
  bytes(48, 129),
  bytes(48, 130, 0),
  bytes(48, 131, 0, 0, 0),
  bytes(48, 2, 48, 0),
  bytes(48, 1, 49),
  bytes(48, 2, 49, 1),
  bytes(48, 4, 49, 0, 49, 129),
]

/** What is one, as far as the frame goes; the last with its lengths written as long as they can be. */
const framedNames: readonly Uint8Array[] = [
  bytes(48, 0),
  bytes(48, 4, 49, 0, 49, 0),
  bytes(48, 5, 49, 3, 1, 2, 3),
  bytes(48, 129, 6, 49, 130, 0, 2, 48, 0),
]

/** `DistinguishedName certificate_authorities<..>`: a good one, and this one. */
function authorities(name: Uint8Array): Uint8Array {
  return bytes(0, name.length + 6, 0, 2, 48, 0, 0, name.length, ...name)
}

/** Bodies that break the syntax of an extension of a ClientHello, by number and name. */
const malformed: readonly (readonly [type: number, name: string, ...bodies: Uint8Array[]])[] = [
  [0, 'server_name', bytes(), bytes(0, 0), bytes(0, 4, 0, 0, 1, 97, 0), bytes(0, 8, 0, 0, 1, 97, 0, 0, 1, 98)],
  [1, 'max_fragment_length', bytes(), bytes(1, 1)],
  [5, 'status_request', bytes(), bytes(1), bytes(1, 0, 2, 0, 0, 0, 0), bytes(1, 0, 0, 0, 0, 0)],
  [10, 'supported_groups', bytes(), bytes(0, 0), bytes(0, 3, 0, 29, 0), bytes(0, 2, 0, 29, 0)],
  [11, 'ec_point_formats', bytes(), bytes(0), bytes(1, 0, 0)],
  [13, 'signature_algorithms', bytes(), bytes(0, 0), bytes(0, 1, 4), bytes(0, 2, 4, 3, 0)],
  [16, 'application_layer_protocol_negotiation', bytes(), bytes(0, 0), bytes(0, 1, 0), bytes(0, 3, 1, 97, 0)],
  [18, 'signed_certificate_timestamp', bytes(0)],
  [22, 'encrypt_then_mac', bytes(0)],
  [23, 'extended_master_secret', bytes(0)],
  [27, 'compress_certificate', bytes(), bytes(0), bytes(1, 0), bytes(4, 0, 1, 0, 1)],
  [28, 'record_size_limit', bytes(), bytes(1), bytes(64, 0, 0)],
  [42, 'early_data', bytes(0)],
  [43, 'supported_versions', bytes(), bytes(0), bytes(3, 3, 4, 3), bytes(2, 3, 4, 0)],
  [44, 'cookie', bytes(), bytes(0, 0), bytes(0, 1, 7, 7)],
  [45, 'psk_key_exchange_modes', bytes(), bytes(0), bytes(1, 1, 1)],
  [47, 'certificate_authorities', bytes(), bytes(0, 0), bytes(0, 2, 0, 0), bytes(0, 3, 0, 1, 48, 0)],
  ...noNames.map((name) => [47, 'certificate_authorities', authorities(name)] as const),
  [49, 'post_handshake_auth', bytes(0)],
  [50, 'signature_algorithms_cert', bytes(), bytes(0, 0), bytes(0, 2, 4, 3, 0)],
  [51, 'key_share', bytes(), bytes(0, 1), bytes(0, 4, 0, 29, 0, 0), bytes(0, 0, 0)],
  [62, 'tls_flags', bytes(), bytes(0)],
  [13172, 'next_protocol_negotiation', bytes(0)],
  [0xff01, 'renegotiation_info', bytes(), bytes(1), bytes(0, 0)],
]

const old = { client: client12(USUAL, 0x0303), server: server12(USUAL, 0x0303) }

describe('every extension that we know is read where it comes', () => {
  for (const [version, config] of [
    ['1.3', { client: {}, server: {} }],
    ['1.2', old],
  ] as const) {
    rows(
      malformed.flatMap(([type, name, ...bodies]) =>
        bodies.map(
          (body): Row => [
            `ClientHello of TLS ${version}: ${name} ${body.length ? body.join(' ') : 'without a body'}`,
            () =>
              server(
                on(Message.client_hello, (raw) => withExtension(raw, type, body)),
                config.server,
                config.client,
              ),
            'decode_error',
            '',
          ],
        ),
      ),
    )
  }

  rows([
    ...noNames.flatMap((name): Row[] => [
      [
        `CertificateRequest: an authority of ${name.join(' ')}`,
        () => asking((raw) => addExtension(raw, 47, authorities(name))),
        'decode_error',
        'BAD_EXTENSION',
      ],
      [
        `CertificateRequest of TLS 1.2: an authority of ${name.join(' ')}`,
        () =>
          client(
            // rsa_sign, and rsa_pkcs1_sha256.
            on(Message.certificate_request, (raw) => withBody(raw, bytes(1, 1, 0, 2, 4, 1, ...authorities(name)))),
            old.client,
            { ...old.server, requestCertificate: true },
          ),
        'decode_error',
        'LENGTH_MISMATCH',
      ],
    ]),
    ...framedNames.flatMap((name): Row[] => [
      [
        `CertificateRequest: an authority of ${name.join(' ')} passes`,
        () => client(undefined, {}, { requestCertificate: true, certificateAuthorities: [name] }),
      ],
      [
        `CertificateRequest of TLS 1.2: an authority of ${name.join(' ')} passes`,
        () =>
          client(undefined, old.client, { ...old.server, requestCertificate: true, certificateAuthorities: [name] }),
      ],
    ]),
    [
      'the ClientHello of a renegotiation: a body in extended_master_secret',
      () => renegotiation((raw) => withExtension(raw, 23, bytes(0))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'the ClientHello of a renegotiation: post_handshake_auth, of no use there',
      () => renegotiation((raw) => withExtension(raw, 49, bytes(0))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'a second ClientHello: a body in post_handshake_auth',
      () => {
        let count = 0
        return server(
          on(Message.client_hello, (raw) => (++count === 2 ? withExtension(raw, 49, bytes(0)) : raw)),
          { cookie: true },
        )
      },
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'CertificateRequest: a signature_algorithms_cert that is empty',
      () => asking((raw) => addExtension(raw, 50, bytes(0, 0))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'CertificateRequest: a body in status_request',
      () => asking((raw) => addExtension(raw, 5, bytes(1, 0, 0, 0, 0))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'CertificateRequest: compress_certificate of one byte',
      () => asking((raw) => addExtension(raw, 27, bytes(0))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'EncryptedExtensions: supported_groups that are empty',
      () => client(on(Message.encrypted_extensions, (raw) => addExtension(raw, 10, bytes(0, 0)))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'EncryptedExtensions: a body in server_name',
      () => client(on(Message.encrypted_extensions, (raw) => setExtension(raw, 0, bytes(0)))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'ServerHello of TLS 1.2: a body in extended_master_secret',
      () =>
        client(
          on(Message.server_hello, (raw) => setExtension(raw, 23, bytes(0))),
          old.client,
          old.server,
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'ServerHello of TLS 1.2: a body in session_ticket',
      () =>
        client(
          on(Message.server_hello, (raw) => setExtension(raw, 35, bytes(0))),
          old.client,
          old.server,
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'ServerHello of TLS 1.2: supported_groups, tolerated but read',
      () =>
        client(
          on(Message.server_hello, (raw) => addExtension(raw, 10, bytes(0, 0))),
          old.client,
          old.server,
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'NewSessionTicket: early_data of three bytes',
      () => client(on(Message.new_session_ticket, (raw) => addExtension(raw, 42, bytes(0, 0, 1)))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'RFC 9846 D.5: legacy_version 0x0300 beside TLS 1.3',
      () => server(on(Message.client_hello, (raw) => patched(raw, 5, 0))),
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
    ],
    [
      'RFC 7919 §4 #1, #3: DHE alone, and ffdhe groups that are strange to us',
      () => strangeGroups([0x01fb]),
      'insufficient_security',
      'NO_SHARED_CIPHER',
    ],
    [
      'RFC 7919 §4 #3: the same where the server has no parameters of its own',
      () => strangeGroups([0x01fb, 23], { dhParameters: undefined }),
      'insufficient_security',
      'NO_SHARED_CIPHER',
    ],
    ['RFC 7919 §4 #5, #6: one of them is ours', () => strangeGroups([0x01fb, 256])],
  ])
})

/** A server of TLS 1.2 whose client offers only DHE-RSA. */
function strangeGroups(groups: readonly number[], overrides = {}): Scene {
  const body = bytes(0, 2 * groups.length, ...groups.flatMap((id) => [id >> 8, id & 255]))
  return server(
    undefined,
    { ...old.server, cipherSuites: [0x009e], ...overrides },
    {
      ...old.client,
      cipherSuites: [0x009e],
      rewriteClientHello: (raw) => withExtension(raw, 10, body),
    },
  )
}

/** A client that is asked for a certificate. */
function asking(edit: (raw: Uint8Array) => Uint8Array): Scene {
  return client(on(Message.certificate_request, edit), {}, { requestCertificate: true })
}

/** A server of TLS 1.2 in a renegotiation. */
function renegotiation(edit: (raw: Uint8Array) => Uint8Array): Scene {
  let count = 0
  const evil: EvilPeer = evilClient(
    on(Message.client_hello, (raw) => (++count === 2 ? edit(raw) : raw)),
    { ...old.client, renegotiation: 'freely' },
  )
  const scene = {
    victim: new End(TlsConnection.server(serverConfig({ ...old.server, renegotiation: 'freely' }))),
    evil,
  }
  play(scene)
  evil.renegotiate()
  play(scene)
  return scene
}
