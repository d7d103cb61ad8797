import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority, encodePem, parsePem } from '@x/x509'
import { describe, expect, it } from 'vitest'
import { readAuthorities } from '../src/authorities.ts'
import { TlsContext } from '../src/context.ts'

const make = (subject: string) => createAuthority({ provider: nodeProvider, subject }).cert
const [first, second] = [make('First'), make('Second')]
const der = (pem: string) => parsePem(pem)[0]!.bytes
const names = (text: string | Uint8Array) => readAuthorities(text).map(({ subject }) => `${subject}`)

/** X509_CERT_AUX that trusts for servers only: SEQUENCE { SEQUENCE { serverAuth } } (openssl x509 -addtrust). */
const FOR_SERVERS = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1)
const trusted = (pem: string) => encodePem('TRUSTED CERTIFICATE', Uint8Array.of(...der(pem), ...FOR_SERVERS))

describe('the certificates of a `ca`', () => {
  it('are all blocks of the text, whatever stands between them', () => {
    expect(names(`# a comment\n${first}junk\n${second}`)).toEqual(['CN=First', 'CN=Second'])
    expect(names(new TextEncoder().encode(first + second))).toEqual(['CN=First', 'CN=Second'])
    expect(names(der(first))).toEqual(['CN=First'])
  })

  it.each([
    ['DER that is no certificate', encodePem('CERTIFICATE', Uint8Array.of(0x30, 1, 0))],
    ['a body that is not base64', '-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n'],
    ['no end', '-----BEGIN CERTIFICATE-----\nMIIB\n'],
  ])('are those before the first bad block: %s', (_, bad) => {
    expect(names(first + bad)).toEqual(['CN=First'])
    expect(names(bad + second)).toEqual([])
  })

  it('include trusted ones, with what they are trusted for', () => {
    expect(names(trusted(first) + second)).toEqual(['CN=First', 'CN=Second'])
    expect(readAuthorities(trusted(first) + second).map(({ trust }) => trust)).toEqual([
      { trusted: ['1.3.6.1.5.5.7.3.1'], rejected: undefined },
      undefined,
    ])
    expect(names(encodePem('TRUSTED CERTIFICATE', der(first)))).toEqual(['CN=First'])
  })

  it('end before one whose trust settings cannot be read: nobody is trusted for more than was said', () => {
    const cut = encodePem('TRUSTED CERTIFICATE', Uint8Array.of(...der(second), ...FOR_SERVERS.subarray(0, -1)))
    expect(names(first + cut)).toEqual(['CN=First'])
  })

  it('are trusted by a context', () => {
    const context = new TlsContext({ provider: nodeProvider, ca: [`${first}-----BEGIN CERTIFICATE-----\n`, second] })
    expect([...context.authorities].map(({ subject }) => `${subject}`)).toEqual(['CN=First', 'CN=Second'])
  })
})

describe('options set later', () => {
  it('hold for connections to come', () => {
    const context = new TlsContext({ provider: nodeProvider })
    expect(context.serverConfig()).toMatchObject({ tickets: true, versions: [0x0304, 0x0303] })
    context.setOptions(0x4000 /* SSL_OP_NO_TICKET */ | 0x20000000 /* SSL_OP_NO_TLSv1_3 */)
    expect(context.serverConfig()).toMatchObject({ tickets: false, versions: [0x0303] })
  })
})
