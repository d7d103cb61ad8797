import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { createAuthority } from '@x/x509'
import { peerCertificateReader, peerVerifier } from '@x/x509/verify'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { runReadme } from '../../../tools/workspace/readme.ts'
import { TlsConnection } from '../src/index.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

/** The text of a README's program with another in the place of what it has, which must be there. */
function instead(program: string, what: string, other: string): string {
  expect(program).toContain(what)
  return program.replace(what, other)
}

test('the program at the top of the README runs and prints what it says', () => {
  expect(runReadme(folder)).toBe('hello\n')
})

test('the program about raw public keys', () => {
  expect(runReadme(folder, (program) => program, 'rawPublicKey')).toBe('true 91\n')
})

test('the program about QUIC', () => {
  expect(runReadme(folder, (program) => program, 'quicClient')).toBe(
    'handshake write\napplication write\nhandshake read\napplication read\n',
  )
})

test('the program about Encrypted ClientHello', () => {
  expect(runReadme(folder, (program) => program, 'encodeEchConfig(')).toBe('1 92\n')
})

describe('an impostor reads nothing', () => {
  test.each([
    ['of another authority', `createAuthority({ provider }).issue('example.com')`],
    ['with another name', `authority.issue('impostor.example')`],
    [
      'whose certificate has expired',
      `authority.issue('example.com', { notBefore: new Date(0), notAfter: new Date(1) })`,
    ],
  ])('of the program at the top: %s', (_who, credentials) => {
    const printed = runReadme(folder, (program) =>
      instead(
        program,
        `authority.issue('example.com')`,
        `${credentials}\nprocess.on('exit', () => console.log(client.error.reason))`,
      ),
    )
    expect(printed).toBe('CERTIFICATE_VERIFY_FAILED\n')
  })

  describe('of the client in a page', () => {
    afterEach(() => {
      vi.unstubAllGlobals()
    })

    /** The function `get` of the README, without its types. */
    function programOfPage(): (relay: string, host: string, tls: TlsConnection) => Promise<string> {
      const readme = readFileSync(`${folder}/README.md`, 'utf8')
      const source = /export (function get\([\s\S]*?\n})\n/.exec(readme)![1]
      const plain = source
        .replace(/: (string|TlsConnection|Promise<string>)/g, '')
        .replace(/ as const| as Uint8Array<ArrayBuffer>/g, '')
      return new Function(`${plain}; return get`)() as ReturnType<typeof programOfPage>
    }

    /** @returns what the relay reads, and what the program gets */
    async function visit(credentials: ReturnType<ReturnType<typeof createAuthority>['issue']>) {
      const parseCertificate = peerCertificateReader(provider)
      const server = TlsConnection.server({
        provider,
        parseCertificate,
        credentials: [{ chain: credentials.chain.map(({ raw }) => raw), signer: credentials.privateKey! }],
      })
      let read = ''
      class Relay {
        onopen = () => {}
        onmessage = (_event: { data: Uint8Array }) => {}
        constructor() {
          queueMicrotask(() => this.onopen())
        }
        send(bytes: Uint8Array) {
          server.receive(new Uint8Array(bytes))
          for (const event of server.takeEvents()) {
            if (event.type !== 'data') continue
            read += new TextDecoder().decode(event.bytes)
            server.write(new TextEncoder().encode('HTTP/1.1 200 OK\r\n\r\nanswer'))
            server.close()
          }
          const out = Buffer.concat(server.takeOutput())
          if (out.length > 0) setImmediate(() => this.onmessage({ data: out }))
        }
      }
      vi.stubGlobal('WebSocket', Relay)
      const verifyPeer = peerVerifier({ anchors: [authority.certificate], provider })
      const tls = TlsConnection.client({ provider, serverName: 'example.com', parseCertificate, verifyPeer })
      const got = await programOfPage()('wss://relay', 'example.com', tls).catch(({ reason }) => reason as string)
      return { read, got }
    }

    const authority = createAuthority({ provider })

    test('it gets its answer from the right one', async () => {
      const { read, got } = await visit(authority.issue('example.com'))
      expect(read).toContain('GET / HTTP/1.1')
      expect(got).toContain('answer')
    })

    test.each([
      ['of another authority', () => createAuthority({ provider }).issue('example.com')],
      ['with another name', () => authority.issue('impostor.example')],
    ])('%s', async (_who, credentials) => {
      expect(await visit(credentials())).toEqual({ read: '', got: 'CERTIFICATE_VERIFY_FAILED' })
    })
  })
})
