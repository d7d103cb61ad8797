import { describe, expect, test } from 'vitest'
import { client12, server12, suite } from '../harness/legacy.ts'
import { Type } from '../harness/names.ts'
import { join } from '../harness/pair.ts'
import * as victim from '../harness/victim.ts'

/**
 * POODLE, Lucky 13 (RFC 5246 §6.2.3.2, §7.2.2): what was wrong with a record under CBC is told by nothing that leaves the
 * connection, neither its bytes nor how many there are, nor by what the program is told.
 */
const BLOCK = 16

/** A record of the peer's, with one byte of its ciphertext changed; counted from the end where it is negative. */
const changed = (at: number) => (wire: Uint8Array) => {
  const out = wire.slice()
  out[at < 0 ? out.length + at : 5 + at] ^= 0x55
  return out
}

/** Without its last blocks. */
const cut = (blocks: number) => (wire: Uint8Array) => {
  const out = wire.slice(0, wire.length - BLOCK * blocks)
  out.set([(out.length - 5) >> 8, (out.length - 5) & 255], 3)
  return out
}

const SPOILT: readonly [string, (wire: Uint8Array) => Uint8Array][] = [
  // Flips a bit of the last byte: the length of the padding.
  ['another length of padding', changed(-BLOCK - 1)],
  ['a padding byte', changed(-BLOCK - 2)],
  ['the content', changed(0)],
  ['the MAC', changed(-3 * BLOCK)],
  ['all of the last block', changed(-1)],
  ['a block less', cut(1)],
  ['two blocks less', cut(2)],
  ['hardly anything', cut(6)],
]

describe.each([0x0301, 0x0302, 0x0303] as const)('a spoilt record under CBC, version %i', (version) => {
  describe.each([
    ['MAC, then encrypt', false],
    ['encrypt, then MAC', true],
  ])('%s', (_order, encryptThenMac) => {
    test.each(['client', 'server'] as const)('at a %s: one answer to all of them', (side) => {
      const cbc = suite(0xc013)
      const answers = SPOILT.map(([, spoil]) => {
        const ours = { encryptThenMac, cbcRecordSplitting: false }
        const theirs = { ...server12(cbc, version), ...ours }
        const scene =
          side === 'client'
            ? victim.client(undefined, { ...client12(cbc, version), ...ours }, theirs)
            : victim.server(undefined, theirs, { ...client12(cbc, version), ...ours })
        victim.afterwards(scene, ({ writer, raw }) => {
          writer.write(Type.application_data, new Uint8Array(90))
          raw.push(spoil(join(writer.takeOutput())))
        })
        const [{ error }] = scene.victim.all('error')
        const { reason, alert } = error
        // What a record's header says is no secret.
        const message = error.message.replace(/\d+/, '…')
        return { reason, message, alert, alerts: scene.evil.alerts, data: scene.victim.data.length }
      })
      expect([...new Set(answers.map((answer) => JSON.stringify(answer)))]).toHaveLength(1)
      expect(answers[0]).toMatchObject({
        reason: 'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
        alert: 20,
        alerts: [{ level: 2, alert: 20, protected: true }],
        data: 0,
      })
    })
  })
})
