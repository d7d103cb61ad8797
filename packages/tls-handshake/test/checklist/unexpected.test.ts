import { describe } from 'vitest'
import { TlsConnection } from '../../src/index.ts'
import { credential } from '../harness/credentials.ts'
import { message, on } from '../harness/edit.ts'
import { evilClient, evilServer } from '../harness/evil.ts'
import { Message, Type } from '../harness/names.ts'
import { clientConfig, End, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client, play, type Scene, server } from '../harness/victim.ts'

const clientAuth = { requestCertificate: true } as const
const withCertificate = { credentials: [credential('client')] } as const

/** The peer says something before it has read or said anything else. */
function firstOf(side: 'client' | 'server', deed: (scene: Scene) => void): Scene {
  const scene =
    side === 'client'
      ? { victim: new End(TlsConnection.client(clientConfig())), evil: evilServer() }
      : { victim: new End(TlsConnection.server(serverConfig())), evil: evilClient() }
  scene.victim.tls.takeOutput()
  scene.evil.takeOutput()
  deed(scene)
  play(scene)
  return scene
}

const certificateRequest = message(Message.certificate_request, Uint8Array.of(0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3))
const emptyCertificate = message(Message.certificate, Uint8Array.of(0, 0, 0, 0))
const shared = { identity: utf8('us'), key: utf8('a secret of thirty-two bytes ...') }
const psk = (tamper: Parameters<typeof client>[0]): Scene => client(tamper, { psks: [shared] }, { psks: [shared] })

describe('unexpected messages', () => {
  rows([
    [
      'RFC 9846 §5 #5: application data instead of a ClientHello',
      () => firstOf('server', ({ evil }) => evil.plain(Type.application_data, utf8('data'))),
      'unexpected_message',
      'APP_DATA_IN_HANDSHAKE',
    ],
    [
      'empty application data instead of a ServerHello',
      () => firstOf('client', ({ evil }) => evil.plain(Type.application_data, utf8(''))),
      'unexpected_message',
      'APP_DATA_IN_HANDSHAKE',
    ],
    [
      'application data under handshake keys',
      () =>
        client((raw, type, evil) => {
          if (type === Message.encrypted_extensions) evil.record(Type.application_data, utf8('data'))
          return raw
        }),
      'unexpected_message',
      'APP_DATA_IN_HANDSHAKE',
    ],
    [
      'RFC 9846 §5 #5: EncryptedExtensions in plaintext',
      () =>
        client((raw, type, evil) => {
          if (type !== Message.encrypted_extensions) return raw
          evil.plain(Type.handshake, raw)
          return null
        }),
      'unexpected_message',
      'BAD_RECORD_TYPE',
    ],
    [
      'application data in plaintext after keys changed',
      () =>
        client((raw, type, evil) => {
          if (type === Message.encrypted_extensions) evil.plain(Type.application_data, utf8('some data in the clear'))
          return raw
        }),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'RFC 9846 §4.5.2 #3: the server leaves out its CertificateVerify',
      () => client(on(Message.certificate_verify, () => null)),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4 #2: the server leaves out its Certificate',
      () => client(on(Message.certificate, () => null)),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'the client leaves out its CertificateVerify',
      () =>
        server(
          on(Message.certificate_verify, () => null),
          clientAuth,
          withCertificate,
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'the client leaves out its Certificate',
      () =>
        server(
          on(Message.certificate, () => null),
          clientAuth,
          withCertificate,
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4.4.2 #8: a CertificateRequest in a handshake with a PSK',
      () => psk((raw, type) => (type === Message.encrypted_extensions ? [raw, certificateRequest] : undefined)),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'a Certificate in a handshake with a PSK',
      () => psk((raw, type) => (type === Message.encrypted_extensions ? [raw, emptyCertificate] : undefined)),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4 #2: a HelloRequest after the handshake',
      () => afterwards(client(), (evil) => evil.record(Type.handshake, message(Message.hello_request, utf8('')))),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4.2.2 #3: a ClientHello after the handshake',
      () => afterwards(server(), (evil) => evil.record(Type.handshake, message(Message.client_hello, utf8('')))),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'RFC 9846 §4.7.2 #6: a post-handshake CertificateRequest that was not offered',
      () => afterwards(client(), (evil) => evil.record(Type.handshake, certificateRequest)),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'a NewSessionTicket to a server',
      () => afterwards(server(), (evil) => evil.record(Type.handshake, message(Message.new_session_ticket, utf8('')))),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
    [
      'a Certificate that was not asked for',
      () => afterwards(server(), (evil) => evil.record(Type.handshake, emptyCertificate)),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
  ])
})
