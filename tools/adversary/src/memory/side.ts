/** One side of connections in memory, of our stack below node-tls-compat or of OpenSSL's library. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { CryptoProvider } from '@x/crypto-primitives'
import { TlsContext } from '@x/secure-context'
import { type ClientConfig, type ServerConfig, type Session, TlsConnection } from '@x/tls-handshake'
import { Certificate, type Issued } from '@x/x509'
import { authority } from '../identities.ts'

/** What a victim is configured with, in words that fit both stacks. TLS 1.3 alone. */
export interface MemoryOptions {
  readonly side: 'client' | 'server'
  readonly identity?: Issued
  /** `strict`: whoever is not to be believed ends it; a server asks for certificates only where it verifies. */
  readonly verify?: 'strict' | 'lax'
  /** A server asks after the handshake and not in it; a client can be asked so. */
  readonly later?: boolean
  /** Early data is taken, or sent. */
  readonly early?: boolean
}

export type Happening =
  | { readonly secure: true; readonly accepted: boolean }
  | { readonly early: string }
  | { readonly data: string; readonly from: string }

export interface Told {
  readonly bytes: Uint8Array
  readonly happened: readonly Happening[]
  readonly end: string
  readonly name: string
  readonly authorized: boolean
}

/** A stack that has one connection at a time. */
export interface MemoryStack {
  readonly name: string
  begin(scene: string, options: MemoryOptions, resume: boolean): Promise<Told>
  receive(bytes: Uint8Array): Promise<Told>
  /** A server asks for the client's certificate. */
  ask(): Promise<Told>
  close(): Promise<void>
  /** What a client kept of this scene to be resumed is too old. */
  forget(scene: string): Promise<void>
}

const WELCOME = new TextEncoder().encode('welcome')
const CONTEXT = new TextEncoder().encode('here')

export class OurStack implements MemoryStack {
  readonly #contexts = new Map<string, TlsContext>()
  readonly #sessions = new Map<string, Session>()
  #connection: TlsConnection | undefined
  #scene = ''

  constructor(
    readonly name: string,
    private readonly provider: CryptoProvider,
  ) {}

  async begin(scene: string, options: MemoryOptions, resume: boolean): Promise<Told> {
    this.#scene = scene
    this.#connection =
      options.side === 'server'
        ? TlsConnection.server(this.#server(scene, options))
        : TlsConnection.client(this.#client(scene, options, resume))
    if (options.early && this.#connection.earlyDataLeft > 0)
      this.#connection.writeEarly(new TextEncoder().encode('early'))
    return this.#told()
  }

  /** Record by record, so that it can be told who the peer was when each of them had come. */
  async receive(bytes: Uint8Array): Promise<Told> {
    const all: Told[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = at + 5 + ((bytes[at + 3] ?? 0) << 8) + (bytes[at + 4] ?? 0)
      this.#connection!.receive(bytes.subarray(at, end))
      all.push(await this.#told())
      at = end
    }
    return {
      ...all.at(-1)!,
      bytes: new Uint8Array(Buffer.concat(all.map((told) => told.bytes))),
      happened: all.flatMap(({ happened }) => happened),
    }
  }

  async ask(): Promise<Told> {
    this.#connection!.requestClientCertificate()
    return this.#told()
  }

  async close(): Promise<void> {
    this.#connection = undefined
  }

  async forget(scene: string): Promise<void> {
    this.#sessions.delete(scene)
  }

  #context(scene: string, { identity }: MemoryOptions): TlsContext {
    let context = this.#contexts.get(scene)
    if (!context) {
      const { provider } = this
      context = new TlsContext({
        provider,
        minVersion: 'TLSv1.3',
        maxVersion: 'TLSv1.3',
        ca: [authority.cert],
        ...(identity && { cert: [identity.cert], key: [{ pem: identity.key }] }),
      })
      this.#contexts.set(scene, context)
    }
    return context
  }

  #server(scene: string, options: MemoryOptions): ServerConfig {
    const { verify, later, early } = options
    return {
      ...this.#context(scene, options).serverConfig(),
      requestCertificate: verify !== undefined && !later,
      requireCertificate: verify === 'strict' && !later,
      allowUnverifiedPeer: verify === 'lax',
      sessionIdContext: CONTEXT,
      ...(early && { maxEarlyData: 16384, antiReplay: () => true }),
    }
  }

  #client(scene: string, options: MemoryOptions, resume: boolean): ClientConfig {
    const { verify, later, early } = options
    const session = resume ? this.#sessions.get(scene) : undefined
    return {
      ...this.#context(scene, options).clientConfig(),
      serverName: 'localhost',
      allowUnverifiedPeer: verify === 'lax',
      postHandshakeAuth: later === true,
      ...(session && { session, earlyData: early === true }),
    }
  }

  async #told(): Promise<Told> {
    const connection = this.#connection!
    const happened: Happening[] = []
    let end = connection.peerClosed ? 'closed' : 'open'
    for (let again = true; again; ) {
      again = false
      while (connection.waiting) await new Promise((resolve) => setImmediate(resolve))
      for (const event of connection.takeEvents()) {
        if (event.type === 'secure') {
          happened.push({ secure: true, accepted: connection.earlyDataAccepted === true })
          connection.write(WELCOME)
          again = true
        } else if (event.type === 'data') {
          const data = Buffer.from(event.bytes).toString('latin1')
          const { name, authorized } = this.#who()
          happened.push(event.early ? { early: data } : { data, from: `${name}${authorized ? '' : '?'}` })
        } else if (event.type === 'session') this.#sessions.set(this.#scene, event.session)
        else if (event.type === 'closeNotify') end = 'closed'
      }
    }
    const bytes = new Uint8Array(Buffer.concat(connection.takeOutput()))
    return { bytes, happened, end: connection.error?.reason ?? end, ...this.#who() }
  }

  #who(): { name: string; authorized: boolean } {
    const { peer } = this.#connection!
    const [leaf] = peer?.certificates ?? []
    if (!leaf) return { name: 'nobody', authorized: false }
    const name = Certificate.parse(leaf).subject.get('CN') ?? ''
    return { name, authorized: peer?.verification?.ok === true }
  }
}

/** OpenSSL's library, by Python's ctypes. */
export class OpenSslStack implements MemoryStack {
  readonly name = 'OpenSSL'
  readonly #process: ChildProcess
  readonly #folder = mkdtempSync(join(tmpdir(), 'openssl-in-memory-'))
  readonly #files = new Map<Issued, object>()
  readonly #answers: ((line: string) => void)[] = []

  constructor() {
    const program = fileURLToPath(new URL('openssl.py', import.meta.url))
    this.#process = spawn('python3', [program], { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#process.stdout! }).on('line', (line) => this.#answers.shift()?.(line))
    this.#process.on('exit', (code) => {
      if (code) throw new Error(`OpenSSL's process has ended: ${code}`)
    })
    writeFileSync(join(this.#folder, 'ca.pem'), authority.cert)
  }

  begin(name: string, { identity, ...options }: MemoryOptions, resume: boolean): Promise<Told> {
    const ca = join(this.#folder, 'ca.pem')
    const files = identity && this.#filesOf(identity)
    return this.#do({ do: 'begin', name, resume, options: { ...options, ca, ...files } })
  }

  receive(bytes: Uint8Array): Promise<Told> {
    return this.#do({ do: 'receive', bytes: Buffer.from(bytes).toString('hex') })
  }

  ask(): Promise<Told> {
    return this.#do({ do: 'ask' })
  }

  async close(): Promise<void> {
    await this.#do({ do: 'close' })
  }

  async forget(name: string): Promise<void> {
    await this.#do({ do: 'forget', name })
  }

  end(): void {
    this.#process.stdin!.end()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #filesOf(identity: Issued): object {
    let files = this.#files.get(identity)
    if (!files) {
      const [certificate, key] = ['certificate', 'key'].map((what) =>
        join(this.#folder, `${this.#files.size}-${what}.pem`),
      )
      writeFileSync(certificate, identity.cert)
      writeFileSync(key, identity.key)
      this.#files.set(identity, (files = { certificate, key }))
    }
    return files
  }

  async #do(order: object): Promise<Told> {
    const line = new Promise<string>((resolve) => this.#answers.push(resolve))
    this.#process.stdin!.write(`${JSON.stringify(order)}\n`)
    const { bytes, ...told } = JSON.parse(await line) as Omit<Told, 'bytes'> & { bytes?: string }
    return { ...told, bytes: new Uint8Array(Buffer.from(bytes ?? '', 'hex')) }
  }
}
