import { describe, expect, it } from 'vitest'
import { encodePem, parsePem, X509Error } from '../src/index.ts'

const block = (label: string) => encodePem(label, new Uint8Array(48).fill(7)).trim()

describe('the line of an END', () => {
  for (const [name, behind] of [
    ['another block', block('CERTIFICATE')],
    ['a blank and another block', ` ${block('PRIVATE KEY')}`],
    ['text', 'text'],
    ['a dash', '-'],
  ] as const) {
    it(`holds no more: ${name}`, () => {
      const first = block('CERTIFICATE')
      expect(() => parsePem(`${first}${behind}\n`)).toThrow(X509Error)
      expect(() => parsePem(`${first}${behind}\n`)).toThrow(
        expect.objectContaining({ code: 'INVALID_PEM', offset: first.length }),
      )
    })
  }

  it('may have blanks, any line ending, or none', () => {
    for (const behind of ['', '\n', '\r\n', '\r', ' \t\n', `\n${block('CERTIFICATE')}`]) {
      expect(parsePem(`${block('CERTIFICATE')}${behind}`)[0]!.bytes).toHaveLength(48)
    }
  })
})
