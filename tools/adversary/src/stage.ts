import { Duplex } from 'node:stream'
import type * as NodeTls from 'node:tls'
import type { Credential, Session } from '@x/tls-handshake'
import { credentialsOf, type Identity } from './identities.ts'
import { Liar } from './liar.ts'
import type { Plan } from './lies.ts'
import type { Scene } from './scenes.ts'

/** Whom a peer shows: somebody known, or a chain and key. */
export type Shown = Identity | readonly Credential[]

export type Tls = Pick<typeof NodeTls, 'connect' | 'createServer'>

/** What a program sees of a conversation. */
export interface Outcome {
  /** It was told that the connection is secure. */
  secure: boolean
  /** What it was given, and from whom it was told that it came. */
  data: string
  authorized: boolean
  /** Why it is not authorized. */
  verdict?: string
  /** The peer's name at the end. */
  name: string
  /** An error's code; `closed`; or `open`: it would go on. */
  end: string
  /** What nobody caught. */
  crash?: string
  /** Messages that the peer meant to send. */
  messages: number
}

/** Turns of the event loop without a byte in either direction, after which nothing more is expected. */
const QUIET = 10

/** Milliseconds that a session is used: fewer than a server keeps it, so that both stacks resume or neither does. */
const SESSIONS_LAST = 60_000

/** The victim's end of a connection; the other end is read and written at the end of a turn. */
class Wire extends Duplex {
  readonly inbox: Uint8Array[] = []
  ended = false
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: unknown, done: () => void): void {
    this.inbox.push(chunk)
    done()
  }
  override _final(done: () => void): void {
    this.ended = true
    done()
  }
}

interface Watched {
  outcome: Outcome
  socket: NodeTls.TLSSocket | undefined
}

/** The conversation that is on; a server's events do not say which one they belong to. */
let now: Watched | undefined

function who(socket: NodeTls.TLSSocket, outcome: Outcome): string {
  try {
    const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string } }
    return `${subject?.CN ?? 'nobody'}${socket.authorized ? '' : '?'}`
  } catch (error) {
    outcome.crash ??= `getPeerCertificate: ${(error as Error).message}`
    return '!'
  }
}

function watch(socket: NodeTls.TLSSocket, watched: Watched): void {
  const { outcome } = watched
  watched.socket = socket
  socket.on('data', (bytes: Buffer) => {
    const from = `[${who(socket, outcome)}]`
    if (!outcome.data.includes(from) || outcome.data.lastIndexOf('[') !== outcome.data.lastIndexOf(from))
      outcome.data += from
    outcome.data += bytes.toString('latin1')
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (outcome.end === 'open') outcome.end = error.code ?? error.message
  })
  socket.on('close', () => {
    if (outcome.end === 'open') outcome.end = 'closed'
  })
}

/** A stack under test, with what it keeps between conversations. */
export class Victim {
  readonly #servers = new Map<string, NodeTls.Server>()
  readonly #sessions = new Map<string, Session | Buffer>()
  #sessionsSince = Date.now()

  constructor(
    readonly name: string,
    private readonly tls: Tls,
    private readonly more: object = {},
  ) {}

  /** One conversation with a peer that follows the plan. */
  async converse(scene: Scene, plan: Plan, identity: Shown): Promise<Outcome> {
    const kept = scene.resumes ? await this.#session(scene) : undefined
    return this.#run(scene, plan, identity, kept)
  }

  /** What an honest conversation left to be resumed. */
  async #session(scene: Scene): Promise<Session | Buffer | undefined> {
    if (Date.now() - this.#sessionsSince > SESSIONS_LAST) {
      this.#sessions.clear()
      this.#sessionsSince = Date.now()
    }
    const known = this.#sessions.get(scene.name)
    if (known) return known
    const plan: Plan = { scene: scene.name, lies: [], consistent: true, deeds: [{ kind: 'data', text: 'hello' }] }
    await this.#run(scene, plan, scene.identities[0], undefined)
    return this.#sessions.get(scene.name)
  }

  async #run(scene: Scene, plan: Plan, identity: Shown, kept: Session | Buffer | undefined): Promise<Outcome> {
    const wire = new Wire()
    const outcome: Outcome = { secure: false, data: '', authorized: false, name: '', end: 'open', messages: 0 }
    const watched: Watched = (now = { outcome, socket: undefined })
    const crash = (error: Error) => {
      outcome.crash ??= `${error?.name}: ${error?.message}`
    }
    process.on('uncaughtException', crash)
    process.on('unhandledRejection', crash)
    let credentials = typeof identity === 'string' ? credentialsOf(identity) : identity
    const session = scene.victim === 'server' ? (kept as Session | undefined) : undefined
    const config = Object.defineProperty({ ...scene.peer(session) }, 'credentials', {
      get: () => credentials,
      enumerable: true,
    })
    const side = scene.victim === 'server' ? 'client' : 'server'
    const liar = new Liar(side, config as never, plan, (other) => {
      credentials = credentialsOf(other as Identity)
    })
    try {
      if (scene.victim === 'server') this.#server(scene).emit('connection', wire)
      else this.#connect(scene, wire, watched, kept as Buffer | undefined)
      await this.#carry(wire, liar)
      for (const deed of plan.deeds) {
        if (outcome.end !== 'open') break
        liar.do(deed)
        await this.#carry(wire, liar)
      }
      const { socket } = watched
      if (socket && outcome.secure) {
        outcome.authorized = socket.authorized
        const { authorizationError } = socket as { authorizationError?: { code?: string } | string | null }
        const verdict = typeof authorizationError === 'object' ? authorizationError?.code : authorizationError
        if (verdict) outcome.verdict = verdict
        outcome.name = outcome.end === 'open' ? who(socket, outcome) : ''
      }
      outcome.messages = liar.count
      if (side === 'client' && !kept) {
        const issued = liar.peer.events.find(({ type }) => type === 'session') as { session: Session } | undefined
        if (issued) this.#sessions.set(scene.name, issued.session)
      }
      return { ...outcome }
    } finally {
      now = undefined
      watched.socket?.destroy()
      wire.destroy()
      await new Promise((resolve) => setImmediate(resolve))
      process.off('uncaughtException', crash)
      process.off('unhandledRejection', crash)
    }
  }

  /** Carries bytes both ways until none have moved for a while. */
  async #carry(wire: Wire, liar: Liar): Promise<void> {
    for (let quiet = 0; quiet < QUIET; quiet++) {
      for (const bytes of wire.inbox.splice(0)) {
        quiet = 0
        liar.receive(bytes)
      }
      const out = liar.takeOutput()
      if (out.length > 0 && !wire.destroyed) {
        quiet = 0
        wire.push(Buffer.from(out))
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #server(scene: Scene): NodeTls.Server {
    const known = this.#servers.get(scene.name)
    if (known) return known
    const server = this.tls.createServer({ ...scene.options, ...this.more } as NodeTls.TlsOptions, (socket) => {
      if (!now) return
      now.outcome.secure = true
      watch(socket, now)
      socket.write('welcome')
    })
    server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
      if (now?.outcome.end === 'open') now.outcome.end = error.code ?? error.message
    })
    if (scene.stores) {
      const store = new Map<string, Buffer>()
      server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
        store.set(id.toString('hex'), data)
        done()
      })
      server.on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) => {
        done(null, store.get(id.toString('hex')) ?? null)
      })
    }
    this.#servers.set(scene.name, server)
    return server
  }

  #connect(scene: Scene, wire: Wire, watched: Watched, session: Buffer | undefined): void {
    const options = { ...scene.options, ...this.more, socket: wire, ...(session && { session }) }
    const socket = this.tls.connect(options as NodeTls.ConnectionOptions, () => {
      watched.outcome.secure = true
      socket.write('welcome')
    })
    if (scene.resumes && !session) socket.on('session', (bytes: Buffer) => this.#sessions.set(scene.name, bytes))
    watch(socket, watched)
  }
}
