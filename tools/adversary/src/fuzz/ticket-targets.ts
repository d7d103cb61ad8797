/** What is inside of a ticket or a session that opens as it should: whoever knows the key, or a damaged store, says anything. */
import { decodeOpenSslSession, encodeOpenSslSession } from '@x/secure-context'
import { type Connection, decodeSession, encodeSession, type Session, TlsConnection } from '@x/tls-handshake'
import { Fault, type Target } from './target.ts'
import { clientConfig, hear, serverConfig, sessions } from './tls-targets.ts'

type Read = (bytes: Uint8Array) => Session

const FORMS: readonly { name: string; encode: (session: Session) => Uint8Array; form: Target['format']; read: Read }[] =
  [
    { name: 'ours', encode: encodeSession, form: 'tls', read: decodeSession },
    {
      name: "OpenSSL's",
      encode: encodeOpenSslSession,
      form: 'der',
      read: (bytes) => decodeOpenSslSession(bytes, 'server'),
    },
  ]

/** A resumed server knows of its peer what it has verified again, and nothing else. */
function checkLent(server: Connection, asked: number): void {
  if (!server.resumed || server.error) return
  const shown = server.peer?.certificates?.length ?? 0
  if (shown > 0 && asked === 0) throw new Fault('a peer of a session that nobody has verified again')
}

/** A hello that offers a session of this version. */
function helloOf(version: number): Uint8Array {
  const session = sessions.find((one) => one.side === 'client' && one.version === version && one.ticket)
  const client = TlsConnection.client(clientConfig(version, { session }))
  return new Uint8Array(Buffer.concat(client.takeOutput()))
}

const tickets = FORMS.flatMap(({ name, encode, form, read }) =>
  [0x0304, 0x0303].map((version): Target => {
    const hello = helloOf(version)
    return {
      name: `a ticket's content, ${name}, 0x${version.toString(16)}`,
      format: form,
      seeds: () => sessions.filter(({ side }) => side === 'server').map(encode),
      // The handshake that follows costs the same for each.
      stepsPerByte: 2000,
      read: (bytes) => {
        let asked = 0
        const opened = () => {
          try {
            return { session: read(bytes), renew: false }
          } catch {
            return null
          }
        }
        const server = TlsConnection.server(
          serverConfig(version, {
            ticketKeys: {
              seal: () => null,
              open: () => ({ session: bytes, renew: false }),
              ...(form === 'der' && { sealSession: () => null, openSession: opened }),
            },
            verifyPeer: () => {
              asked++
              return { ok: true }
            },
          }),
        )
        hear(server, hello)
        checkLent(server, asked)
      },
    }
  }),
)

/** What a program got from a store, given to a client. */
const kept = FORMS.map(
  ({ name, encode, form }): Target => ({
    name: `a session that a client is given, ${name}`,
    format: form,
    seeds: () => sessions.filter(({ side }) => side === 'client').map(encode),
    stepsPerByte: 2000,
    read: (bytes) => {
      const session = form === 'tls' ? decodeSession(bytes) : decodeOpenSslSession(bytes, 'client')
      const client = TlsConnection.client(clientConfig(session.version, { session }))
      client.takeOutput()
      if (client.error) throw new Fault('a session ended a connection', { cause: client.error })
    },
  }),
)

export const TICKET_TARGETS: readonly Target[] = [...tickets, ...kept]
