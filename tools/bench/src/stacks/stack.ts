/** What the benchmark asks of a TLS stack. One file beside this one for each; each runs in a process of its own. */

export type Version = '1.3' | '1.2' | '1.1'
export type Cipher = 'aes-128-gcm' | 'chacha20-poly1305' | 'aes-128-cbc'
export type CertificateKind = 'P-256' | 'RSA-2048'

/** What a stack can do; what it can't is left out of the tables. */
export interface Abilities {
  readonly client: readonly Version[]
  readonly server: readonly Version[]
  readonly ciphers: readonly Cipher[]
  readonly resumption: boolean
  /** Has the interface of `node:https`; the agent finds out. */
  readonly https?: boolean
  /** Bulk data is capped for stacks that would take minutes, bytes. */
  readonly slow?: boolean
}

export interface ClientOptions {
  readonly port: number
  /** PEM of the authority. */
  readonly ca: string
  readonly version: Version
  readonly cipher: Cipher
  /** What an earlier connection's `session` gave. */
  readonly session?: unknown
}

export interface ServerOptions {
  /** PEM of chain and key; several: another one for each connection (needs SNI). */
  readonly identities: readonly { readonly cert: string; readonly key: string }[]
  readonly version: Version
  readonly cipher: Cipher
}

export interface Connection {
  /** @returns nothing, or a promise to wait for before the next write */
  write(bytes: Uint8Array): unknown
  onData(listener: (bytes: Uint8Array) => void): void
  destroy(): void
  /** What resumes this session, once the stack has it. */
  session(): unknown
  resumed(): boolean | undefined
  /** Name of the key exchange. */
  group?(): string | undefined
}

export interface Stack {
  readonly abilities: Abilities
  /** Resolves when the handshake is done and the peer verified. */
  connect(options: ClientOptions): Promise<Connection>
  listen?(options: ServerOptions, onConnection: (connection: Connection) => void): Promise<number>
  /** Loaded when it is asked for: it is no part of what starting costs. */
  https?(): Promise<Pick<typeof import('node:https'), 'Agent' | 'createServer' | 'get'>>
}
