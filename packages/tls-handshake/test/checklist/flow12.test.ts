/** TLS 1.2 in its order, and whom its suites take: what a flow guarantees and no other file of this folder breaks. */
import { describe, expect, test } from 'vitest'
import { parseClientHello, parseServerHello } from '../../src/hello.ts'
import type { ClientConfig, PeerCertificate, ServerConfig } from '../../src/index.ts'
import { handshakeTypeName } from '../../src/messages/handshake-message.ts'
import { CIPHER_SUITES_12 } from '../../src/registry/cipher-suites12.ts'
import { credential, parseCertificate } from '../harness/credentials.ts'
import { addExtension, message, on, patched, removeExtension, setExtension, withBody } from '../harness/edit.ts'
import { ANY_VERSION, client12, handshake12, server12, suite, USUAL } from '../harness/legacy.ts'
import { Ext, Message, Type } from '../harness/names.ts'
import { clientConfig, connect, handshake, join, type Pair, pump, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client, server } from '../harness/victim.ts'

const RSA = suite(0x002f)
const ECDSA = suite(0xc02b)

/** Handshake messages and ChangeCipherSpecs as a client sees them: `>` its own, `<` those of the server. */
function said(given: Partial<ClientConfig> = {}, answers: Partial<ServerConfig> = {}, of = USUAL): string[] {
  const messages: string[] = []
  const onMessage: ClientConfig['onMessage'] = (direction, type, bytes) => {
    const name = type === Type.handshake ? handshakeTypeName(bytes[0]) : type === Type.change_cipher_spec ? 'ccs' : ''
    if (name) messages.push(`${direction === 'write' ? '>' : '<'}${name}`)
  }
  const pair = handshake12({ ...given, onMessage }, answers, { of })
  expect(pair.server.tls.handshakeComplete).toBe(true)
  return messages
}

const CERTIFIED = ['<server_hello', '<certificate', '<server_key_exchange']
const LAST = ['>ccs', '>finished', '<new_session_ticket', '<ccs', '<finished']

describe('messages come in one order', () => {
  test('RFC 5246 §7.4 #1, RFC 5246 §7.3 #4, RFC 5246 §7.4.2 #1, RFC 5246 §7.4.7 #2: a certificate of the server', () => {
    const full = ['>client_hello', ...CERTIFIED, '<server_hello_done', '>client_key_exchange', ...LAST]
    expect(said()).toEqual(full)
    expect(said({}, {}, RSA)).toEqual(full.filter((name) => name !== '<server_key_exchange'))
  })

  test('RFC 5246 §1.2 #2, RFC 5246 §7.3 #2, RFC 5246 §7.4.6 #1, RFC 5246 §7.4.7 #1, RFC 5246 §7.4.8 #1: and one of the client', () => {
    const asked = ['>client_hello', ...CERTIFIED, '<certificate_request', '<server_hello_done', '>certificate']
    expect(said({ credentials: [credential('client')] }, { requestCertificate: true })).toEqual([
      ...asked,
      ...['>client_key_exchange', '>certificate_verify'],
      ...LAST,
    ])
    expect(said({}, { requestCertificate: true })).toEqual([...asked, '>client_key_exchange', ...LAST])
  })

  test('RFC 5246 §7.1 #1, #2, RFC 5246 §7.3 #3: data waits for the Finished, and every record behind a ChangeCipherSpec is under its keys', () => {
    const pair = connect(clientConfig(client12(USUAL, 0x0303)), serverConfig(server12(USUAL, 0x0303)))
    pair.client.tls.write(utf8('from the client'))
    pair.server.tls.write(utf8('from the server'))
    const { toServer, toClient } = pump(pair)
    for (const [wire, text] of [
      [toServer, 'from the client'],
      [toClient, 'from the server'],
    ] as const) {
      expect(Buffer.from(wire).includes(text)).toBe(false)
      const types: number[] = []
      for (let at = 0; at < wire.length; at += 5 + ((wire[at + 3] << 8) | wire[at + 4])) types.push(wire[at])
      const changed = types.indexOf(Type.change_cipher_spec)
      expect(types.indexOf(Type.application_data)).toBeGreaterThan(changed)
      expect(types.lastIndexOf(Type.change_cipher_spec)).toBe(changed)
    }
    expect([pair.server.text, pair.client.text]).toEqual(['from the client', 'from the server'])
    for (const end of [pair.client, pair.server])
      expect(end.types.indexOf('data')).toBeGreaterThan(end.types.indexOf('secure'))
  })

  test('RFC 9846 E #3, RFC 5246 §6 #1, RFC 5246 §6.2.1 #2, #3, RFC 5246 §6.2.3 #1, RFC 5246 §6.2.3.3 #3: records of the four types, none empty but of data, none too long', () => {
    for (const of of [USUAL, ANY_VERSION]) {
      const pair = handshake12({}, {}, { of })
      pair.client.tls.write(new Uint8Array(40_000))
      const { toServer } = pump(pair)
      for (let at = 0; at < toServer.length; ) {
        const length = (toServer[at + 3] << 8) | toServer[at + 4]
        expect(toServer[at]).toBe(Type.application_data)
        expect([toServer[at + 1], toServer[at + 2]]).toEqual([3, 3])
        expect(length).toBeGreaterThan(0)
        expect(length).toBeLessThanOrEqual(16384 + 320)
        at += 5 + length
      }
    }
  })

  test('RFC 5246 §7.4.1.1 #5: a HelloRequest is not in the transcript', () => {
    const freely = { renegotiation: 'freely' } as const
    const pair = handshake12(freely, freely)
    pair.server.tls.renegotiate()
    pump(pair)
    expect([pair.client.tls.renegotiations, pair.server.event('error')]).toEqual([1, undefined])
  })

  test('RFC 5246 §6.1 #1, #2, #3, RFC 5246 §6.2.1 #6: numbers begin at 0 with each key, and grow by one, in the order of the wire', () => {
    const freely = { renegotiation: 'freely' } as const
    const pair: Pair = handshake12(freely, freely, { of: ANY_VERSION })
    for (let round = 0; round < 3; round++) {
      for (const text of ['one', 'two', 'three']) pair.client.tls.write(utf8(text))
      pump(pair)
      pair.client.tls.renegotiate()
      pump(pair)
    }
    expect(pair.server.text).toBe('onetwothree'.repeat(3))
    // Two records that change places are not understood.
    const other = handshake12({}, {}, { of: ANY_VERSION })
    other.client.tls.write(utf8('one'))
    const first = join(other.client.tls.takeOutput())
    other.client.tls.write(utf8('two'))
    other.server.tls.receive(join([join(other.client.tls.takeOutput()), first]))
    expect(other.server.tls.error).toMatchObject({ alert: 20 })
  })
})

describe('hellos', () => {
  const helloOf = (config: Partial<ClientConfig>) => {
    const output = join(connect(clientConfig(config), serverConfig()).client.tls.takeOutput())
    return parseClientHello(output.subarray(5, 9 + ((output[7] << 8) | output[8])))
  }

  test('RFC 5246 §7.4.1.2 #5, #6, RFC 9846 §4.2.2 #8: a session that is offered has its suite and its compression among the others', () => {
    const sessions = new Map<string, never>()
    const sessionStore = {
      get: (id: Uint8Array) => sessions.get(id.join()),
      set: (id: Uint8Array, session: unknown) => void sessions.set(id.join(), session as never),
      delete: () => {},
    }
    const { session } = handshake12({ tickets: false }, { sessionStore }).client.event('session')!
    const hello = helloOf({ ...client12(USUAL, 0x0303), tickets: false, session })
    expect(hello.sessionId).toHaveLength(64)
    expect(hello.cipherSuites).toContain(USUAL.id)
    expect(hello.compressionMethods).toContain(0)
    // Where its suite is no longer on, it is not offered.
    expect(helloOf({ ...client12(ANY_VERSION, 0x0303), tickets: false, session }).sessionId).toBe('')
  })

  test('RFC 5246 §7.4.1.4.1 #1, #3, #5: signature_algorithms are of TLS 1.2 and later, and name no anonymous one', () => {
    const listed = (versions: ClientConfig['versions']) =>
      helloOf({ versions, cipherSuites: [ANY_VERSION.id] }).extensions!.find(({ type }) => type === 13)?.data
    const schemes = listed([0x0303])!.slice(4).match(/..../g)!
    expect(schemes.length).toBeGreaterThan(5)
    expect(schemes.filter((scheme) => scheme.endsWith('00') && Number.parseInt(scheme, 16) < 0x0700)).toEqual([])
    expect(listed([0x0302, 0x0301])).toBeUndefined()
  })

  test('RFC 5246 §7.4.1.4.1 #4, #7: a client that does not say takes SHA-1', () => {
    const sha1 = { signatureSchemes: [0x0201] }
    const pair = handshake12(
      { ...sha1, rewriteClientHello: (raw) => removeExtension(raw, 13) },
      { credentials: [{ ...credential('rsa'), signatureSchemes: [0x0401, 0x0201] }] },
    )
    expect([pair.client.tls.handshakeComplete, pair.client.tls.peerSignatureScheme]).toEqual([true, 0x0201])
  })

  test('RFC 5246 §7.4.1.2 #3, #7, #10, RFC 5246 E.1 #2, #5: whatever is strange is passed over, with extensions and without', () => {
    const strange = (raw: Uint8Array) => {
      const at = 39 + raw[38]
      const length = ((raw[at] << 8) | raw[at + 1]) + 4
      const suites = [length >> 8, length & 255, 0x7a, 0x7a, 0xfe, 0xfe]
      return withBody(raw, join([raw.subarray(4, at), Uint8Array.from(suites), raw.subarray(at + 2)]))
    }
    const more = (raw: Uint8Array) => addExtension(strange(patched(raw, 4, 3, 9)), Ext.unknown, utf8('what'))
    const pair = handshake12({ rewriteClientHello: more })
    expect(pair.server.tls.version).toBe(0x0303)
    expect(pair.server.event('error')?.error?.reason).not.toBe('UNSUPPORTED_PROTOCOL')
    const plain = handshake12({ rewriteClientHello: strange })
    expect(plain.client.tls.handshakeComplete).toBe(true)
  })

  test('RFC 5246 §7.4.1.3 #1, #2, RFC 5246 §7.4.1.4 #1, RFC 5246 §7.4.1.4.1 #6: a Random of its own, answers to what was asked, a full handshake at any time', () => {
    const hellos: Uint8Array[] = []
    const onMessage: ServerConfig['onMessage'] = (direction, type, bytes) => {
      if (direction === 'write' && type === 22 && bytes[0] === Message.server_hello) hellos.push(bytes.slice())
    }
    for (let i = 0; i < 2; i++) handshake12({}, { onMessage })
    const [first, second] = hellos.map(parseServerHello)
    expect(first!.random).not.toBe(second!.random)
    expect(first!.extensions!.map(({ type }) => type)).not.toContain(13)
    const { session } = handshake12().client.event('session')!
    const refused = handshake12({ session })
    expect([refused.client.tls.handshakeComplete, refused.client.tls.resumed]).toEqual([true, false])
  })

  test('RFC 5246 A.5 #1, #2: no suite without keys, and none without a certificate unless it is asked for', () => {
    const ids = CIPHER_SUITES_12.map(({ id }) => id)
    expect(ids).not.toContain(0)
    expect(ids).toContain(0x002f)
    const anonymous = CIPHER_SUITES_12.filter(({ name }) => name.includes('_anon_')).map(({ id }) => id)
    expect(anonymous.length).toBeGreaterThan(5)
    const offered = helloOf({ versions: [0x0303] }).cipherSuites
    expect(offered.filter((id) => anonymous.includes(id))).toEqual([])
  })

  test('RFC 5246 §9 #1: TLS_RSA_WITH_AES_128_CBC_SHA is there for those who ask for it', () => {
    const pair = handshake12({}, {}, { of: RSA })
    expect(pair.client.tls.cipherSuite).toBe(0x002f)
  })
})

/** A certificate of a server that may be used for these alone. */
const usedFor =
  (keyUsage: PeerCertificate['keyUsage']) =>
  (der: Uint8Array): PeerCertificate => ({ ...parseCertificate(der), keyUsage })
const SIGNS = { digitalSignature: true, keyEncipherment: false, keyAgreement: false }
const ENCRYPTS = { digitalSignature: false, keyEncipherment: true, keyAgreement: false }

describe('a certificate is of the kind that its suite wants', () => {
  const asks = (of: typeof USUAL, keyUsage: PeerCertificate['keyUsage']) => () =>
    client(undefined, { ...client12(of, 0x0303), parseCertificate: usedFor(keyUsage) }, server12(of, 0x0303))
  rows([
    ['a key that may encrypt, for RSA', asks(RSA, ENCRYPTS)],
    ['a key that may sign, for ECDHE', asks(USUAL, SIGNS)],
    [
      'RFC 5246 §7.4.2 #8, #9: a key that may not encrypt, for RSA',
      asks(RSA, SIGNS),
      'illegal_parameter',
      'KEY_USAGE_BIT_INCORRECT',
    ],
    [
      'RFC 5246 §7.4.2 #8, #10: a key that may not sign, for ECDHE_RSA',
      asks(USUAL, ENCRYPTS),
      'illegal_parameter',
      'KEY_USAGE_BIT_INCORRECT',
    ],
    [
      'RFC 5246 §7.4.2 #8, #14: a key that may not sign, for ECDHE_ECDSA',
      asks(ECDSA, ENCRYPTS),
      'illegal_parameter',
      'KEY_USAGE_BIT_INCORRECT',
    ],
    [
      'RFC 5246 §7.4.2 #2, #8: an RSA key for ECDHE_ECDSA',
      () =>
        client(
          on(Message.server_hello, (raw) => patched(raw, 39, ECDSA.id >> 8, ECDSA.id & 255)),
          { ...client12(USUAL, 0x0303), cipherSuites: [USUAL.id, ECDSA.id] },
          server12(USUAL, 0x0303),
        ),
      'illegal_parameter',
      'WRONG_CERTIFICATE_TYPE',
    ],
    [
      'RFC 5246 §7.4.6 #4, #6, #8: a client’s key that may not sign',
      () =>
        server(
          undefined,
          { ...server12(USUAL, 0x0303), requestCertificate: true, parseCertificate: usedFor(ENCRYPTS) },
          { ...client12(USUAL, 0x0303), credentials: [credential('client')] },
        ),
      'illegal_parameter',
      'KEY_USAGE_BIT_INCORRECT',
    ],
    [
      'RFC 5246 §7.4.8 #2, #3: a client’s signature by a scheme that was not asked for',
      () =>
        server(
          on(Message.certificate_verify, (raw) => patched(raw, 4, 5, 3)),
          { ...server12(USUAL, 0x0303), requestCertificate: true, signatureSchemes: [0x0403] },
          { ...client12(USUAL, 0x0303), credentials: [credential('client')] },
        ),
      'illegal_parameter',
      'WRONG_SIGNATURE_TYPE',
    ],
    [
      'RFC 5246 §7.2.2 #3, #5: whatever breaks a rule ends it, by an alert that is fatal',
      () =>
        afterwards(client(undefined, client12(USUAL, 0x0303), server12(USUAL, 0x0303)), (evil) =>
          evil.record(Type.handshake, message(42, utf8(''))),
        ),
      'unexpected_message',
      'UNEXPECTED_MESSAGE',
    ],
  ])

  test('RFC 5246 §7.4.3 #2, #3, #4: suites, curves and schemes are chosen together', () => {
    const credentials = [credential('rsa'), credential('p256')]
    const suites = { cipherSuites: [USUAL.id, ECDSA.id] }
    const chosen = (signatureSchemes: number[]) =>
      handshake(
        { ...client12(USUAL, 0x0303), ...suites, signatureSchemes },
        { ...server12(USUAL, 0x0303), ...suites, credentials },
      ).client.tls
    expect([chosen([0x0403]).cipherSuite, chosen([0x0401]).cipherSuite]).toEqual([ECDSA.id, USUAL.id])
    expect(chosen([0x0501]).peerSignatureScheme).toBe(0x0501)
  })

  test('RFC 5246 §7.4.2 #15: the curve of a certificate is one of the client’s', () => {
    const pair = handshake(
      {
        ...client12(ECDSA, 0x0303),
        rewriteClientHello: (raw) => setExtension(raw, Ext.supported_groups, Uint8Array.of(0, 2, 0, 29)),
      },
      server12(ECDSA, 0x0303),
    )
    expect(pair.server.event('error')?.error).toMatchObject({ reason: 'NO_SHARED_CIPHER' })
  })

  test('RFC 5246 §7.4.4 #3, #4: a client shows what the server can check, or nothing', () => {
    const shown = (signatureSchemes: number[]) => {
      const pair = handshake12({ credentials: [credential('client')] }, { requestCertificate: true, signatureSchemes })
      return pair.server.tls.peerCertificates?.length
    }
    expect([shown([0x0403]), shown([0x0401])]).toEqual([1, 0])
  })
})

describe('versions', () => {
  test('RFC 5246 E.1 #1, #3: none in common is protocol_version, said by who sees it', () => {
    const high = handshake12({ versions: [0x0303] }, { versions: [0x0301] }, { of: ANY_VERSION })
    expect(high.client.event('error')?.error).toMatchObject({ alert: 70 })
    const low = handshake12({ versions: [0x0301] }, { versions: [0x0303] }, { of: ANY_VERSION })
    expect(low.server.event('error')?.error).toMatchObject({ alert: 70, alertReceived: false })
  })
})
