import type { ClientConfig, ServerConfig, Session } from '@x/tls-handshake'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { authority, leafFor } from '../certificates.ts'
import {
  type Connection,
  clientPsk,
  connect,
  credentialFrom,
  type Listener,
  listen,
  serverPsk,
  suites12,
  VERSIONS_12,
} from '../direct.ts'
import { absent } from '../peers.ts'
import { PEERS_12, type Peer12, type Task } from '../peers12.ts'
import { Workshop } from '../workshop.ts'

const shop = new Workshop()
afterAll(() => shop.close())

/** TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: of every version, and every peer has it. */
const EVERYWHERE = suites12(0x0301).find(({ id }) => id === 0xc013)!

/** For titles: what `$name` shows is cut off. */
const named = <T extends { readonly name: string }>(all: readonly T[]) => all.map((one) => [one.name, one] as const)

describe.each(Object.entries(PEERS_12))('TLS 1.0 to 1.2 with %s (skipped where it is not installed)', (_name, peer) => {
  if (absent(peer.peer)) {
    it.skip('is not installed', () => {})
    return
  }
  describe('their server, our client', () => ourClient(peer))
  describe('their client, our server', () => ourServer(peer))
})

function ourClient({ suites, server, certificates }: Peer12): void {
  let port: number
  beforeAll(async () => {
    ;({ port } = await server.start(shop))
  })
  afterAll(() => shop.rest())

  describe.each(named(VERSIONS_12))('%s', (_version, { version }) => {
    const known = suites(shop, version)
    const all = suites12(version)
    const lacking = all.filter(({ id }) => !known.has(id))
    const client = (overrides: Partial<ClientConfig> = {}) =>
      connect(port, { versions: [version], cipherSuites: [EVERYWHERE.id], pskCallback: clientPsk, ...overrides })
    const talk = async (connection: Connection) => {
      connection.text = ''
      connection.send(server.say)
      await connection.until(() => server.answer.test(connection.text))
    }

    it.each(named(all.filter(({ id }) => known.has(id))))('%s', async (_suite, { id }) => {
      const connection = await client({ cipherSuites: [id] })
      await connection.handshakes(1)
      expect(connection.tls).toMatchObject({ cipherSuite: id, version })
      await talk(connection)
      connection.close()
    })

    if (lacking.length === 0) it('has every suite of ours', () => expect(known.size).toBeGreaterThanOrEqual(all.length))
    else
      it(`has not, and refuses: ${lacking.map(({ name }) => name).join(', ')}`, async () => {
        const connection = await client({ cipherSuites: lacking.map(({ id }) => id) })
        await expect(connection.handshakes(1)).rejects.toMatchObject({ alertReceived: true, alert: 40 })
        connection.close()
      })

    it.each(server.resumes)('resumption by %s', async (how) => {
      const tickets = how === 'ticket'
      const first = await client({ tickets })
      await first.handshakes(1)
      await talk(first)
      const { session } = first
      expect(session?.ticket !== undefined).toBe(tickets)
      first.close()
      const second = await client({ tickets, session: session as Session })
      await second.handshakes(1)
      expect(second.tls.resumed).toBe(true)
      await talk(second)
      second.close()
    })

    it.skipIf(!server.renegotiates)('a renegotiation that we begin (skipped where they have none)', async () => {
      const connection = await client()
      await connection.handshakes(1)
      connection.tls.renegotiate()
      connection.turn()
      await connection.handshakes(2)
      await talk(connection)
      connection.close()
    })

    const { renegotiateCommand } = server
    it.skipIf(!renegotiateCommand)('a renegotiation that they begin (skipped where they have none)', async () => {
      const connection = await client({ renegotiation: 'freely', credentials: [credentialFrom(leafFor('P-256'))] })
      await connection.handshakes(1)
      connection.send(renegotiateCommand!)
      await connection.handshakes(2)
      await talk(connection)
      connection.close()
    })

    it.each(certificates(version))('client certificate %s', async (kind) => {
      const connection = await client({ credentials: [credentialFrom(leafFor(kind))] })
      await connection.handshakes(1)
      expect(connection.tls.credential).toBeDefined()
      await talk(connection)
      connection.close()
    })
  })
}

function ourServer({ suites, client, certificates }: Peer12): void {
  let listener: Listener
  let count = 0
  beforeEach(async () => {
    listener = await listen()
  })
  afterEach(() => {
    listener.close()
    if (!client.lasts) shop.rest()
  })
  afterAll(() => shop.rest())

  describe.each(named(VERSIONS_12))('%s', (_version, { version }) => {
    const known = suites(shop, version)
    const run = (config: Partial<ServerConfig> = {}, task: Partial<Task> = {}) => {
      const suite = task.suite ?? EVERYWHERE
      listener.config = {
        versions: [version],
        cipherSuites: [suite.id],
        credentials: [credentialFrom(leafFor('RSA-2048')), credentialFrom(leafFor('P-256'))],
        dhParameters: 'auto',
        pskCallback: serverPsk,
        renegotiation: 'freely',
        ...config,
      }
      const accepted = listener.accept()
      return { accepted, theirs: client.run(shop, { port: listener.port, version, suite, ...task }) }
    }
    const talk = async (connection: Connection, theirs: ReturnType<typeof run>['theirs']) => {
      await connection.until(() => /hello/.test(connection.text))
      const answer = `answer ${++count};`
      connection.send(`${answer}\n`)
      await theirs.shows(new RegExp(answer))
    }

    const ours = suites12(version).filter(({ id }) => known.has(id))
    const crashes = ({ name }: { name: string }) => client.crashes?.test(name) ?? false

    it.each(named(ours.filter((suite) => !crashes(suite))))('%s', async (_suite, suite) => {
      const { accepted, theirs } = run({}, { suite })
      const connection = await accepted
      await connection.handshakes(1)
      expect(connection.tls).toMatchObject({ cipherSuite: suite.id, version })
      await talk(connection, theirs)
      connection.close()
    })

    it.each(named(ours.filter(crashes)))(
      '%s: the handshake, after which their client crashes',
      async (_suite, suite) => {
        const { accepted } = run({}, { suite })
        const connection = await accepted
        await connection.handshakes(1)
        expect(connection.tls).toMatchObject({ cipherSuite: suite.id, version })
        connection.close()
      },
    )

    it.each(client.resumes)('resumption by %s', async (how) => {
      const sessions = new Map<string, Session>()
      const name = (id: Uint8Array) => Buffer.from(id).toString('hex')
      const { accepted, theirs } = run(
        {
          tickets: how === 'ticket',
          ticketKeys: { seal: (session) => session.slice(), open: (session) => ({ session, renew: false }) },
          sessionStore: {
            get: (id) => sessions.get(name(id)),
            set: (id, session) => void sessions.set(name(id), session),
            delete: (id) => void sessions.delete(name(id)),
          },
        },
        { twice: true },
      )
      const again = listener.accept()
      const first = await accepted
      await first.handshakes(1)
      // GnuTLS closes its first connection without a word.
      await first.until(() => /hello/.test(first.text) || first.tls.peerClosed)
      if (!first.tls.peerClosed) first.send('once\n')
      first.close()
      const second = await again
      await second.handshakes(1)
      expect(second.tls.resumed).toBe(true)
      await talk(second, theirs)
      second.close()
    })

    it.skipIf(!client.renegotiates)('a renegotiation that they begin (skipped where they have none)', async () => {
      const { accepted, theirs } = run({}, { renegotiate: true })
      const connection = await accepted
      await connection.handshakes(1)
      await connection.until(
        () => connection.events.filter(({ type }) => type === 'secure').length > 1 || connection.text !== '',
      )
      if (connection.text !== '') connection.send('go on\n')
      await connection.handshakes(2)
      const answer = `answer ${++count};`
      connection.send(`${answer}\n`)
      await theirs.shows(new RegExp(answer))
      connection.close()
    })

    it('a renegotiation that we begin', async () => {
      const { accepted, theirs } = run()
      const connection = await accepted
      await connection.handshakes(1)
      connection.tls.renegotiate()
      connection.turn()
      await connection.handshakes(2)
      await talk(connection, theirs)
      connection.close()
    })

    it.each(certificates(version))('client certificate %s', async (kind) => {
      const { accepted, theirs } = run(
        {
          requestCertificate: true,
          requireCertificate: true,
          certificateAuthorities: [authority.certificate.subject.raw],
        },
        { kind },
      )
      const connection = await accepted
      await connection.handshakes(1)
      expect(connection.tls.peerCertificates![0]).toEqual(credentialFrom(leafFor(kind)).chain[0])
      await talk(connection, theirs)
      connection.close()
    })
  })
}
