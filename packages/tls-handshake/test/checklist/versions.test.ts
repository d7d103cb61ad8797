import { describe } from 'vitest'
import { on, patched, removeExtension, setExtension, u16, withBody } from '../harness/edit.ts'
import { Ext, Message } from '../harness/names.ts'
import { rows } from '../harness/table.ts'
import { client, server } from '../harness/victim.ts'

/** Offsets in a ClientHello and a ServerHello with a session id of 32 bytes, their 4-byte headers included. */
const LEGACY_VERSION = 4
const CLIENT_SUITES = 73
const CLIENT_COMPRESSION = 79
const SERVER_SUITE = 71
const SERVER_COMPRESSION = 73

describe('versions', () => {
  rows([
    [
      'RFC 9846 §4.3.1 #4, #5: unknown versions are skipped, and only supported_versions counts',
      () =>
        server(
          on(Message.client_hello, (raw) =>
            setExtension(raw, Ext.supported_versions, Uint8Array.of(4, 0x7f, 0x12, 3, 3)),
          ),
        ),
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
    ],
    [
      'RFC 9846 E.2 #3: no common version, at a server',
      () => server(on(Message.client_hello, (raw) => removeExtension(raw, Ext.supported_versions))),
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
    ],
    [
      'RFC 9846 E.1 #3: no common version, at a client',
      () => client(on(Message.server_hello, (raw) => removeExtension(raw, Ext.supported_versions))),
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
    ],
    [
      'RFC 9846 §4.2.2 #7: SSL 3.0',
      () =>
        server(
          on(Message.client_hello, (raw) =>
            patched(removeExtension(raw, Ext.supported_versions), LEGACY_VERSION, 3, 0),
          ),
        ),
      'protocol_version',
      'UNSUPPORTED_PROTOCOL',
    ],
    [
      'RFC 9846 §4.3.1 #13: supported_versions selects TLS 1.2',
      () => client(on(Message.server_hello, (raw) => setExtension(raw, Ext.supported_versions, u16(0x0303)))),
      'illegal_parameter',
      'BAD_PROTOCOL_VERSION_NUMBER',
    ],
    [
      'RFC 9846 §4.3.1 #13: supported_versions selects what was not offered',
      () => client(on(Message.server_hello, (raw) => setExtension(raw, Ext.supported_versions, u16(0x0305)))),
      'illegal_parameter',
      'BAD_PROTOCOL_VERSION_NUMBER',
    ],
    [
      'RFC 9846 §4.2.2 #15: compression methods other than null, from a client',
      () => server(on(Message.client_hello, (raw) => patched(raw, CLIENT_COMPRESSION + 1, 1))),
      'illegal_parameter',
      'INVALID_COMPRESSION_ALGORITHM',
    ],
    [
      'RFC 9846 §4.2.3 #8: a compression method, from a server',
      () => client(on(Message.server_hello, (raw) => patched(raw, SERVER_COMPRESSION, 1))),
      'illegal_parameter',
      'INVALID_COMPRESSION_ALGORITHM',
    ],
    [
      'RFC 9846 §4.2.3 #6: a suite that was not offered',
      () => client(on(Message.server_hello, (raw) => patched(raw, SERVER_SUITE, 0x13, 0x05))),
      'illegal_parameter',
      'WRONG_CIPHER_RETURNED',
    ],
    [
      'a suite of TLS 1.2',
      () => client(on(Message.server_hello, (raw) => patched(raw, SERVER_SUITE, 0xc0, 0x2f))),
      'illegal_parameter',
      'WRONG_CIPHER_RETURNED',
    ],
    [
      'RFC 9846 §4.2.1 #4: no suite in common',
      () => server(on(Message.client_hello, (raw) => patched(raw, CLIENT_SUITES, 1, 2, 3, 4, 5, 6))),
      'handshake_failure',
      'NO_SHARED_CIPHER',
    ],
    [
      'an empty list of suites',
      () =>
        server(on(Message.client_hello, (raw) => withBody(raw, new Uint8Array([...raw.subarray(4, 71), 0, 0, 1, 0])))),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
  ])
})
