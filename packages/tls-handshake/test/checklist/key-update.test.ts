import { describe, expect, test } from 'vitest'
import { updateWriteKeys } from '../../src/tls13/key-update.ts'
import { message } from '../harness/edit.ts'
import type { EvilPeer } from '../harness/evil.ts'
import { Message, Type } from '../harness/names.ts'
import { handshake, pump, utf8 } from '../harness/pair.ts'
import { rows } from '../harness/table.ts'
import { afterwards, client } from '../harness/victim.ts'

const keyUpdate = (value: number): Uint8Array => message(Message.key_update, Uint8Array.of(value))

function update(evil: EvilPeer, value = 0): void {
  evil.record(Type.handshake, keyUpdate(value))
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
