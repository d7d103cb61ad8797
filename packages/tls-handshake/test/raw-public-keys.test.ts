import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { tls13Client } from '../src/client13.ts'
import {
  type ClientConfig,
  type Credential,
  decodeSession,
  encodeSession,
  type PeerVerification,
} from '../src/index.ts'
import { credential, type KeyKind, pem, publicKeyData } from './harness/credentials.ts'
import { addExtension, on, patched, setExtension, withBody } from './harness/edit.ts'
import { Message } from './harness/names.ts'
import { clientConfig, connect, handshake, pump, serverConfig } from './harness/pair.ts'
import { provider } from './harness/provider.ts'
import { rows } from './harness/table.ts'
import { client, server } from './harness/victim.ts'

/** Raw public keys (RFC 7250). */

const keyOf = (name: KeyKind): Uint8Array =>
  new Uint8Array(createPublicKey(pem(name, 'pem')).export({ format: 'der', type: 'spki' }))
const raw = (name: KeyKind): Credential => ({ ...credential(name), chain: [], rawPublicKey: keyOf(name) })
const parsePublicKey = (spki: Uint8Array) =>
  provider.importPublicKey(publicKeyData(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })))
const knows =
  (...names: KeyKind[]) =>
  ({ rawPublicKey }: PeerVerification) => ({
    ok: rawPublicKey !== undefined && names.some((name) => Buffer.compare(keyOf(name), rawPublicKey) === 0),
  })
const onlyRaw = { parsePublicKey, peerCertificateTypes: ['raw_public_key'] } as const
const rawOrX509 = { parsePublicKey, peerCertificateTypes: ['raw_public_key', 'x509'] } as const
const CLIENT_TYPE = 19
const SERVER_TYPE = 20

describe.each([0x0304, 0x0303, 0x0301] as const)('version %i', (version) => {
  const versions = [version] as const
  // Ed25519 has no signature below TLS 1.2.
  const kinds = (['p256', 'rsa', ...(version > 0x0301 ? ['ed25519' as const] : [])] as const).map((name) => [name])

  test.each(kinds)('a server shows its key: %s', (name) => {
    const asked: PeerVerification[] = []
    const verifyPeer = (peer: PeerVerification) => {
      asked.push(peer)
      return { ok: true, result: 'known' }
    }
    const pair = handshake({ ...onlyRaw, versions, verifyPeer }, { versions, credentials: [raw(name)] })
    expect(pair.server.tls.error ?? pair.client.tls.error).toBeUndefined()
    expect(pair.client.tls.handshakeComplete).toBe(true)
    expect(asked).toEqual([
      expect.objectContaining({
        side: 'client',
        chain: [],
        leaf: undefined,
        rawPublicKey: keyOf(name),
        resumed: false,
      }),
    ])
    expect(pair.client.tls.peer).toMatchObject({
      certificates: [],
      rawPublicKey: keyOf(name),
      verification: { ok: true, result: 'known' },
    })
    expect(pair.client.tls.peerRawPublicKey).toEqual(keyOf(name))
  })

  test('both sides show keys, each knows the other', () => {
    const { client, server } = handshake(
      { ...onlyRaw, versions, verifyPeer: knows('p256'), credentials: [raw('client')] },
      { ...onlyRaw, versions, verifyPeer: knows('client'), credentials: [raw('p256')], requestCertificate: true },
    )
    expect(client.tls.error ?? server.tls.error).toBeUndefined()
    expect(server.tls.peer).toMatchObject({ certificates: [], rawPublicKey: keyOf('client') })
    expect(client.tls.credential?.rawPublicKey).toEqual(keyOf('client'))
  })

  test('each side chooses what the other can take', () => {
    const both = [credential('p256'), raw('p256')]
    const shown = (more: Partial<ClientConfig>) => {
      const { client } = handshake({ versions, ...more }, { versions, credentials: both })
      expect(client.tls.error).toBeUndefined()
      return client.tls.peerRawPublicKey ? 'raw_public_key' : 'x509'
    }
    expect(shown({})).toBe('x509')
    expect(shown(onlyRaw)).toBe('raw_public_key')
    expect(shown(rawOrX509)).toBe('x509')
    const reversed = handshake({ versions, ...rawOrX509 }, { versions, credentials: [...both].reverse() })
    expect(reversed.client.tls.peerRawPublicKey).toEqual(keyOf('p256'))
  })

  test('the server prefers among what a client can show', () => {
    const credentials = [credential('client'), raw('client')]
    const shown = (peerCertificateTypes: ('x509' | 'raw_public_key')[]) => {
      const { server } = handshake(
        { versions, credentials },
        { versions, parsePublicKey, peerCertificateTypes, requestCertificate: true },
      )
      expect(server.tls.error).toBeUndefined()
      return server.tls.peerRawPublicKey ? 'raw_public_key' : server.tls.peerCertificates?.length
    }
    expect(shown(['raw_public_key', 'x509'])).toBe('raw_public_key')
    expect(shown(['x509', 'raw_public_key'])).toBe(1)
  })

  test.each([
    ['nobody knows it', { verifyPeer: knows('p384') }],
    ['nobody knows it, and unverified peers may pass', { verifyPeer: knows('p384'), allowUnverifiedPeer: true }],
    ['there is no verdict', { verifyPeer: () => undefined as never, allowUnverifiedPeer: true }],
    ['almost yes', { verifyPeer: () => ({ ok: 1 }) as never }],
  ])('only yes is yes: %s', (_why, more) => {
    const { client } = handshake({ ...onlyRaw, versions, ...more }, { versions, credentials: [raw('p256')] })
    expect(client.tls.error).toMatchObject({ reason: 'CERTIFICATE_VERIFY_FAILED' })
    const { server } = handshake(
      { versions, credentials: [raw('client')] },
      { ...onlyRaw, versions, ...more, requestCertificate: true },
    )
    expect(server.tls.error).toMatchObject({ reason: 'CERTIFICATE_VERIFY_FAILED' })
    expect(server.tls.peer).toBeUndefined()
  })

  test('a client may have none', () => {
    const ask = { ...rawOrX509, versions, requestCertificate: true }
    const { server } = handshake({ versions, clientCertificateTypes: ['raw_public_key'] }, ask)
    expect(server.tls.error).toBeUndefined()
    expect(server.tls.peer).toMatchObject({ certificates: [] })
    expect(server.tls.peerRawPublicKey).toBeUndefined()
    const required = { ...ask, requireCertificate: true }
    expect(
      handshake({ versions, clientCertificateTypes: ['raw_public_key'] }, required).server.tls.error,
    ).toMatchObject({
      reason: 'PEER_DID_NOT_RETURN_A_CERTIFICATE',
    })
  })

  test('a session lends the key, and asks again', () => {
    const asked: [boolean, boolean][] = []
    let known = true
    const verifyPeer = ({ rawPublicKey, resumed }: PeerVerification) => {
      asked.push([rawPublicKey !== undefined, resumed])
      return { ok: known }
    }
    const ours = { ...onlyRaw, versions, verifyPeer: knows('p256'), credentials: [raw('client')] }
    const theirs = serverConfig({
      ...onlyRaw,
      versions,
      verifyPeer,
      credentials: [raw('p256')],
      requestCertificate: true,
      requireCertificate: true,
    })
    const first = connect(clientConfig(ours), theirs)
    pump(first)
    const session = decodeSession(encodeSession(first.client.event('session')!.session))
    expect(session).toMatchObject({ peerCertificates: [], peerRawPublicKey: keyOf('p256') })
    const again = (more: Partial<ClientConfig> = {}) => {
      const pair = connect(clientConfig({ ...ours, session, ...more }), theirs)
      pump(pair)
      expect(pair.client.tls.error).toBe(undefined)
      return pair
    }
    const second = again()
    expect([second.client.tls.resumed, second.client.tls.peerRawPublicKey]).toEqual([true, keyOf('p256')])
    expect([second.server.tls.resumed, second.server.tls.peerRawPublicKey]).toEqual([true, keyOf('client')])
    expect(asked).toEqual([
      [true, false],
      [true, true],
    ])
    // Of a client that does not know the key any more, or takes certificates now, the session is not offered.
    expect(again({ verifyPeer: ({ resumed }) => ({ ok: !resumed }) }).client.tls.resumed).toBe(false)
    const certificates = connect(
      clientConfig({ versions, session, credentials: [credential('client')] }),
      serverConfig({ versions }),
    )
    pump(certificates)
    expect(certificates.client.tls.resumed).toBe(false)
    // A server that knows the key no more wants it shown again, and says no.
    known = false
    const refused = connect(clientConfig({ ...ours, session }), theirs)
    pump(refused)
    expect(refused.server.tls.error).toMatchObject({ reason: 'CERTIFICATE_VERIFY_FAILED' })
  })

  describe('on the wire', () => {
    const certified = { versions, credentials: [raw('p256')] }
    const rawClient = { ...rawOrX509, versions }
    const answer = version === 0x0304 ? Message.encrypted_extensions : Message.server_hello
    const asking = { ...onlyRaw, versions, requestCertificate: true }
    const hello = (type: number, ...body: number[]) =>
      on(Message.client_hello, (bytes) => addExtension(bytes, type, Uint8Array.from(body)))
    rows([
      [
        'a choice of two bytes',
        () =>
          client(
            on(answer, (bytes) => setExtension(bytes, SERVER_TYPE, Uint8Array.of(2, 2))),
            rawClient,
            certified,
          ),
        'decode_error',
        'BAD_EXTENSION',
      ],
      [
        'an empty choice',
        () =>
          client(
            on(answer, (bytes) => setExtension(bytes, SERVER_TYPE, new Uint8Array(0))),
            rawClient,
            certified,
          ),
        'decode_error',
        'BAD_EXTENSION',
      ],
      [
        'a choice that was not offered',
        () =>
          client(
            on(answer, (bytes) => setExtension(bytes, SERVER_TYPE, Uint8Array.of(1))),
            rawClient,
            certified,
          ),
        'illegal_parameter',
        'UNSUPPORTED_CERTIFICATE',
      ],
      [
        'certificates, where only keys are accepted',
        () =>
          client(
            undefined,
            { ...onlyRaw, versions },
            { versions, onClientHello: () => ({}), credentials: [credential('p256'), raw('p256')] },
          ),
      ],
      [
        'a choice without a question',
        () =>
          client(
            on(answer, (bytes) => addExtension(bytes, SERVER_TYPE, Uint8Array.of(2))),
            { versions },
            { versions },
          ),
        'unsupported_extension',
        'UNSOLICITED_EXTENSION',
      ],
      [
        'a certificate instead of a key',
        () =>
          client(
            on(answer, (bytes) => setExtension(bytes, SERVER_TYPE, Uint8Array.of(2))),
            rawClient,
            { versions, credentials: [credential('p256')] },
          ),
        'decode_error',
        'INVALID_RAW_PUBLIC_KEY',
      ],
      [
        'a list of X.509 alone',
        () => server(hello(SERVER_TYPE, 1, 0), { versions }, { versions }),
        'illegal_parameter',
        'BAD_EXTENSION',
      ],
      [
        'an empty list',
        () => server(hello(CLIENT_TYPE, 0), { versions }, { versions }),
        'decode_error',
        'BAD_EXTENSION',
      ],
      [
        'a list with a byte behind it',
        () => server(hello(CLIENT_TYPE, 1, 2, 2), { versions }, { versions }),
        'decode_error',
        'BAD_EXTENSION',
      ],
      [
        'no type of ours that the client accepts',
        () => server(hello(SERVER_TYPE, 1, 2), { versions }, { versions }),
        'unsupported_certificate',
        'UNKNOWN_CERTIFICATE_TYPE',
      ],
      [
        'no type of the client that we accept',
        () => server(hello(CLIENT_TYPE, 1, 1), asking, { versions }),
        'unsupported_certificate',
        'UNSUPPORTED_CERTIFICATE',
      ],
      [
        'a client that says nothing, where only keys are accepted',
        () => server(undefined, asking, { versions }),
        'unsupported_certificate',
        'UNSUPPORTED_CERTIFICATE',
      ],
    ])
  })
})

describe('TLS 1.3', () => {
  const certified = { credentials: [raw('p256')] }
  const doubled = (bytes: Uint8Array) => {
    const entry = bytes.slice(8)
    return withBody(
      bytes,
      Uint8Array.from([0, 0, (2 * entry.length) >> 8, (2 * entry.length) & 255, ...entry, ...entry]),
    )
  }
  rows([
    [
      'RFC 9846 §4.5.1 #13: two entries',
      () => client(on(Message.certificate, doubled), onlyRaw, certified),
      'illegal_parameter',
      'INVALID_RAW_PUBLIC_KEY',
    ],
    [
      'an extension of the key',
      () =>
        client(
          on(Message.certificate, (bytes) => addExtension(bytes, 18, Uint8Array.of(0, 4, 0, 2, 1, 1))),
          { ...onlyRaw, requestSct: true },
          certified,
        ),
      'unsupported_extension',
      'UNSOLICITED_EXTENSION',
    ],
    [
      'no entry',
      () =>
        client(
          on(Message.certificate, (bytes) => withBody(bytes, new Uint8Array(4))),
          onlyRaw,
          certified,
        ),
      'decode_error',
      'PEER_DID_NOT_RETURN_A_CERTIFICATE',
    ],
    [
      'a signature of another key',
      () =>
        client(
          on(Message.certificate_verify, (bytes) => patched(bytes, -1, bytes[bytes.length - 1] ^ 1)),
          onlyRaw,
          certified,
        ),
      'decrypt_error',
      'BAD_SIGNATURE',
    ],
  ])

  test('after the handshake', () => {
    const pair = handshake(
      { postHandshakeAuth: true, credentials: [raw('client')] },
      { ...onlyRaw, verifyPeer: knows('client') },
    )
    expect(pair.server.tls.requestClientCertificate()).toBe(true)
    pump(pair)
    expect(pair.server.tls.error ?? pair.client.tls.error).toBeUndefined()
    expect(pair.server.tls.peerRawPublicKey).toEqual(keyOf('client'))
  })

  test('after the handshake nothing is asked of a client that has nothing to show', () => {
    const pair = handshake({ postHandshakeAuth: true, credentials: [credential('client')] }, onlyRaw)
    expect(pair.client.tls.handshakeComplete).toBe(true)
    expect(pair.server.tls.requestClientCertificate()).toBe(false)
  })

  test('a client without the part', () => {
    expect(() => tls13Client(clientConfig(onlyRaw))).toThrow(/rawPublicKeys/)
    expect(() => tls13Client(clientConfig({ clientCertificateTypes: ['raw_public_key'] }))).toThrow(/rawPublicKeys/)
  })
})

describe('TLS 1.2', () => {
  const versions = [0x0303] as const
  rows([
    [
      'an empty key of the server',
      () =>
        client(
          on(Message.certificate, (bytes) => withBody(bytes, new Uint8Array(3))),
          { ...onlyRaw, versions },
          { versions, credentials: [raw('p256')] },
        ),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
    [
      'a byte behind the key',
      () =>
        client(
          on(Message.certificate, (bytes) => withBody(bytes, Uint8Array.from([...bytes.slice(4), 0]))),
          { ...onlyRaw, versions },
          { versions, credentials: [raw('p256')] },
        ),
      'decode_error',
      'LENGTH_MISMATCH',
    ],
  ])

  test('another key in a renegotiation', () => {
    const names: KeyKind[] = ['p256', 'p384']
    const config = serverConfig({ versions, renegotiation: 'freely' })
    Object.defineProperty(config, 'credentials', { get: () => [raw(names[0])] })
    const pair = connect(clientConfig({ ...onlyRaw, versions }), config)
    pump(pair)
    expect(pair.client.tls.handshakeComplete).toBe(true)
    names.shift()
    pair.client.tls.renegotiate()
    pump(pair)
    expect(pair.client.tls.error).toMatchObject({ reason: 'SERVER_CERT_CHANGED' })
  })
})
