import { describe, expect, test } from 'vitest'
import { parseClientHello } from '../../src/hello.ts'
import type { ClientConfig } from '../../src/index.ts'
import { HELLO_RETRY_RANDOM } from '../../src/messages/server-hello.ts'
import { credential } from '../harness/credentials.ts'
import {
  addExtension,
  extensionBody,
  on,
  patched,
  removeExtension,
  setExtension,
  u16,
  withBody,
} from '../harness/edit.ts'
import { ANY_VERSION, client12, handshake12, server12, USUAL } from '../harness/legacy.ts'
import { Ext, Message } from '../harness/names.ts'
import { clientConfig, connect, join, type Pair, pump, serverConfig } from '../harness/pair.ts'
import { client, expectAlert, play } from '../harness/victim.ts'

const freely = { renegotiation: 'freely' } as const

/** A configuration that the caller changes between two handshakes. */
type Changing<T> = { -readonly [K in keyof T]?: T[K] }

/** The signalling suite of RFC 5746 §3.3 in front of the others. */
function withScsv(raw: Uint8Array): Uint8Array {
  const at = 39 + raw[38]
  const length = (raw[at] << 8) | raw[at + 1]
  return withBody(raw, join([raw.subarray(4, at), u16(length + 2, 0x00ff), raw.subarray(at + 2)]))
}

function again(pair: Pair): void {
  pair.client.tls.renegotiate()
  pump(pair)
}

describe('a renegotiation stands for itself', () => {
  test.each([
    ['groups', ['secp256r1'], ['secp384r1'], (pair: Pair) => pair.client.tls.group, 'secp256r1', 'secp384r1'],
    ['signatureSchemes', [0x0401], [0x0501], (pair: Pair) => pair.client.tls.peerSignatureScheme, 0x0401, 0x0501],
  ] as const)('its own %s are answered (RFC 5246 §7.4.3, RFC 8422 §5.4)', (what, first, second, seen, one, two) => {
    const config: Changing<ClientConfig> = clientConfig({ ...client12(USUAL, 0x0303), ...freely, [what]: first })
    const pair = connect(config as ClientConfig, serverConfig({ ...server12(USUAL, 0x0303), ...freely }))
    pump(pair)
    expect(seen(pair)).toBe(one)
    Object.assign(config, { [what]: second })
    again(pair)
    expect(pair.client.tls.renegotiations).toBe(1)
    expect(seen(pair)).toBe(two)
  })

  test('a record_size_limit does not outlive it (RFC 8449 §4)', () => {
    let count = 0
    const pair = handshake12(
      {
        ...freely,
        recordSizeLimit: 600,
        // The second hello is without.
        rewriteClientHello: (raw) => (++count === 1 ? raw : removeExtension(raw, Ext.record_size_limit)),
      },
      freely,
    )
    const records = () => {
      pair.server.tls.write(new Uint8Array(3000))
      return pump(pair).toClient.length
    }
    const limited = records()
    again(pair)
    expect(pair.client.tls.renegotiations).toBe(1)
    expect(records()).toBeLessThan(limited)
    expect(pair.client.event('error')).toBeUndefined()
    expect(pair.client.data.length).toBe(6000)
  })

  test('maxSendFragment set later does not lift the limit of the peer', () => {
    const pair = handshake12({ recordSizeLimit: 600 })
    pair.server.tls.maxSendFragment = 16384
    pair.server.tls.write(new Uint8Array(3000))
    pump(pair)
    expect(pair.client.event('error')).toBeUndefined()
    expect(pair.client.data.length).toBe(3000)
  })

  test('a server’s `once` is once', () => {
    const pair = handshake12(freely, { renegotiation: 'once' })
    again(pair)
    expect(pair.server.tls.error).toBeUndefined()
    again(pair)
    expect(pair.server.tls.error?.reason).toBe('NO_RENEGOTIATION')
  })

  test('RFC 9846 §4.2.2 #4, #5: it is of the version that there is, whatever its ClientHello offers', () => {
    let hellos = 0
    const versions = [0x0304, 0x0303] as const
    const pair = handshake12(
      {
        ...freely,
        rewriteClientHello: (raw) =>
          ++hellos === 1 ? raw : addExtension(raw, Ext.supported_versions, Uint8Array.of(2, 3, 4)),
      },
      { ...freely, versions: [...versions] },
    )
    expect(pair.server.tls.version).toBe(0x0303)
    again(pair)
    expect(pair.server.tls.error).toBeUndefined()
    expect(pair.server.tls.renegotiations).toBe(1)
    expect(pair.server.tls.version).toBe(0x0303)
  })

  test.each([
    ['a ServerHello', (raw: Uint8Array) => raw],
    ['a HelloRetryRequest', (raw: Uint8Array) => patched(raw, 6, ...HELLO_RETRY_RANDOM)],
  ])('RFC 9846 §4.2.3 #18: %s of TLS 1.3 in answer to it is protocol_version', (_name, edit) => {
    let hellos = 0
    const scene = client(
      on(Message.server_hello, (raw) =>
        ++hellos === 1 ? raw : edit(addExtension(raw, Ext.supported_versions, Uint8Array.of(3, 4))),
      ),
      { ...client12(USUAL, 0x0303), versions: [0x0304, 0x0303], ...freely },
      { ...server12(USUAL, 0x0303), ...freely },
    )
    expect(scene.victim.tls.version).toBe(0x0303)
    scene.victim.tls.renegotiate()
    play(scene)
    expectAlert(scene, 'protocol_version', 'UNSUPPORTED_PROTOCOL')
  })

  test('RFC 5746 §3.4 #1, RFC 5746 §3.5 #1, #2, RFC 5746 §3.6 #4, RFC 5746 §3.7 #5: what the hellos of both handshakes say', () => {
    const hellos: Uint8Array[] = []
    const onMessage: ClientConfig['onMessage'] = (_direction, type, bytes) => {
      if (type === 22 && (bytes[0] === Message.client_hello || bytes[0] === Message.server_hello))
        hellos.push(bytes.slice())
    }
    const pair = handshake12({ ...freely, onMessage }, freely)
    const [client, server] = [pair.client, pair.server].map(({ tls }) => [...tls.localFinished!])
    again(pair)
    const info = hellos.map((raw) => [...extensionBody(raw, 0xff01)])
    expect(info).toEqual([[0], [0], [12, ...client], [24, ...client, ...server]])
    for (const raw of hellos)
      if (raw[0] === Message.client_hello) expect(parseClientHello(raw).cipherSuites).not.toContain(0x00ff)
  })

  test('RFC 5746 §3.6 #1, #5, #6: the SCSV does as well in a first hello, whatever else stands there', () => {
    const pair = handshake12(
      { rewriteClientHello: (raw) => addExtension(withScsv(removeExtension(raw, 0xff01)), Ext.unknown) },
      { requireSecureRenegotiation: true },
    )
    expect(pair.server.tls.secureRenegotiation).toBe(true)
  })

  test('RFC 5746 §3.7 #1, #2: and ends a second one', () => {
    let hellos = 0
    const pair = handshake12({ ...freely, rewriteClientHello: (raw) => (++hellos === 1 ? raw : withScsv(raw)) }, freely)
    again(pair)
    expect(pair.server.event('error')?.error).toMatchObject({ reason: 'RENEGOTIATION_MISMATCH', alert: 40 })
  })

  test('RFC 5746 §4.2 #6, #7, RFC 5746 §4.3 #1, RFC 5746 §4.4 #2: none with a peer that does not know it', () => {
    const bare = {
      rewriteClientHello: (raw: Uint8Array) => removeExtension(raw, 0xff01),
      requireSecureRenegotiation: false,
    }
    const pair = handshake12({ ...freely, ...bare }, { ...freely, requireSecureRenegotiation: false })
    expect([pair.client.tls.secureRenegotiation, pair.server.tls.secureRenegotiation]).toEqual([false, false])
    for (const { tls } of [pair.client, pair.server])
      expect(() => tls.renegotiate()).toThrow(expect.objectContaining({ reason: 'NO_RENEGOTIATION' }))
  })

  test('RFC 7627 §5.4 #3, #4: none in a resumed session without the extended main secret', () => {
    const plain = { ...freely, extendedMasterSecret: false }
    const open = { seal: (session: Uint8Array) => session, open: (session: Uint8Array) => ({ session, renew: false }) }
    const first = handshake12(plain, { ...plain, ticketKeys: open })
    again(first)
    expect(first.client.tls.renegotiations).toBe(1)
    const { session } = handshake12(plain, { ...plain, ticketKeys: open }).client.event('session')!
    const second = handshake12({ ...plain, session }, { ...plain, ticketKeys: open })
    expect(second.client.tls.resumed).toBe(true)
    for (const { tls } of [second.client, second.server])
      expect(() => tls.renegotiate()).toThrow(expect.objectContaining({ reason: 'NO_RENEGOTIATION' }))
  })

  const CBC = { of: ANY_VERSION } as const
  test('RFC 7366 §2 #2: it is used where both have said so, and may come in one', () => {
    for (const off of ['client', 'server'] as const) {
      const no = { ...freely, encryptThenMac: false }
      const pair = handshake12(off === 'client' ? no : freely, off === 'server' ? no : freely, CBC)
      expect([pair.client.tls.peer?.encryptThenMac, pair.server.tls.peer?.encryptThenMac]).toEqual([false, false])
      pair.client.tls.write(Uint8Array.of(1, 2, 3))
      pump(pair)
      expect([...pair.server.data]).toEqual([1, 2, 3])
    }
  })

  test('another server_name does not count: certificate and trust were chosen by the first', () => {
    const names: (string | undefined)[] = []
    let hellos = 0
    const pair = handshake12(
      {
        ...freely,
        serverName: 'localhost',
        rewriteClientHello: (raw) =>
          ++hellos === 1 ? raw : setExtension(raw, Ext.server_name, Uint8Array.of(0, 4, 0, 0, 1, 120)),
      },
      { ...freely, onClientHello: (hello) => void names.push(hello.serverName) },
    )
    again(pair)
    expect(pair.server.tls.renegotiations).toBe(1)
    expect(pair.server.tls.clientHello?.serverName).toBe('localhost')
    expect(pair.server.event('sessionIssued')?.session.serverName).toBe('localhost')
    expect(pair.server.all('sessionIssued').map(({ session }) => session.serverName)).not.toContain('x')
  })
})

describe('TLS 1.2 lists no schemes that TLS 1.3 alone has', () => {
  const listed: number[] = []
  const read = (body: Uint8Array) => {
    for (let i = 2; i < body.length; i += 2) listed.push((body[i] << 8) | body[i + 1])
  }

  const look = (raw: Uint8Array): Uint8Array => {
    read(extensionBody(raw, 13))
    return raw
  }

  test('in a ClientHello', () => {
    listed.length = 0
    handshake12({ rewriteClientHello: look })
    expect(listed).toContain(0x0401)
    expect(listed.filter(only13)).toEqual([])
  })

  test('in a CertificateRequest', () => {
    listed.length = 0
    client(
      on(Message.certificate_request, (raw) => {
        const types = raw[4]
        const at = 5 + types
        read(raw.subarray(at, at + 2 + ((raw[at] << 8) | raw[at + 1])))
        return raw
      }),
      { ...client12(USUAL, 0x0303), credentials: [credential('client')] },
      { ...server12(USUAL, 0x0303), requestCertificate: true },
    )
    expect(listed).toContain(0x0401)
    expect(listed.filter(only13)).toEqual([])
  })

  test('but a ClientHello that offers both has them', () => {
    listed.length = 0
    handshake12({ versions: [0x0303, 0x0304], rewriteClientHello: look })
    expect(listed.filter(only13)).not.toEqual([])
  })
})

const only13 = (scheme: number): boolean => scheme >> 8 === 0x09 || (scheme >= 0x081a && scheme <= 0x081c)
