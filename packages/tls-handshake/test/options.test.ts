import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { TlsError } from '@x/tls-record'
import { afterEach, describe, expect, test } from 'vitest'
import { COMMON } from '../src/checked-config.ts'
import { CLIENT } from '../src/client/client-options.ts'
import { tlsClient } from '../src/client.ts'
import { tls13Client } from '../src/client13.ts'
import {
  type ClientConfig,
  type Connection,
  randomTicketProtection,
  type ServerConfig,
  type Session,
  sharedConfig,
  TlsConnection,
} from '../src/index.ts'
import { SERVER } from '../src/server/server-options.ts'
import { credential, parseCertificate } from './harness/credentials.ts'
import { clientConfig, connect, handshake, pump, serverConfig, utf8 } from './harness/pair.ts'

const PROVIDERS = [
  ['node', nodeProvider],
  ['portable', portableProvider],
] as const

type Given = Record<string, unknown>
type Entry = (config: Given) => Connection

/** Every function that takes a configuration, with one that it takes. */
const entries: Record<string, { readonly side: 'client' | 'server'; readonly make: Entry }> = {
  'TlsConnection.client': {
    side: 'client',
    make: (config) => TlsConnection.client(clientConfig(config)),
  },
  'TlsConnection.server': {
    side: 'server',
    make: (config) => TlsConnection.server(serverConfig(config)),
  },
  tlsClient: { side: 'client', make: (config) => tlsClient(clientConfig(config)) },
  tls13Client: { side: 'client', make: (config) => tls13Client(clientConfig(config)) },
}

const refused = (make: () => unknown, ...words: readonly string[]): void => {
  let error: unknown
  try {
    make()
  } catch (thrown) {
    error = thrown
  }
  expect(error, words.join(' ')).toBeInstanceOf(TlsError)
  expect(error).toMatchObject({ reason: 'INVALID_ARGUMENT', blame: 'config' })
  for (const word of words) expect((error as Error).message).toContain(word)
}

const bytes = Uint8Array.of(1)
const certificate = credential('p256')

/** Every option of a type: one that is missing here, or too much, is a type error. */
type Wrong<T> = { readonly [name in keyof Required<T>]: readonly unknown[] }

/** Values that an option must not have. */
const WRONG = {
  provider: [null, 5, {}],
  versions: ['TLSv1.3', [0x0300], [0x0305], [Number.NaN], ['TLSv1.3'], [undefined]],
  cipherSuites: [[-1], [0x10000], [1.5], [Number.NaN], 'TLS_AES_128_GCM_SHA256'],
  groups: ['x25519', [29], ['x25591'], ['X25519']],
  signatureSchemes: [['ed25519'], [null]],
  certificateSignatureSchemes: [0x0403],
  parseCertificate: [null, 'yes', {}],
  credentials: [
    {},
    [null],
    [{ chain: [bytes] }],
    [{ chain: [], signer: certificate.signer }],
    [{ ...certificate, chain: ['PEM'] }],
    [{ ...certificate, signer: {} }],
    [{ ...certificate, rawPublicKey: bytes }],
    [{ ...certificate, chain: [], rawPublicKey: 'SPKI' }],
    [{ ...certificate, chain: [], rawPublicKey: new Uint8Array(0) }],
    [{ ...certificate, mustMatchIssuer: 1 }],
    [{ ...certificate, mustMatchIsuer: true }],
    [Object.assign(Object.create({ mustMatchIssuer: true }), certificate)],
  ],
  parsePublicKey: [null, 'spki'],
  peerCertificateTypes: [[], 'x509', ['raw'], [2], [undefined], ['raw_public_key']],
  credentialChoice: ['best', null],
  alpnProtocols: ['h2', ['h2'], [new Uint8Array(0)], [new Uint8Array(256)]],
  verifyPeer: [null, true, { ok: true }],
  allowUnverifiedPeer: [null, 1, 'true', () => true],
  allowUnverifiedSession: [0],
  verifierId: [7, null],
  now: [0, new Date()],
  onKeyLog: [true],
  onMessage: ['log'],
  maxSendFragment: [Number.NaN, -1, 0, 511, 512.5, 16385, '1024', Number.POSITIVE_INFINITY],
  recordSizeLimit: [63, 16386, Number.NaN],
  padding: [64],
  limits: [
    5,
    null,
    { handshakeMessage: Number.NaN },
    { emptyRecords: -1 },
    { warningAlerts: 1.5 },
    { keyUpdates: Number.POSITIVE_INFINITY },
    { pendingInput: '1' },
    { certificateMessages: 1 },
    Object.create({ certificateMessage: 1 }),
  ],
  extendedMasterSecret: ['no'],
  encryptThenMac: [0],
  renegotiation: ['always', true, 'toString'],
  requireSecureRenegotiation: [null],
  cbcRecordSplitting: [1],
  certificateCompression: [[{}], [{ id: -1 }], [{ id: 1, decompress: true }], [{ id: 1, inflate: () => bytes }]],
  grease: [1],
  pskModes: ['psk_ke', ['psk']],
  tickets: ['off'],
  psks: [
    [{ identity: bytes }],
    [{ identity: 'me', key: bytes }],
    [{ identity: bytes, key: bytes, hash: 384 }],
    [{ identity: bytes, key: bytes, hash: 'sha-256' }],
    [{ identity: bytes, key: bytes, hsah: 'sha384' }],
    [{ identity: bytes, key: bytes, importer: {} }],
  ],
  pskCallback: [{}],
} satisfies Wrong<Pick<ClientConfig, keyof ClientConfig & keyof ServerConfig>>

const WRONG_CLIENT = {
  serverName: [5, null, ['localhost']],
  clientCertificateTypes: [[], 'raw_public_key', ['x509', 'openpgp']],
  keyShares: ['x25519', ['x25591']],
  session: [5, 'session', null],
  requestOcsp: [1],
  requestSct: ['yes'],
  selectClientCredential: [certificate],
  onCertificateRequest: [true],
  requireFittingCredential: [1],
  earlyData: ['GET /'],
  acceptUnknownAlpn: [1],
  middleboxCompatibility: [0],
  postHandshakeAuth: [1],
  permuteExtensions: [1],
  rewriteClientHello: [bytes],
  fallbackScsv: [1],
  falseStart: [1, 'with-alpn'],
  minDhBits: [Number.NaN, -1, '2048'],
  maxFragmentLength: [100, '512'],
  selectNpn: [[]],
} satisfies Wrong<Omit<ClientConfig, keyof ServerConfig>>

const WRONG_SERVER = {
  onClientHello: [{}],
  selectAlpn: ['h2'],
  acknowledgeServerName: ['never', 1],
  preferServerCiphers: [1],
  requestCertificate: [1, 'optional'],
  requireCertificate: [1],
  echKeys: [
    bytes,
    [{}],
    [{ config: bytes }],
    [{ config: bytes, privateKey: bytes }],
    [{ config: 'ECH', privateKey: bytes }],
    [{ config: bytes, privateKey: bytes, retires: 1 }],
  ],
  certificateAuthorities: [bytes, ['CN=ca'], [new Uint8Array(0)]],
  ocspResponse: [bytes],
  ticketKeys: [bytes, {}, { seal: () => null }],
  ticketCount: [Number.NaN, -1, 1.5],
  resumptionTicketCount: [-1],
  sessionTimeout: [Number.NaN, -1, '300'],
  sessionIdContext: ['app', new Uint8Array(33)],
  sessionStore: [new Map().get, {}],
  preferCertificate: [1],
  selectPsk: [{}],
  pskIdentityHint: ['hint'],
  maxEarlyData: [Number.NaN, -1, true],
  antiReplay: [true],
  dhParameters: ['AUTO', {}, { p: bytes }, { p: bytes, g: new Uint8Array(0) }, { p: bytes, g: bytes, q: bytes }],
  cookie: ['cookie', 1],
  announceGroups: [1],
  npnProtocols: [['h2']],
} satisfies Wrong<Omit<ServerConfig, keyof ClientConfig>>

const namesOf = (rows: readonly (readonly [unknown, string])[]) => rows.flatMap(([, names]) => names.split(' ')).sort()

test('every option of the types has its row, and every row a wrong value here', () => {
  expect(namesOf(COMMON)).toEqual(
    Object.keys(WRONG)
      .filter((name) => name !== 'pskCallback')
      .sort(),
  )
  expect(namesOf(CLIENT)).toEqual(Object.keys({ ...WRONG, ...WRONG_CLIENT }).sort())
  expect(namesOf(SERVER)).toEqual(Object.keys({ ...WRONG, ...WRONG_SERVER }).sort())
})

describe.each(Object.entries(entries))('%s', (what, { side, make }) => {
  const table: Record<string, readonly unknown[]> = { ...WRONG, ...(side === 'client' ? WRONG_CLIENT : WRONG_SERVER) }

  test.each(Object.entries(table))('refuses a wrong %s', (name, values) => {
    for (const value of values) refused(() => make({ [name]: value }), what, name)
  })

  test.each(['allowUnverifiedPeers', 'verifypeer', 'revocation', 'checkServerIdentity', 'toString', '__proto_', ''])(
    'refuses the unknown name %j',
    (name) => refused(() => make({ [name]: true }), what, name, 'is no option', 'verifyPeer'),
  )

  test.each([
    'verify',
    'checkServerIdentity',
    'onSecret',
    'SNICallback',
    'selectCertificate',
    'certVerifier',
    'pinned',
    'acceptUnknown',
  ])('refuses the unknown hook %j', (name) => refused(() => make({ [name]: () => true }), what, name, 'is no option'))

  test('leaves a function to whoever keeps it beside the options', () => {
    const instrument = () => {}
    expect(() => make({ instrument, trace: instrument })).not.toThrow()
    refused(() => make({ instrument: 'a text' }), what, 'instrument', 'is no option')
  })

  test.each(Object.keys(table))('refuses an inherited %s, and one that a class has', (name) => {
    const given: Given = side === 'client' ? { ...clientConfig() } : { ...serverConfig() }
    delete given[name]
    const entry = { client: TlsConnection.client, server: TlsConnection.server }[side] as (config: unknown) => unknown
    for (const above of [{ [name]: table[name][0] }, { get: { get: () => true } }]) {
      const descriptors = 'get' in above ? { [name]: above.get } : Object.getOwnPropertyDescriptors(above)
      const prototype = Object.create(Object.prototype, descriptors as PropertyDescriptorMap)
      refused(() => entry(Object.setPrototypeOf({ ...given }, prototype)), name, 'prototype')
      refused(() => entry(Object.setPrototypeOf({ ...given }, Object.create(prototype))), name, 'prototype')
    }
  })

  test('asks for what it needs', () => {
    refused(() => make({ provider: undefined }), 'provider', 'must be given')
    refused(() => make({ parseCertificate: undefined }), 'parseCertificate', 'must be given')
  })

  test('takes undefined for absent, an object without prototype, and symbols of its owner', () => {
    const config = Object.fromEntries(Object.keys(table).map((name) => [name, undefined]))
    const absent = { ...config, ...clientConfig(), ...serverConfig({ credentials: undefined }) } as Given
    const given = { __proto__: null, ...absent, [Symbol('mine')]: 1, alpnProtocols: undefined } as unknown as Given
    expect(make(side === 'client' ? { serverName: 'localhost' } : given).error).toBeUndefined()
  })
})

test.each([null, undefined, 5, 'config', () => {}])('%s is no configuration', (given) => {
  for (const entry of [TlsConnection.client, TlsConnection.server, tlsClient, tls13Client]) {
    refused(() => entry(given as never), 'no object')
  }
})

test('providers, signers, stores and ticket keys may be of any class', () => {
  class Keys {
    seal = () => null
    open() {
      return null
    }
  }
  class Store {
    get() {
      return null
    }
    set() {}
    delete() {}
  }
  const provider = Object.create(nodeProvider)
  const signer = Object.create(certificate.signer)
  const pair = handshake(
    { provider, versions: [0x0303] },
    {
      provider,
      versions: [0x0303],
      credentials: [{ ...certificate, signer }],
      ticketKeys: new Keys(),
      sessionStore: new Store(),
    },
  )
  expect(pair.server.tls.handshakeComplete).toBe(true)
})

test('contradictions', () => {
  refused(() => TlsConnection.server(serverConfig({ requireCertificate: true })), 'requestCertificate')
  refused(() => TlsConnection.server(serverConfig({ maxEarlyData: 100 })), 'antiReplay')
})

test('nothing that may be secret is in the message', () => {
  const secret = 'correct horse battery staple'
  for (const value of [secret, { secret }, [secret], () => secret, utf8(secret)]) {
    for (const name of ['psks', 'maxSendFragment', 'provider', 'tickets']) {
      try {
        TlsConnection.client(clientConfig({ [name]: value }))
      } catch (error) {
        expect((error as Error).message).not.toContain(secret)
      }
    }
  }
})

describe('what onClientHello answers is read whole too', () => {
  test.each([
    [{ provider: nodeProvider }, 'provider'],
    [{ verifypeer: () => ({ ok: true }) }, 'verifypeer'],
    [{ requestCertificate: 1 }, 'requestCertificate'],
    [Object.create({ requestCertificate: true }), 'requestCertificate'],
    [true, 'no object'],
  ])('%j', (overrides, name) => {
    const { server, client } = connect(clientConfig(), serverConfig({ onClientHello: () => overrides as never }))
    pump({ server, client })
    expect(server.tls.error).toMatchObject({ reason: 'INVALID_ARGUMENT', blame: 'config', alert: 80 })
    expect(server.tls.error?.message).toContain(name)
  })

  test('undefined takes nothing away', () => {
    const { server } = handshake({}, { requestCertificate: true, onClientHello: () => ({ verifyPeer: undefined }) })
    expect(server.tls.handshakeComplete).toBe(true)
  })
})

test('what selectClientCredential answers is read whole too', () => {
  for (const versions of [[0x0303], [0x0304]] as const) {
    const selectClientCredential = () => ({ ...certificate, mustMatchIsuer: true }) as never
    const { client } = handshake({ versions, selectClientCredential }, { versions, requestCertificate: true })
    expect(client.tls.error).toMatchObject({ reason: 'INVALID_ARGUMENT', blame: 'config' })
  }
})

describe('a shared configuration', () => {
  const base = () => sharedConfig({ __proto__: null, ...serverConfig() } as unknown as ServerConfig)

  test('is inherited from', () => {
    let lines = 0
    const config = Object.assign(Object.create(base()), { onKeyLog: () => lines++ })
    const { client, server } = connect(clientConfig(), serverConfig())
    const ours = TlsConnection.server(config)
    pump({ client, server: Object.assign(server, { tls: ours }) })
    expect(ours.handshakeComplete).toBe(true)
    expect(lines).toBeGreaterThan(3)
  })

  test('is checked, and so is what inherits from it', () => {
    refused(() => TlsConnection.server(Object.assign(Object.create(base()), { onKeylog: () => {} })), 'onKeylog')
    refused(() => TlsConnection.server(Object.assign(Object.create(base()), { ticketCount: -1 })), 'ticketCount')
    const wrong = sharedConfig({ __proto__: null, ...serverConfig(), tickets: 1 } as unknown as ServerConfig)
    refused(() => TlsConnection.server(Object.create(wrong)), 'tickets')
  })

  test('has no Object.prototype, nor any other that is not shared', () => {
    refused(() => TlsConnection.server(Object.create(sharedConfig(serverConfig()))), 'sharedConfig')
    const above = Object.assign(Object.create({ verifyPeer: () => ({ ok: true }) }), serverConfig())
    refused(() => TlsConnection.server(Object.create(sharedConfig(above))), 'sharedConfig')
  })
})

test('a renegotiation reads what the configuration says then', () => {
  const versions = [0x0303] as const
  const client = { ...clientConfig({ versions, renegotiation: 'freely', groups: ['x25519', 'secp256r1'] }) }
  const server = { ...serverConfig({ versions, renegotiation: 'freely' }) }
  const pair = connect(clientConfig(), serverConfig())
  Object.assign(pair.client, { tls: TlsConnection.client(client) })
  Object.assign(pair.server, { tls: TlsConnection.server(server) })
  pump(pair)
  expect([pair.client.tls.group, pair.server.tls.peerCertificates]).toEqual(['x25519', undefined])
  Object.assign(client, { groups: ['secp256r1'], credentials: [credential('client')] })
  Object.assign(server, { requestCertificate: true })
  pair.client.tls.renegotiate()
  pump(pair)
  expect(pair.client.tls.group).toBe('secp256r1')
  expect(pair.server.tls.peerCertificates).toHaveLength(credential('client').chain.length)

  Object.assign(client, { maxSendFragment: Number.NaN })
  pair.client.tls.renegotiate()
  expect(pair.client.tls.error).toMatchObject({ reason: 'INVALID_ARGUMENT', blame: 'config' })
})

describe.each(PROVIDERS)('Object.prototype changes nothing (%s)', (_, provider) => {
  const polluted = Object.prototype as unknown as Record<string, unknown>
  const done: string[] = []
  const pollute = (name: string, descriptor: PropertyDescriptor) => {
    if (name in polluted) return
    done.push(name)
    Object.defineProperty(polluted, name, { configurable: true, enumerable: false, ...descriptor })
  }
  afterEach(() => {
    for (const name of done.splice(0)) delete polluted[name]
  })

  // `padding` is one of node:crypto's own options, too, which it reads off Object.prototype.
  const names = Object.keys({ ...WRONG, ...WRONG_CLIENT, ...WRONG_SERVER }).filter((name) => name !== 'padding')
  const inside =
    'mustMatchIssuer sctList compress hash importer emptyRecords handshakeMessage certificateMessage keyUpdates seal read expected'
  const known = 'verification certificates pskIdentity tls12 exporter version complete resumed finished'

  test.each([0x0303, 0x0304] as const)('by any name of ours, version %i', (version) => {
    const both = { versions: [version], provider } as const
    for (const value of [1, true, () => ({ ok: true })]) {
      for (const name of [...names, ...inside.split(' '), ...known.split(' ')]) pollute(name, { value, writable: true })
      const good = handshake({ ...both }, { ...both })
      expect([good.client.tls.handshakeComplete, good.server.tls.handshakeComplete]).toEqual([true, true])
      expect(good.server.tls.peerCertificates).toBeUndefined()
      const no = () => ({ ok: false, reason: 'NO' })
      const bad = handshake({ ...both, verifyPeer: no }, { ...both })
      expect(bad.client.tls.error).toMatchObject({ reason: 'NO', alert: 42 })
      const none = handshake({ ...both, verifyPeer: undefined }, { ...both })
      expect(none.client.tls.error).toMatchObject({ reason: 'CERTIFICATE_VERIFY_FAILED', blame: 'config' })
      for (const name of done.splice(0)) delete polluted[name]
    }
  })

  test.each([
    ['a function', { value: (yes: (verdict: object) => void) => yes({ ok: true }), writable: true }],
    ['a getter', { get: () => (yes: (verdict: object) => void) => yes({ ok: true }) }],
  ] as const)('by then, %s', (_what, descriptor) => {
    pollute('then', descriptor)
    for (const version of [0x0303, 0x0304] as const) {
      const both = { versions: [version], provider } as const
      const bad = handshake({ ...both, verifyPeer: () => ({ ok: false }) }, { ...both })
      expect(bad.client.tls.handshakeComplete).toBe(false)
      expect(bad.client.tls.error?.alert).toBe(42)
      const good = handshake({ ...both }, { ...both })
      expect(good.client.tls.handshakeComplete).toBe(true)
    }
  })
})

test('a promise of any class is waited for', async () => {
  class Later {
    // biome-ignore lint/suspicious/noThenProperty: what this is about
    then(yes: (verdict: object) => void) {
      queueMicrotask(() => yes({ ok: true }))
    }
  }
  const pair = handshake({ verifyPeer: () => new Later() as never })
  expect(pair.client.tls.waiting).toBe('verifyPeer')
  await Promise.resolve()
  pump(pair)
  expect(pair.client.tls.handshakeComplete).toBe(true)
})

test('a damaged session is none, and no error', () => {
  const session = { version: 0x0304, side: 'client', secret: 'x' } as unknown as Session
  expect(handshake({ session }).client.tls).toMatchObject({ handshakeComplete: true, resumed: false })
  expect(parseCertificate).toBeTypeOf('function')
})

describe('what a connection is told later', () => {
  const made = () => handshake().client.tls
  const refusal = expect.objectContaining({ reason: 'INVALID_ARGUMENT', blame: 'config' })

  test.each([undefined, null, 5, 'text', {}, [1], true, new ArrayBuffer(4), new Uint16Array(4)])(
    '%j is no bytes',
    (given) => {
      expect(() => made().write(given as never)).toThrow(refusal)
      expect(() => made().write(new Uint8Array(1), given as never)).toThrow(refusal)
      expect(() => made().writeEarly(given as never)).toThrow(refusal)
      expect(() => made().receive(given as never)).toThrow(refusal)
      if (given !== undefined) expect(() => made().exportKeyingMaterial('label', 16, given as never)).toThrow(refusal)
    },
  )

  test.each([null, 5, 'text', { reqeustPeer: true }, { requestPeer: 1 }, Object.create({ requestPeer: true })])(
    'updateKeys(%j)',
    (options) => {
      expect(() => made().updateKeys(options as never)).toThrow(refusal)
    },
  )

  test('a label is text', () => {
    expect(() => made().exportKeyingMaterial(5 as never, 16)).toThrow(refusal)
    expect(() => made().exportKeyingMaterial(undefined as never, 16)).toThrow(refusal)
  })

  test.each([Number.NaN, '1000', -1, undefined])('tickets whose keys change every %s', (rotation) => {
    expect(() => randomTicketProtection(nodeProvider, rotation as never, Date.now)).toThrow(refusal)
    expect(() => randomTicketProtection(nodeProvider, 1000, undefined as never)).toThrow(refusal)
  })
})
