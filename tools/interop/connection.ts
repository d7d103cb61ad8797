import net from 'node:net'
import { nodeProvider } from '@x/crypto-primitives/node'
import { TlsContext, type TlsContextOptions } from '@x/secure-context'
import { type ClientConfig, type ServerConfig, type Session, TlsConnection } from '@x/tls-handshake'
import { createTrustStore } from '@x/x509'
import { authority } from './certificates.ts'

/** A context that trusts the test's authority. */
export function context(options: Partial<TlsContextOptions> = {}): TlsContext {
  const trust = createTrustStore([authority.certificate])
  return new TlsContext({ provider: nodeProvider, securityLevel: 0, defaultTrust: () => trust, ...options })
}

/** What a connection has been through. */
export interface Outcome {
  readonly connection: TlsConnection
  readonly text: string
  readonly session: Session | undefined
  readonly early: string
}

interface Script {
  /** Written once the handshake is done. */
  readonly say?: string
  /** Written as 0-RTT data. */
  readonly sayEarly?: string
  /** Done when the text received matches. */
  readonly until: RegExp
  /** Called when the handshake is done. */
  readonly onSecure?: (connection: TlsConnection) => void
  /** Server: answers what it received. */
  readonly reply?: (text: string) => string | undefined
}

/** Runs one connection over a socket until the script's end. */
export function play(connection: TlsConnection, socket: net.Socket, script: Script): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let text = ''
    let early = ''
    let session: Session | undefined
    let done = false
    const flush = () => {
      for (const piece of connection.takeOutput()) socket.write(piece)
    }
    const pump = () => {
      for (const event of connection.takeEvents()) {
        if (event.type === 'secure' && !event.renegotiation) {
          script.onSecure?.(connection)
          if (script.say) connection.write(Buffer.from(script.say))
        } else if (event.type === 'data') {
          const piece = Buffer.from(event.bytes).toString()
          if (event.early) early += piece
          else text += piece
          const answer = script.reply?.(text)
          if (answer !== undefined) connection.write(Buffer.from(answer))
        } else if (event.type === 'session') session = event.session
        else if (event.type === 'error') {
          flush()
          socket.end()
          reject(event.error)
          return
        }
      }
      flush()
      const waitsForTicket =
        connection.side === 'client' && session === undefined && !connection.peerClosed && !socket.readableEnded
      if (!done && script.until.test(early + text) && (!waitsForTicket || connection.resumed)) {
        done = true
        connection.close()
        flush()
        socket.end()
        resolve({ connection, text, session, early })
      }
    }
    connection.onWake = pump
    socket.on('data', (chunk) => {
      connection.receive(chunk)
      pump()
    })
    socket.on('end', () => {
      connection.receiveEnd()
      pump()
      if (!done && script.until.test(early + text)) {
        done = true
        resolve({ connection, text, session, early })
      } else if (!done) reject(new Error(`the peer closed after ${JSON.stringify(text.slice(0, 200))}`))
    })
    socket.on('error', (error) => !done && reject(error))
    if (script.sayEarly) connection.writeEarly(Buffer.from(script.sayEarly))
    pump()
  })
}

/** Connects to a server of another process, waiting until it listens. */
export async function connectTo(port: number, config: ClientConfig, script: Script): Promise<Outcome> {
  const socket = await new Promise<net.Socket>((resolve, reject) => {
    const attempt = (left: number) => {
      const candidate = net.connect(port, '127.0.0.1')
      candidate.once('connect', () => resolve(candidate))
      candidate.once('error', (error) => (left > 0 ? setTimeout(attempt, 30, left - 1) : reject(error)))
    }
    attempt(300)
  })
  return play(TlsConnection.client({ serverName: 'localhost', ...config }), socket, script)
}

/** A server of ours: each connection is played by the script. */
export async function serve(
  config: ServerConfig,
  script: Script,
): Promise<{ port: number; next(): Promise<Outcome>; close(): void }> {
  const outcomes: Promise<Outcome>[] = []
  const waiting: ((outcome: Promise<Outcome>) => void)[] = []
  const server = net.createServer((socket) => {
    const outcome = play(TlsConnection.server(config), socket, script)
    outcome.catch(() => {})
    const waiter = waiting.shift()
    if (waiter) waiter(outcome)
    else outcomes.push(outcome)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as net.AddressInfo).port,
    next: () => {
      const outcome = outcomes.shift()
      return outcome ?? new Promise<Outcome>((resolve, reject) => waiting.push((later) => later.then(resolve, reject)))
    },
    close: () => server.close(),
  }
}
