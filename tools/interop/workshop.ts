import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeProvider } from '@x/crypto-primitives/node'
import { Certificate, encodePfx, parsePrivateKey } from '@x/x509'
import { authority, type KeyName, leafFor } from './certificates.ts'

const programs = fileURLToPath(new URL('programs', import.meta.url))

/** Algorithms that Java has, and has turned off. */
const JAVA_EVERYTHING = ['jdk.tls.disabledAlgorithms', 'jdk.tls.legacyAlgorithms', 'jdk.certpath.disabledAlgorithms']

/** A program of a peer that runs, and what it has printed so far. */
export class Running {
  printed = ''
  exited = false
  readonly #child: ChildProcessWithoutNullStreams
  #wake: () => void = () => {}

  constructor(program: string, args: readonly string[], environment: Record<string, string> = {}) {
    const child = spawn(program, args, { env: { ...process.env, ...environment } })
    this.#child = child
    child.stdin.on('error', () => {})
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        this.printed += text
        this.#wake()
      })
    }
    child.once('close', () => {
      this.exited = true
      this.#wake()
    })
  }

  type(text: string): void {
    this.#child.stdin.write(text)
  }

  endInput(): void {
    this.#child.stdin.end()
  }

  /** Waits until it has printed something like this. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.printed)
      if (match) return match
      if (this.exited) throw new Error(`the peer has ended without ${pattern}; it printed: ${this.printed}`)
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`waited too long for ${pattern}; the peer printed: ${this.printed}`)),
          60_000,
        )
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Waits until it ends by itself. */
  async ends(): Promise<void> {
    while (!this.exited) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** A port nobody listens on, below those that the system gives to connections and to listeners on port 0. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const free = await new Promise<boolean>((resolve) => {
      const server = net.createServer()
      server.once('error', () => resolve(false))
      server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** A folder with what the peers' programs read, each in the form that it wants, and the programs that we bring. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'interop-'))
  readonly #running = new Set<Running>()
  readonly #made = new Set<string>()

  path(name: string): string {
    return join(this.folder, name)
  }

  /** The path of a file with this content, written once. */
  file(name: string, content: string | Uint8Array): string {
    const path = this.path(name)
    this.#once(name, () => writeFileSync(path, content))
    return path
  }

  get ca(): string {
    return this.file('ca.pem', authority.cert)
  }

  /** Certificate and key of a leaf for localhost, as two files. */
  leaf(kind: KeyName): { cert: string; key: string } {
    const { cert, key } = leafFor(kind)
    return { cert: this.file(`${kind}.pem`, cert), key: this.file(`${kind}.key`, key) }
  }

  /** The same as one PKCS#12 file; its password is "secret". */
  pfx(kind: KeyName): string {
    const { cert, key } = leafFor(kind)
    const content = () =>
      encodePfx({
        keys: [{ key: parsePrivateKey(key), friendlyName: kind }],
        certificates: [Certificate.parse(cert)],
        passphrase: 'secret',
        provider: nodeProvider,
      })
    return this.#made.has(`${kind}.p12`) ? this.path(`${kind}.p12`) : this.file(`${kind}.p12`, content())
  }

  /** A database of NSS that trusts the authority, with these leaves, each under its kind's name; password "secret". */
  nssDatabase(kinds: readonly KeyName[]): string {
    const name = ['nss', ...kinds].join('-')
    const database = `sql:${this.path(name)}`
    this.#once(name, () => {
      const password = this.file('password', 'secret\n')
      const common = ['-d', database, '-f', password]
      mkdirSync(this.path(name))
      execFileSync('certutil', ['-N', ...common])
      execFileSync('certutil', ['-A', ...common, '-n', 'ca', '-t', 'CT,C,C', '-a', '-i', this.ca])
      for (const kind of kinds) {
        const args = ['-i', this.pfx(kind), '-d', database, '-W', 'secret', '-k', password]
        execFileSync('pk12util', args, { stdio: 'ignore' })
      }
    })
    return database
  }

  /** Command line of our program in Java, with everything turned on that Java has. */
  java(kinds: readonly KeyName[], ...options: readonly string[]): [program: string, ...args: string[]] {
    this.#once('Peer.java', () => execFileSync('javac', ['-d', this.folder, join(programs, 'Peer.java')]))
    for (const kind of kinds) this.pfx(kind)
    const security = this.file('java.security', JAVA_EVERYTHING.map((name) => `${name}=\n`).join(''))
    const enough = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', `-Djava.security.properties=${security}`]
    return ['java', ...enough, ...options, '-cp', this.folder, 'Peer', this.folder, this.ca, kinds.join()]
  }

  /** Command line of our program in Go. */
  go(kinds: readonly KeyName[]): [program: string, ...args: string[]] {
    const program = this.path('go-peer')
    this.#once('go-peer', () =>
      execFileSync('go', ['build', '-o', program, '.'], {
        cwd: programs,
        env: { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
      }),
    )
    for (const kind of kinds) this.leaf(kind)
    return [program, this.folder, this.ca, kinds.join()]
  }

  /** Starts a program. It is killed in the end, if it has not ended. */
  start(command: readonly [program: string, ...args: string[]], input?: string): Running {
    const [program, ...args] = command
    const running = new Running(program, args)
    this.#running.add(running)
    if (input !== undefined) running.type(input)
    return running
  }

  /**
   * Starts a server, and waits until it listens.
   *
   * @param command for a server that cannot choose its port itself, and has to be given one
   */
  async serve(command: (port: number) => readonly [program: string, ...args: string[]]): Promise<{
    readonly port: number
    readonly server: Running
  }> {
    for (;;) {
      const port = await freePort()
      const server = this.start(command(port))
      while (!server.exited) {
        if (await accepts(port)) return { port, server }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      if (!/address already in use|in use|bind/i.test(server.printed)) {
        throw new Error(`the server has ended: ${server.printed}`)
      }
    }
  }

  /** The same for a server that chooses its port, and prints it. */
  async serveAnnounced(command: readonly [program: string, ...args: string[]]): Promise<{
    readonly port: number
    readonly server: Running
  }> {
    const server = this.start(command)
    const [, port] = await server.shows(/^(\d+)$/m)
    return { port: Number(port), server }
  }

  /** Ends what runs. */
  rest(): void {
    for (const running of this.#running) running.kill()
    this.#running.clear()
  }

  close(): void {
    this.rest()
    rmSync(this.folder, { recursive: true })
  }

  #once(name: string, make: () => void): void {
    if (this.#made.has(name)) return
    this.#made.add(name)
    make()
  }
}
