import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { parseCipherList, parseTls13Suites } from '../src/cipher-list.ts'
import { cipherSuiteById } from '../src/cipher-suites.ts'

const names = (text: string) => parseCipherList(text).suites.map((id) => cipherSuiteById(id)!.name)

/** What Debian's openssl leaves out, we leave out, or nobody has. */
const foreign = /ARIA|DSS|SRP|DES-CBC3|3DES/

const openssl = spawnSync('openssl', ['version']).status === 0

/** Node's own default list, and lists people write. */
const LISTS = [
  'ALL',
  'ALL:COMPLEMENTOFALL',
  'DEFAULT',
  'DEFAULT:!SHA1',
  'HIGH',
  'HIGH:!aNULL:!MD5',
  'HIGH:!aNULL:!kRSA:!PSK',
  'ECDHE+AESGCM:ECDHE+CHACHA20',
  'ECDHE+AESGCM:DHE+AESGCM:ECDHE+AES:!SHA1',
  'ALL:+SHA1',
  'ALL:-AES128:AES128',
  'ALL:!COMPLEMENTOFDEFAULT',
  'AES128:AES256:@STRENGTH',
  'kRSA:+AES',
  'ALL:@STRENGTH',
  'eNULL',
  'NULL:!MD5',
  'ADH:AECDH',
  'kEECDH+aRSA',
  'AES:-SHA256:+AESGCM',
  'PSK',
  'kDHEPSK:kPSK:kRSAPSK',
  'AESCCM',
  'AESCCM8',
  'CAMELLIA',
  'SHA256',
  'SHA384:SHA256',
  'TLSv1',
  'SSLv3',
  'TLSv1.2',
  'ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA',
  'nonsense:AES128-SHA',
  'AES128-SHA, AES256-SHA',
  'RSA:!RSA:RSA:AES',
  'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA256:DHE-RSA-AES256-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA',
]

describe.skipIf(!openssl)(
  'the cipher-list language (against `openssl ciphers`; skipped where openssl is not installed)',
  () => {
    it.each(LISTS)('%s', (list) => {
      const theirs = execFileSync('openssl', ['ciphers', '-s', '-tls1_2', '-psk', `${list}:@SECLEVEL=0`], {
        encoding: 'utf8',
      })
        .trim()
        .split(':')
      const expected = theirs.filter((name) => !foreign.test(name) && !name.startsWith('TLS_'))
      expect(names(list).filter((name) => !foreign.test(name))).toEqual(expected)
    })
  },
)

describe('the cipher-list language', () => {
  it('answers to IANA names', () => {
    expect(names('TLS_RSA_WITH_AES_128_CBC_SHA')).toEqual(['AES128-SHA'])
  })

  it('reads @SECLEVEL', () => {
    expect(parseCipherList('HIGH:@SECLEVEL=0').securityLevel).toBe(0)
    expect(parseCipherList('ALL@SECLEVEL=0').securityLevel).toBe(0)
    expect(parseCipherList('HIGH').securityLevel).toBeUndefined()
  })

  it.each(['', 'nonsense', '!ALL', 'ALL:!ALL'])('refuses %j, which leaves nothing', (list) => {
    expect(() => parseCipherList(list)).toThrow(
      expect.objectContaining({ code: 'ERR_SSL_NO_CIPHER_MATCH', library: 'SSL routines', reason: 'no cipher match' }),
    )
  })

  it.each(['ALL:@NONSENSE', 'ALL:@SECLEVEL=9'])('refuses the command in %j', (list) => {
    expect(() => parseCipherList(list)).toThrow(expect.objectContaining({ code: 'ERR_SSL_INVALID_COMMAND' }))
  })

  it('reads TLS 1.3 suites in the order given', () => {
    expect(parseTls13Suites('TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384')).toEqual([0x1301, 0x1302])
    expect(() => parseTls13Suites('TLS_NONSENSE')).toThrow(expect.objectContaining({ code: 'ERR_SSL_NO_CIPHER_MATCH' }))
  })
})
