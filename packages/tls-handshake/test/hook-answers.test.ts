import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import type { ClientConfig, ServerConfig, Session } from '../src/index.ts'
import { credential, parserFor } from './harness/credentials.ts'
import { suite } from './harness/legacy.ts'
import { connect, handshake, type Pair, pump, utf8 } from './harness/pair.ts'

/** What a hook answers is held to what it may answer: a slip ends one handshake, says so, and spoils nothing else. */

const ODD: [string, unknown][] = [
  ['true', true],
  ['false', false],
  ['0', 0],
  ['NaN', Number.NaN],
  ["''", ''],
  ['text', 'yes'],
  ['an empty object', {}],
  ['a list', [1]],
  ['a function', () => 1],
  ['a BigInt', 5n],
  ['an Error', new Error('x')],
  ['16-bit numbers', new Uint16Array(4)],
]
const psk = { identity: utf8('id'), key: new Uint8Array(32).fill(7), hash: 'sha256' as const }
const ECDHE_PSK = { cipherSuites: [suite(0xccac).id], versions: [0x0303 as const] }

interface Hook {
  readonly side: 'client' | 'server'
  readonly client?: Partial<ClientConfig>
  readonly server?: Partial<ServerConfig>
  readonly hook: (answer: () => never) => Partial<ClientConfig & ServerConfig>
  /** Odd values that are answers here. */
  readonly takes?: readonly string[]
}

const alpn = { alpnProtocols: [utf8('h2')] }
const hooks: Record<string, Hook> = {
  now: { side: 'server', hook: (now) => ({ now }), takes: ['0'] },
  'now of a client': { side: 'client', hook: (now) => ({ now }), takes: ['0'] },
  selectAlpn: { side: 'server', client: alpn, hook: (selectAlpn) => ({ selectAlpn }) },
  ocspResponse: { side: 'server', client: { requestOcsp: true }, hook: (ocspResponse) => ({ ocspResponse }) },
  onClientHello: { side: 'server', hook: (onClientHello) => ({ onClientHello }), takes: ['an empty object'] },
  cookie: { side: 'server', hook: (cookie) => ({ cookie }) },
  selectPsk: { side: 'server', client: { psks: [psk] }, hook: (selectPsk) => ({ selectPsk }) },
  'pskCallback of a server': {
    side: 'server',
    client: { ...ECDHE_PSK, pskCallback: () => psk },
    server: ECDHE_PSK,
    hook: (pskCallback) => ({ pskCallback }),
  },
  'pskCallback of a client': {
    side: 'client',
    client: ECDHE_PSK,
    server: { ...ECDHE_PSK, pskCallback: () => psk.key },
    hook: (pskCallback) => ({ pskCallback }),
  },
  selectClientCredential: {
    side: 'client',
    server: { requestCertificate: true },
    hook: (selectClientCredential) => ({ selectClientCredential }),
  },
  rewriteClientHello: { side: 'client', hook: (rewriteClientHello) => ({ rewriteClientHello }) },
  'padding of records': { side: 'server', hook: (padding) => ({ padding }), takes: ['0'] },
  'seal of tickets': { side: 'server', hook: (seal) => ({ ticketKeys: { seal, open: () => null } }) },
  'sign of a Signer': {
    side: 'server',
    hook: (sign) => {
      const { chain, signer } = credential('p256')
      return { credentials: [{ chain, signer: { ...signer, publicKey: signer.publicKey, type: signer.type, sign } }] }
    },
  },
}

const settings = (config: Partial<ClientConfig>) => config
/** With the other provider, which reads certificates its own way. */
const by = (provider: typeof nodeProvider) =>
  settings({ provider, parseCertificate: parserFor(provider) }) as Partial<ClientConfig & ServerConfig>

describe.each([nodeProvider, portableProvider])('$name provider', (provider) => {
  const run = (client: Partial<ClientConfig>, server: Partial<ServerConfig>): Pair =>
    handshake(
      { ...by(provider), ...client },
      { ...by(provider), credentials: [credential('p256', provider)], ...server },
    )

  describe.each(Object.entries(hooks))('%s', (_, { side, client = {}, server = {}, hook, takes = [] }) => {
    test.each(ODD.filter(([name]) => !takes.includes(name)))('answers with %s', (_name, value) => {
      const odd = hook((() => value) as never)
      const pair = run({ ...client, ...(side === 'client' && odd) }, { ...server, ...(side === 'server' && odd) })
      expect(pair[side].tls.error).toMatchObject({ reason: 'INVALID_ARGUMENT', blame: 'config' })
      // Nobody else's connection suffers.
      expect(run({}, {}).client.types).toContain('secure')
    })
  })

  const tickets = { seal: (bytes: Uint8Array) => bytes, open: (session: Uint8Array) => ({ session, renew: false }) }

  describe.each([0x0303, 0x0304] as const)('stores and tickets of version %i', (version) => {
    const only = { versions: [version] }
    const made = () => run(only, { ...only, ticketKeys: tickets }).client.event('session')!.session
    test.each([...ODD, ['nothing', undefined], ['null', null]])('%s is no session: a full handshake', (_, value) => {
      const session = made()
      const stores: Partial<ServerConfig>[] = [
        { ticketKeys: { ...tickets, open: () => value as never } },
        { ticketKeys: { ...tickets, open: () => ({ session: value as never, renew: false }) } },
        { ticketKeys: { ...tickets, sealSession: () => null, openSession: () => value as never } },
        {
          ticketKeys: {
            ...tickets,
            sealSession: () => null,
            openSession: () => ({ session: value as never, renew: false }),
          },
        },
      ]
      for (const store of stores) {
        const pair = run({ ...only, session }, { ...only, ...store })
        expect(pair.server.tls.error).toBeUndefined()
        expect(pair.server.event('secure')).toBeDefined()
        expect(pair.server.tls.resumed).toBe(false)
      }
    })
  })

  test.each([...ODD, ['1', 1] as [string, unknown]].filter(([name]) => name !== 'true'))(
    'antiReplay that answers %s is no',
    (_, value) => {
      const accepting = { ticketKeys: tickets, maxEarlyData: 100, antiReplay: () => true }
      const session: Session = run({}, accepting).client.event('session')!.session
      const attempt = (antiReplay: () => never) => {
        const shown = { ...by(provider), verifyPeer: () => ({ ok: true }), serverName: 'localhost', versions: [0x0304] }
        const pair = connect(
          { ...shown, session, earlyData: true } as ClientConfig,
          {
            ...shown,
            serverName: undefined,
            credentials: [credential('p256', provider)],
            ...accepting,
            antiReplay,
          } as never,
        )
        pair.client.tls.writeEarly(utf8('early'))
        pump(pair)
        return pair.server.tls.earlyDataAccepted
      }
      expect(attempt((() => true) as never)).toBe(true)
      expect(attempt((() => value) as never)).toBe(false)
    },
  )
})
