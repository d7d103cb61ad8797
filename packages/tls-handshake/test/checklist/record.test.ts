import { nodeProvider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import { TlsConnection } from '../../src/index.ts'
import { evilClient } from '../harness/evil.ts'
import { Type } from '../harness/names.ts'
import { clientConfig, End, handshake, join, pump, serverConfig, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client, expectAlert, play, type Scene, server } from '../harness/victim.ts'

/** A server that gets these bytes and nothing else. */
function firstBytes(...bytes: number[]): Scene {
  const scene = { victim: new End(TlsConnection.server(serverConfig())), evil: evilClient() }
  scene.evil.takeOutput()
  scene.victim.tls.receive(Uint8Array.from(bytes))
  scene.victim.drain()
  play(scene)
  return scene
}

const ascii = (text: string): number[] => [...utf8(text)]

describe('record layer', () => {
  rows([
    [
      'RFC 9846 §5.2 #2, #5: a protected record over 2^14+256 bytes, from its header alone',
      () => afterwards(client(), (evil) => evil.bytes(Uint8Array.of(23, 3, 3, 0x41, 0x01))),
      'record_overflow',
      'ENCRYPTED_LENGTH_TOO_LONG',
    ],
    [
      'RFC 9846 §5.1 #16: a plaintext record over 2^14 bytes, from its header alone',
      () => firstBytes(22, 3, 1, 0x40, 0x01),
      'record_overflow',
      'DATA_LENGTH_TOO_LONG',
    ],
    [
      'RFC 9846 §5.4 #6: content, type and padding over 2^14+1 bytes',
      () =>
        afterwards(client(), (evil) => {
          evil.writer.maxFragment = evil.writer.peerMaxFragment = 16385
          evil.writer.maxInner = 1 << 20
          evil.record(23, new Uint8Array(16385))
        }),
      'record_overflow',
      'DATA_LENGTH_TOO_LONG',
    ],
    [
      'RFC 9846 §5.2 #3: a wrong tag',
      () =>
        afterwards(server(), (evil) => {
          evil.record(23, utf8('data'))
          const sealed = join(evil.writer.takeOutput())
          sealed[sealed.length - 1] ^= 1
          evil.bytes(sealed)
        }),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'too short to hold a tag',
      () => afterwards(server(), (evil) => evil.plain(23, new Uint8Array(15))),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'an outer type other than application_data',
      () =>
        afterwards(client(), (evil) => {
          evil.record(23, utf8('data'))
          const sealed = join(evil.writer.takeOutput())
          sealed[0] = Type.handshake
          evil.bytes(sealed)
        }),
      'unexpected_message',
      'BAD_RECORD_TYPE',
    ],
    [
      'RFC 9846 §5.4 #5: an inner plaintext without a type',
      () => afterwards(client(), (evil) => evil.record(0, new Uint8Array(20))),
      'unexpected_message',
      'BAD_RECORD_TYPE',
    ],
    ['padding is stripped', () => client(undefined, {}, { padding: () => 300 })],
    [
      'RFC 9846 §5 #5: an unknown content type',
      () => firstBytes(24, 3, 1, 0, 1),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    [
      'RFC 9846 §5 #5: an unknown content type inside the protection',
      () => afterwards(client(), (evil) => evil.record(24, utf8('data'))),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    [
      'RFC 9846 E.5 #11: another major version',
      () => firstBytes(22, 2, 3, 0, 1),
      'protocol_version',
      'WRONG_VERSION_NUMBER',
    ],
    [
      'RFC 9846 §5.1 #14: a record version other than 0x0303 after negotiation',
      () =>
        afterwards(client(), (evil) => {
          evil.writer.version = 0x0302
          evil.record(23, utf8('data'))
        }),
      'protocol_version',
      'WRONG_VERSION_NUMBER',
    ],
    [
      'the 33rd empty record in a row',
      () =>
        afterwards(client(), (evil) => {
          for (let i = 0; i < 33; i++) evil.record(23, new Uint8Array(0))
        }),
      'unexpected_message',
      'TOO_MANY_EMPTY_FRAGMENTS',
    ],
    [
      '32 empty records pass',
      () =>
        afterwards(client(), (evil) => {
          for (let i = 0; i < 32; i++) evil.record(23, new Uint8Array(0))
        }),
    ],
    [
      'RFC 9846 §5.4 #3: an empty handshake record',
      () => afterwards(client(), (evil) => evil.record(22, new Uint8Array(0))),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    [
      'RFC 9846 §5.4 #3: an empty alert record',
      () => afterwards(client(), (evil) => evil.record(21, new Uint8Array(0))),
      'unexpected_message',
      'UNEXPECTED_RECORD',
    ],
    ['plain HTTP', () => firstBytes(...ascii('GET / HTTP/1.1\r\n')), 'protocol_version', 'HTTP_REQUEST'],
    ['an HTTP proxy request', () => firstBytes(...ascii('CONNECT x:443')), 'protocol_version', 'HTTPS_PROXY_REQUEST'],
    ['garbage', () => firstBytes(0x80, 0x2e, 1, 2, 3, 4), 'protocol_version', 'WRONG_VERSION_NUMBER'],
  ])

  test('RFC 9846 §5.1 #13, #17: 0x0301 in front of the first ClientHello, 0x0303 afterwards', () => {
    const tls = TlsConnection.client(clientConfig({ keyShares: [] }))
    expect(join(tls.takeOutput()).subarray(0, 3)).toEqual(Uint8Array.of(22, 3, 1))
    const retry = TlsConnection.server(serverConfig())
    const first = TlsConnection.client(clientConfig({ keyShares: [] }))
    retry.receive(join(first.takeOutput()))
    first.receive(join(retry.takeOutput()))
    const second = join(first.takeOutput())
    expect(second.subarray(0, 6)).toEqual(Uint8Array.of(20, 3, 3, 0, 1, 1))
    expect(second.subarray(6, 9)).toEqual(Uint8Array.of(22, 3, 3))
  })

  test('an encrypted flight goes out in one record', () => {
    const { evil } = client()
    const victim = new End(TlsConnection.server(serverConfig()))
    victim.tls.receive(evilClient().takeOutput())
    const flight = join(victim.tls.takeOutput())
    const types: number[] = []
    for (let at = 0; at < flight.length; at += 5 + ((flight[at + 3] << 8) | flight[at + 4])) types.push(flight[at])
    expect(types).toEqual([Type.handshake, Type.change_cipher_spec, Type.application_data])
    expect(evil.error).toBeUndefined()
  })

  test('the fragment size applies to handshake records too', () => {
    const victim = new End(TlsConnection.server(serverConfig({ maxSendFragment: 512 })))
    victim.tls.receive(evilClient().takeOutput())
    const flight = join(victim.tls.takeOutput())
    for (let at = 0; at < flight.length; ) {
      const length = (flight[at + 3] << 8) | flight[at + 4]
      expect(length).toBeLessThanOrEqual(512 + 17)
      at += 5 + length
    }
  })

  test('what was written before a KeyUpdate keeps its keys', () => {
    const scene = client()
    const { victim } = scene
    victim.tls.write(utf8('before '))
    victim.tls.updateKeys()
    victim.tls.write(utf8('after'))
    play(scene)
    expect(join(scene.evil.data)).toEqual(utf8('before after'))
  })

  test('RFC 9846 §5.5 #1: keys are changed before their limit', () => {
    const { 'aes-128-gcm': gcm } = nodeProvider.aeads
    const provider = { ...nodeProvider, aeads: { 'aes-128-gcm': { ...gcm!, recordLimit: 10 } } }
    const pair = handshake({ provider, maxSendFragment: 512 })
    const before = pair.client.tls.trafficSecrets!.write.slice()
    const bytes = nodeProvider.randomBytes(512 * 40)
    pair.client.tls.write(bytes)
    pump(pair)
    expect(pair.server.all('keyUpdate').length).toBeGreaterThanOrEqual(6)
    expect(pair.client.tls.trafficSecrets!.write).not.toEqual(before)
    expect(Buffer.compare(pair.server.data, bytes)).toBe(0)
  })

  test('a fatal alert is in the output when the error is reported', () => {
    expectAlert(firstBytes(...ascii('hello world')), 'protocol_version')
  })
})
