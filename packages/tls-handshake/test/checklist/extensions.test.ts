import { describe } from 'vitest'
import { TlsConnection } from '../../src/index.ts'
import { credential } from '../harness/credentials.ts'
import { addExtension, editExtensions, on, removeExtension, setExtension, u16, withBody } from '../harness/edit.ts'
import { evilClient, evilServer, type Tamper } from '../harness/evil.ts'
import { Ext, Message } from '../harness/names.ts'
import { clientConfig, End, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { client, play, type Scene, server } from '../harness/victim.ts'

const clientAuth = { requestCertificate: true } as const
const withCertificate = { credentials: [credential('client')] } as const
const empty = new Uint8Array(0)
const psk = { identity: utf8('us'), key: utf8('a secret of thirty-two bytes ...') }

/** Both sides honest, configured so. */
function honest(overrides: { client?: object; server?: object; victim: 'client' | 'server' }): Scene {
  const scene =
    overrides.victim === 'client'
      ? {
          victim: new End(TlsConnection.client(clientConfig(overrides.client))),
          evil: evilServer(undefined, overrides.server),
        }
      : {
          victim: new End(TlsConnection.server(serverConfig(overrides.server))),
          evil: evilClient(undefined, overrides.client),
        }
  play(scene)
  return scene
}

const inHello =
  (edit: (raw: Uint8Array) => Uint8Array): Tamper =>
  (raw, type) =>
    type === Message.client_hello ? edit(raw) : undefined

describe('extensions', () => {
  rows([
    [
      'RFC 9846 §4.3 #9: twice in a ClientHello',
      () => server(inHello((raw) => addExtension(addExtension(raw, Ext.unknown), Ext.unknown))),
      'decode_error',
      'DUPLICATE_EXTENSION',
    ],
    [
      'RFC 9846 §4.3 #9: twice in a ServerHello',
      () => client(on(Message.server_hello, (raw) => editExtensions(raw, (list) => [...list, list[0]]))),
      'decode_error',
      'DUPLICATE_EXTENSION',
    ],
    [
      'RFC 9846 §4.3 #9: twice in EncryptedExtensions',
      () => client(on(Message.encrypted_extensions, (raw) => editExtensions(raw, (list) => [...list, ...list]))),
      'decode_error',
      'DUPLICATE_EXTENSION',
    ],
    [
      'RFC 9846 §4.3 #9: twice in a NewSessionTicket',
      () => client(on(Message.new_session_ticket, (raw) => addExtension(addExtension(raw, Ext.unknown), Ext.unknown))),
      'illegal_parameter',
      'DUPLICATE_EXTENSION',
    ],
    [
      'RFC 9846 §4.3 #6: not asked for, in a ServerHello',
      () => client(on(Message.server_hello, (raw) => addExtension(raw, Ext.unknown))),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'RFC 9846 §4.3 #6: not asked for, in EncryptedExtensions',
      () =>
        client(on(Message.encrypted_extensions, (raw) => addExtension(raw, Ext.alpn, Uint8Array.of(0, 3, 2, 104, 50)))),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'RFC 9846 §4.5.1 #6: not asked for, in a Certificate',
      () => client(on(Message.certificate, (raw) => addExtension(raw, Ext.sct, Uint8Array.of(0, 3, 0, 1, 1)))),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'RFC 9846 §4.5.1 #7: not asked for, in a client’s Certificate',
      () =>
        server(
          on(Message.certificate, (raw) => addExtension(raw, Ext.status_request, Uint8Array.of(1, 0, 0, 1, 1))),
          clientAuth,
          withCertificate,
        ),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'RFC 9846 §4.4.1 #2: key_share in EncryptedExtensions',
      () => client(on(Message.encrypted_extensions, (raw) => addExtension(raw, Ext.key_share))),
      'illegal_parameter',
      'UNEXPECTED_EXTENSION',
    ],
    [
      'RFC 9846 §4.3 #7: extended_main_secret in a ServerHello of TLS 1.3',
      () => client(on(Message.server_hello, (raw) => addExtension(raw, Ext.extended_main_secret))),
      'illegal_parameter',
      'UNEXPECTED_EXTENSION',
    ],
    [
      'RFC 9846 §4.3 #7: key_share in a CertificateRequest',
      () =>
        client(
          on(Message.certificate_request, (raw) => addExtension(raw, Ext.key_share)),
          {},
          clientAuth,
        ),
      'illegal_parameter',
      'UNEXPECTED_EXTENSION',
    ],
    [
      'RFC 9846 §9.3 #5, #6, RFC 9846 §4.4.2 #7, RFC 9846 §4.7.1 #16: unknown ones in requests are ignored (GREASE, from both sides)',
      () => honest({ victim: 'client', client: { grease: true }, server: { grease: true } }),
    ],
    [
      'RFC 9846 §4.2.2 #17: and by a server',
      () => honest({ victim: 'server', client: { grease: true, permuteExtensions: true } }),
    ],
    [
      'RFC 9846 §4.3.11 #16: pre_shared_key is not the last',
      () =>
        server(
          inHello((raw) => addExtension(raw, Ext.unknown)),
          { psks: [psk] },
          { psks: [psk] },
        ),
      'illegal_parameter',
      'PRE_SHARED_KEY_MUST_BE_LAST',
    ],
    [
      'RFC 9846 §9.2 #11: key_share is missing',
      () => server(inHello((raw) => removeExtension(raw, Ext.key_share))),
      'missing_extension',
      'NO_SUITABLE_KEY_SHARE',
    ],
    [
      'RFC 9846 §9.2 #11: supported_groups is missing',
      () => server(inHello((raw) => removeExtension(raw, Ext.supported_groups))),
      'missing_extension',
      'MISSING_SUPPORTED_GROUPS_EXTENSION',
    ],
    [
      'RFC 9846 §9.2 #10: both are missing',
      () => server(inHello((raw) => removeExtension(removeExtension(raw, Ext.supported_groups), Ext.key_share))),
      'missing_extension',
      'MISSING_SUPPORTED_GROUPS_EXTENSION',
    ],
    [
      'RFC 9846 §4.3.3 #3: signature_algorithms is missing',
      () => server(inHello((raw) => removeExtension(raw, Ext.signature_algorithms))),
      'missing_extension',
      'MISSING_SIGALGS_EXTENSION',
    ],
    [
      'EncryptedExtensions without their length',
      () => client(on(Message.encrypted_extensions, (raw) => withBody(raw, empty))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'RFC 9846 §4.3 #2: a server_name answer that is not empty',
      () => client(on(Message.encrypted_extensions, (raw) => setExtension(raw, Ext.server_name, Uint8Array.of(0)))),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'RFC 9846 §4.4.2 #4: a certificate_request_context in the handshake',
      () =>
        client(
          on(Message.certificate_request, (raw) => withBody(raw, new Uint8Array([1, 7, ...raw.subarray(5)]))),
          {},
          clientAuth,
        ),
      'decode_error',
      'INVALID_CONTEXT',
    ],
    [
      'RFC 9846 §4.4.2 #6: a CertificateRequest without signature_algorithms',
      () =>
        client(
          on(Message.certificate_request, (raw) => removeExtension(raw, Ext.signature_algorithms)),
          {},
          clientAuth,
        ),
      'missing_extension',
      'MISSING_SIGALGS_EXTENSION',
    ],
    [
      'an empty certificate_authorities',
      () =>
        client(
          on(Message.certificate_request, (raw) => addExtension(raw, Ext.certificate_authorities, u16(0))),
          withCertificate,
          clientAuth,
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'an empty OCSP response',
      () =>
        client(
          on(Message.certificate, (raw) => addExtension(raw, Ext.status_request, Uint8Array.of(1, 0, 0, 0))),
          {
            requestOcsp: true,
          },
        ),
      'decode_error',
      'BAD_EXTENSION',
    ],
    [
      'RFC 9846 §4.3.7 #3: supported_groups in EncryptedExtensions is fine',
      () => client(on(Message.encrypted_extensions, (raw) => addExtension(raw, Ext.supported_groups, u16(2, 29)))),
      // Only the transcript differs, which the Finished then shows.
      'decrypt_error',
      'BAD_SIGNATURE',
    ],
  ])
})
