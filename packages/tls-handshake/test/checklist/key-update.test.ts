import { describe, expect, test } from 'vitest'
import type { ClientConfig } from '../../src/index.ts'
import { updateWriteKeys } from '../../src/tls13/key-update.ts'
import { message } from '../harness/edit.ts'
import type { EvilPeer } from '../harness/evil.ts'
import { Message, Type } from '../harness/names.ts'
import { handshake, join, pump, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client } from '../harness/victim.ts'

const keyUpdate = (value: number): Uint8Array => message(Message.key_update, Uint8Array.of(value))

function update(evil: EvilPeer, value = 0): void {
  evil.record(Type.handshake, keyUpdate(value))
  changeKeys(evil)
}

function changeKeys(evil: EvilPeer): void {
  evil.raw.push(...evil.writer.takeOutput())
  updateWriteKeys({
    secrets: evil.secrets,
    wire: {
      changeWriteKeys(keys) {
        evil.writer.protection = keys.writer()
      },
    },
  })
}

describe('KeyUpdate', () => {
  rows([
    [
      'RFC 9846 §4.7.3 #4: a value other than 0 and 1',
      () => afterwards(client(), (evil) => evil.record(Type.handshake, keyUpdate(2))),
      'illegal_parameter',
      'BAD_KEY_UPDATE',
    ],
    [
      'more than 32 without application data',
      () =>
        afterwards(client(), (evil) => {
          for (let i = 0; i < 33; i++) update(evil)
        }),
      'unexpected_message',
      'TOO_MANY_KEY_UPDATES',
    ],
    [
      '32 are fine',
      () =>
        afterwards(client(), (evil) => {
          for (let i = 0; i < 32; i++) update(evil)
        }),
    ],
    [
      'RFC 9846 §4.7.3 #3: the old key after a KeyUpdate',
      () =>
        afterwards(client(), (evil) => {
          evil.record(Type.handshake, keyUpdate(0))
          evil.record(Type.application_data, utf8('old key'))
        }),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'RFC 9846 §4.7.3 #8: the new key without a KeyUpdate',
      () =>
        afterwards(client(), (evil) => {
          changeKeys(evil)
          evil.record(Type.application_data, utf8('new key'))
        }),
      'bad_record_mac',
      'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    ],
    [
      'two in a record',
      () =>
        afterwards(client(), (evil) => {
          const one = keyUpdate(0)
          evil.record(Type.handshake, new Uint8Array([...one, ...one]))
        }),
      'unexpected_message',
      'NOT_ON_RECORD_BOUNDARY',
    ],
  ])

  test('RFC 9846 §4.7.3 #2, #7, RFC 9846 §7.2 #1: under the old keys it goes out, and all that follows under the next', () => {
    const scene = client()
    const { victim, evil } = scene
    const { write } = victim.tls.trafficSecrets!
    const before = write.slice()
    victim.tls.write(utf8('old, '))
    victim.tls.updateKeys()
    victim.tls.write(utf8('new'))
    // The peer changes its own keys at the message, and opens everything: in front of it by the old ones, behind it by the new.
    evil.receive(join(victim.tls.takeOutput()))
    expect(evil.error).toBeUndefined()
    expect(evil.received.at(-1)).toBe(Message.key_update)
    expect(join(evil.data)).toEqual(utf8('old, new'))
    expect(victim.tls.trafficSecrets!.write).not.toEqual(before)
    // The secret that was is gone.
    expect([...write].filter((byte) => byte !== 0)).toEqual([])
  })

  test('RFC 9846 §4.7.3 #6: a second request waits for the answer to the first', () => {
    const asked: number[] = []
    const onMessage: ClientConfig['onMessage'] = (direction, type, bytes) => {
      if (direction === 'write' && type === Type.handshake && bytes[0] === Message.key_update) asked.push(bytes[4])
    }
    const pair = handshake({ onMessage })
    for (let i = 0; i < 3; i++) pair.client.tls.updateKeys({ requestPeer: true })
    expect(asked).toEqual([1, 0, 0])
    pump(pair)
    pair.server.tls.write(utf8('with the answer'))
    pump(pair)
    pair.client.tls.updateKeys({ requestPeer: true })
    expect(asked).toEqual([1, 0, 0, 1])
  })

  test('RFC 9846 §4.7.3 #5: many requests, one answer, before the next application data', () => {
    const pair = handshake()
    for (let i = 0; i < 5; i++) {
      pair.server.tls.updateKeys({ requestPeer: true })
      pump(pair)
      // A second request may not go out before the first is answered.
    }
    expect(pair.client.all('keyUpdate')).toHaveLength(5)
    expect(pair.server.all('keyUpdate')).toHaveLength(0)
    pair.client.tls.write(utf8('data'))
    pump(pair)
    expect(pair.server.types.slice(-2)).toEqual(['keyUpdate', 'data'])
    pair.client.tls.write(utf8('more'))
    pump(pair)
    expect(pair.server.all('keyUpdate')).toHaveLength(1)
    expect(pair.server.text).toBe('datamore')
  })
})
