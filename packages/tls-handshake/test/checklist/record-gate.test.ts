import { describe, expect, test } from 'vitest'
import { type ClientConfig, type ServerConfig, type Session, TlsConnection } from '../../src/index.ts'
import { credential } from '../harness/credentials.ts'
import { EvilPeer, type Tamper } from '../harness/evil.ts'
import { client12, server12, USUAL } from '../harness/legacy.ts'
import { Message, Type } from '../harness/names.ts'
import { clientConfig, End, handshake, serverConfig, utf8 } from '../harness/pair.ts'
import { expectAlert, play, type Scene } from '../harness/victim.ts'

type Deed = (evil: EvilPeer) => void
/** Brings a victim into a state, has the deed done there, and lets the conversation end. */
type Moment = (deed: Deed) => Scene

interface Setup {
  readonly versions: readonly (0x0303 | 0x0304)[]
  readonly client?: Partial<ClientConfig>
  readonly server?: Partial<ServerConfig>
}

/** Runs a conversation of a victim with a peer that does the deed at its first, second … message of a type. */
function conversation(
  victim: 'client' | 'server',
  { versions: [version], client = {}, server = {} }: Setup,
  tamper: Tamper = () => undefined,
  renegotiates?: 'victim' | 'peer',
): Scene {
  const old = version === 0x0303
  const ours = clientConfig({
    ...(old ? client12(USUAL, 0x0303) : {}),
    credentials: [credential('client')],
    renegotiation: 'freely',
    ...client,
  })
  const theirs = serverConfig({
    ...(old ? server12(USUAL, 0x0303) : {}),
    requestCertificate: true,
    renegotiation: 'freely',
    ...server,
  })
  const scene =
    victim === 'client'
      ? { victim: new End(TlsConnection.client(ours)), evil: new EvilPeer('server', theirs, tamper) }
      : { victim: new End(TlsConnection.server(theirs)), evil: new EvilPeer('client', ours, tamper) }
  play(scene)
  if (renegotiates && !scene.victim.tls.error) {
    if (renegotiates === 'victim') scene.victim.tls.renegotiate()
    else scene.evil.renegotiate()
    play(scene)
  }
  return scene
}

/** Does the deed before (or right behind) the peer's nth message of a type. */
function at(type: number, deed: Deed, { nth = 1, behind = false } = {}): Tamper {
  let count = 0
  return (raw, actual, evil) => {
    if (actual !== type || ++count !== nth) return undefined
    if (behind) evil.say(raw)
    deed(evil)
    return behind ? null : raw
  }
}

const old: Setup = { versions: [0x0303] }
const tls13: Setup = { versions: [0x0304] }

const opened =
  (victim: 'client' | 'server', setup: Setup): Moment =>
  (deed) => {
    const scene = conversation(victim, setup)
    deed(scene.evil)
    play(scene)
    return scene
  }

const tickets = {
  ticketKeys: { seal: (session: Uint8Array) => session, open: (session: Uint8Array) => ({ session, renew: false }) },
  maxEarlyData: 100,
  antiReplay: () => true,
} as const

const earlySession = (): Session => handshake({}, tickets).client.event('session')!.session

const helloRetry = {
  versions: [0x0304],
  client: { groups: ['x25519', 'secp256r1'], keyShares: ['x25519'] },
  server: { groups: ['secp256r1'] },
} satisfies Setup

/** A server of TLS 1.3 whose client, asked again, answers. */
const asksAgain =
  (type: number): Moment =>
  (deed) => {
    const scene = conversation(
      'server',
      { versions: [0x0304], client: { postHandshakeAuth: true } },
      at(type, deed, { nth: 2 }),
    )
    expect(scene.victim.tls.requestClientCertificate()).toBe(true)
    play(scene)
    return scene
  }

/** What each content type is met with: taken, dropped, or refused with unexpected_message. */
interface Cells {
  readonly data: 'taken' | 'refused'
  readonly changeCipherSpec: 'taken' | 'dropped' | 'refused'
  /** A record with part of a message: refused where only a ChangeCipherSpec may come. */
  readonly handshake?: 'refused'
  readonly alert?: 'refused'
}

const NOTHING: Cells = { data: 'refused', changeCipherSpec: 'refused' }
const ONLY_A_MESSAGE: Cells = { ...NOTHING, alert: 'refused' }
const HANDSHAKE13: Cells = { data: 'refused', changeCipherSpec: 'dropped' }
const DATA: Cells = { data: 'taken', changeCipherSpec: 'refused' }
const ONLY_CHANGE_CIPHER_SPEC: Cells = { data: 'refused', changeCipherSpec: 'taken', handshake: 'refused' }

const moments: readonly (readonly [name: string, moment: Moment, cells: Cells])[] = [
  // --- Client, up to 1.2
  ['client, before a ServerHello', (deed) => conversation('client', old, at(Message.server_hello, deed)), NOTHING],
  ['client 1.2, before Certificate', (deed) => conversation('client', old, at(Message.certificate, deed)), NOTHING],
  [
    'client 1.2, before ServerHelloDone',
    (deed) => conversation('client', old, at(Message.server_hello_done, deed)),
    NOTHING,
  ],
  [
    'client 1.2, where ChangeCipherSpec is due',
    (deed) => conversation('client', old, at(Message.new_session_ticket, deed, { behind: true })),
    ONLY_CHANGE_CIPHER_SPEC,
  ],
  [
    'client 1.2, between ChangeCipherSpec and Finished',
    (deed) => conversation('client', old, at(Message.finished, deed)),
    ONLY_A_MESSAGE,
  ],
  ['client 1.2, open', opened('client', old), DATA],
  [
    'client 1.2, renegotiating, before the ServerHello',
    (deed) => conversation('client', old, at(Message.server_hello, deed, { nth: 2 }), 'victim'),
    DATA,
  ],
  [
    'client 1.2, asked to renegotiate, before the ServerHello',
    (deed) => conversation('client', old, at(Message.server_hello, deed, { nth: 2 }), 'peer'),
    DATA,
  ],
  [
    'client 1.2, renegotiating, behind the ServerHello',
    (deed) => conversation('client', old, at(Message.server_hello, deed, { nth: 2, behind: true }), 'victim'),
    NOTHING,
  ],
  [
    'client 1.2, renegotiating, between ChangeCipherSpec and Finished',
    (deed) => conversation('client', old, at(Message.finished, deed, { nth: 2 }), 'victim'),
    ONLY_A_MESSAGE,
  ],
  // --- Server, up to 1.2
  ['server, before a ClientHello', (deed) => conversation('server', old, at(Message.client_hello, deed)), NOTHING],
  ['server 1.2, before Certificate', (deed) => conversation('server', old, at(Message.certificate, deed)), NOTHING],
  [
    'server 1.2, before CertificateVerify',
    (deed) => conversation('server', old, at(Message.certificate_verify, deed)),
    NOTHING,
  ],
  [
    'server 1.2, where ChangeCipherSpec is due',
    (deed) => conversation('server', old, at(Message.certificate_verify, deed, { behind: true })),
    ONLY_CHANGE_CIPHER_SPEC,
  ],
  [
    'server 1.2, between ChangeCipherSpec and Finished',
    (deed) => conversation('server', old, at(Message.finished, deed)),
    ONLY_A_MESSAGE,
  ],
  ['server 1.2, open', opened('server', old), DATA],
  [
    'server 1.2, having asked for a renegotiation, before the ClientHello',
    (deed) => conversation('server', old, at(Message.client_hello, deed, { nth: 2 }), 'victim'),
    DATA,
  ],
  [
    'server 1.2, behind the ClientHello of a renegotiation: its ServerHello is sent',
    (deed) => conversation('server', old, at(Message.client_hello, deed, { nth: 2, behind: true }), 'peer'),
    NOTHING,
  ],
  [
    'server 1.2, renegotiating, before CertificateVerify',
    (deed) => conversation('server', old, at(Message.certificate_verify, deed, { nth: 2 }), 'peer'),
    NOTHING,
  ],
  [
    'server 1.2, renegotiating, between ChangeCipherSpec and Finished',
    (deed) => conversation('server', old, at(Message.finished, deed, { nth: 2 }), 'peer'),
    ONLY_A_MESSAGE,
  ],
  // --- Client, 1.3
  [
    'client 1.3, before a ServerHello',
    (deed) => conversation('client', tls13, at(Message.server_hello, deed)),
    NOTHING,
  ],
  [
    'client 1.3, before a ServerHello behind a HelloRetryRequest',
    (deed) => conversation('client', helloRetry, at(Message.server_hello, deed, { nth: 2 })),
    HANDSHAKE13,
  ],
  [
    'client 1.3, before EncryptedExtensions',
    (deed) => conversation('client', tls13, at(Message.encrypted_extensions, deed)),
    HANDSHAKE13,
  ],
  ['client 1.3, before Finished', (deed) => conversation('client', tls13, at(Message.finished, deed)), HANDSHAKE13],
  ['client 1.3, open', opened('client', tls13), DATA],
  // --- Server, 1.3
  [
    'server 1.3, before a ClientHello',
    (deed) => conversation('server', tls13, at(Message.client_hello, deed)),
    NOTHING,
  ],
  [
    'server 1.3, before the second ClientHello',
    (deed) => conversation('server', helloRetry, at(Message.client_hello, deed, { nth: 2 })),
    HANDSHAKE13,
  ],
  [
    'server 1.3, before Certificate',
    (deed) => conversation('server', tls13, at(Message.certificate, deed)),
    HANDSHAKE13,
  ],
  ['server 1.3, before Finished', (deed) => conversation('server', tls13, at(Message.finished, deed)), HANDSHAKE13],
  [
    'server 1.3, before EndOfEarlyData',
    (deed) =>
      conversation(
        'server',
        { versions: [0x0304], client: { session: earlySession(), earlyData: true }, server: tickets },
        at(Message.end_of_early_data, deed),
      ),
    { data: 'taken', changeCipherSpec: 'dropped' },
  ],
  ['server 1.3, open', opened('server', tls13), DATA],
  ['server 1.3, asking again, before Certificate', asksAgain(Message.certificate), DATA],
  ['server 1.3, asking again, before CertificateVerify', asksAgain(Message.certificate_verify), NOTHING],
  ['server 1.3, asking again, before Finished', asksAgain(Message.finished), NOTHING],
]

/** Under the current keys up to TLS 1.2, and never protected in 1.3. */
const changeCipherSpec =
  (name: string): Deed =>
  (evil) =>
    name.includes('1.3')
      ? evil.plain(Type.change_cipher_spec, Uint8Array.of(1))
      : evil.record(Type.change_cipher_spec, Uint8Array.of(1))

describe('one gate for records', () => {
  for (const [name, moment, cells] of moments) {
    test(`${name}: application data is ${cells.data}`, () => {
      const scene = moment((evil) => evil.record(Type.application_data, utf8('data')))
      if (cells.data === 'refused') {
        expectAlert(scene, 'unexpected_message')
        expect(scene.victim.text).toBe('')
      } else {
        expect(scene.victim.text).toBe('data')
        expectOpen(scene)
      }
    })

    test(`${name}: a ChangeCipherSpec is ${cells.changeCipherSpec}`, () => {
      const scene = moment(changeCipherSpec(name))
      if (cells.changeCipherSpec === 'dropped') expectOpen(scene)
      // Keys changed with it: the peer's own, under the old ones, cannot be opened.
      else expectAlert(scene, cells.changeCipherSpec === 'taken' ? 'bad_record_mac' : 'unexpected_message')
    })

    test(`${name}: a warning alert is ${cells.alert ?? 'taken'}`, () => {
      const scene = moment((evil) => evil.record(Type.alert, Uint8Array.of(1, 90)))
      if (cells.alert === 'refused') {
        expectAlert(scene, 'unexpected_message', 'where the peer')
        return
      }
      expect(scene.victim.event('warning')).toEqual({ type: 'warning', alert: 90 })
      expectOpen(scene)
    })

    test.each([1, 2])(`${name}: a close_notify of level %i is ${cells.alert ?? 'taken'}`, (level) => {
      const scene = moment((evil) => evil.record(Type.alert, Uint8Array.of(level, 0)))
      if (cells.alert === 'refused') expectAlert(scene, 'unexpected_message', 'where the peer')
      else expect(scene.victim.event('closeNotify')).toEqual({ type: 'closeNotify' })
    })

    test(`${name}: nothing but the rest of a message behind its first part`, () => {
      const intruders: Deed[] = [(evil) => evil.record(Type.application_data, utf8('data'))]
      if (cells.changeCipherSpec !== 'dropped') intruders.push(changeCipherSpec(name))
      if (/1\.3, (?!before a (Client|Server)Hello)/.test(name))
        intruders.push((evil) => evil.record(Type.alert, Uint8Array.of(1, 0)))
      for (const intrude of intruders) {
        const scene = moment((evil) => {
          evil.record(Type.handshake, Uint8Array.of(Message.hello_request, 0))
          intrude(evil)
        })
        expectAlert(scene, 'unexpected_message')
        expect(scene.victim.text).toBe('')
      }
    })

    if (cells.handshake === 'refused') {
      test(`${name}: a handshake message is refused`, () => {
        const scene = moment((evil) => evil.record(Type.handshake, Uint8Array.of(Message.finished, 0, 0, 12)))
        expectAlert(scene, 'unexpected_message', 'where ChangeCipherSpec is due')
      })
    }
  }

  test('inside a KeyUpdate that comes in two records no data is delivered', () => {
    for (const victim of ['client', 'server'] as const) {
      const scene = opened(
        victim,
        tls13,
      )((evil) => {
        evil.record(Type.handshake, Uint8Array.of(Message.key_update, 0, 0))
        evil.record(Type.application_data, utf8('data'))
      })
      expectAlert(scene, 'unexpected_message', 'inside a handshake message')
      expect(scene.victim.text).toBe('')
    }
  })
})

function expectOpen({ victim }: Scene): void {
  expect(victim.event('error')?.error).toBeUndefined()
  expect(victim.tls.handshakeComplete).toBe(true)
}
