import { describe, expect, test } from 'vitest'
import { type ClientConfig, type Connection, type Credential, type ServerConfig, TlsConnection } from '../src/index.ts'
import { credential } from './harness/credentials.ts'
import { accept, clientConfig, End, pump, serverConfig, utf8 } from './harness/pair.ts'

type Act = (tls: Connection) => void

/** What a program may do in a hook, though it had better not. */
const acts: Readonly<Record<string, Act>> = {
  abort: (tls) => tls.abort(80),
  close: (tls) => tls.close(),
  write: (tls) => tls.write(utf8('early')),
  updateKeys: (tls) => tls.updateKeys({ requestPeer: true }),
  takeOutput: (tls) => void tls.takeOutput(),
  receive: (tls) => tls.receive(Uint8Array.of(23, 3, 3, 0, 1, 0)),
  receiveEnd: (tls) => tls.receiveEnd(),
  requestClientCertificate: (tls) => void tls.requestClientCertificate(),
  throw: () => {
    throw new Error('a hook')
  },
}

type Wrap = <A extends unknown[], R>(hook: (...args: A) => R) => (...args: A) => R

const signing = (one: Credential, wrap: Wrap): Credential => ({
  ...one,
  signer: Object.assign(Object.create(one.signer), { sign: wrap(one.signer.sign.bind(one.signer)) }),
})

/** Hooks of both sides, each as a configuration that calls it. */
const hooks: Readonly<Record<string, (wrap: Wrap) => Partial<ClientConfig & ServerConfig>>> = {
  onKeyLog: (wrap) => ({ onKeyLog: wrap(() => {}) }),
  onMessage: (wrap) => ({ onMessage: wrap(() => {}) }),
  verifyPeer: (wrap) => ({ verifyPeer: wrap(accept) }),
  now: (wrap) => ({ now: wrap(() => Date.now()) }),
  padding: (wrap) => ({ padding: wrap(() => 0) }),
  selectAlpn: (wrap) => ({ selectAlpn: wrap((offered: readonly Uint8Array[]) => offered[0]) }),
  onClientHello: (wrap) => ({ onClientHello: wrap(() => undefined) }),
  onCertificateRequest: (wrap) => ({ onCertificateRequest: wrap(() => {}) }),
  seal: (wrap) => ({ ticketKeys: { seal: wrap((session: Uint8Array) => session), open: () => null } }),
}

describe('a hook may call the connection', () => {
  for (const version of [0x0303, 0x0304] as const) {
    for (const side of ['client', 'server'] as const) {
      for (const [hook, configure] of [...Object.entries(hooks), ['sign', undefined] as const]) {
        for (const [name, act] of Object.entries(acts)) {
          test(`TLS ${version.toString(16)}, ${side}: ${name} in ${hook}`, () => {
            for (let nth = 1; nth <= 5; nth++) {
              let calls = 0
              let us: Connection | undefined
              const wrap: Wrap =
                (fn) =>
                (...args) => {
                  if (us && ++calls === nth) act(us)
                  return fn(...args)
                }
              const certificates = { client: credential('client'), server: credential('p256') }
              const common = (who: 'client' | 'server') => ({
                versions: [version],
                alpnProtocols: [utf8('h2')],
                credentials: [who === side && hook === 'sign' ? signing(certificates[who], wrap) : certificates[who]],
                ...(who === side && configure?.(wrap)),
              })
              const client = new End(TlsConnection.client(clientConfig(common('client'))))
              const server = new End(
                TlsConnection.server(serverConfig({ requestCertificate: true, ...common('server') })),
              )
              const pair = { client, server }
              us = pair[side].tls
              pump(pair)
              if (client.tls.writable && server.tls.writable) {
                client.tls.write(utf8('question'))
                server.tls.write(utf8('answer'))
                pump(pair)
              }
              if (calls < nth) break
              for (const end of [client, server]) {
                expect(end.all('error').length).toBeLessThan(2)
                if (end.event('error')) expect(end.events.at(-1)?.type).toBe('error')
              }
              const ours = pair[side]
              const theirs = pair[side === 'client' ? 'server' : 'client']
              if (name === 'abort') {
                expect(ours.tls.error?.alert).toBe(80)
                expect(ours.tls.error?.message).toContain('ended by the application')
                // Padding is asked for when the data is being sealed.
                if (hook !== 'padding') expect(theirs.text).toBe('')
              }
              if (name === 'write' || name === 'updateKeys' || name === 'requestClientCertificate') {
                expect(client.tls.error ?? server.tls.error).toBeUndefined()
                expect(server.text).toContain('question')
                expect(client.text).toContain('answer')
              }
              if (name === 'throw') expect(`${ours.tls.error?.message}`).toContain('a hook')
            }
          })
        }
      }
    }
  }

  test('a thenable that answers in the very call, and twice', () => {
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: what this is about
      then(yes: (verdict: { ok: boolean }) => void) {
        yes({ ok: true })
        yes({ ok: true })
      },
    }
    const pair = {
      client: new End(TlsConnection.client(clientConfig({ verifyPeer: () => thenable as never }))),
      server: new End(TlsConnection.server(serverConfig())),
    }
    pump(pair)
    expect(pair.client.all('secure')).toHaveLength(1)
    expect(pair.client.tls.error).toBeUndefined()
  })
})
