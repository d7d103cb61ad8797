/** One run on one Node: the processes, what they are given, and the tables that come of it. */
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority, type Issued } from '@x/x509'
import type { CertificateKind, Cipher, ClientOptions, ServerOptions, Version } from '../stacks/stack.ts'
import type { Report } from './bars.ts'
import { Agent } from './pool.ts'
import { type Group, inTurn, type Rows, type Turn } from './rounds.ts'

export interface Settings {
  /** Tables, by their titles. */
  readonly only: RegExp
  /** Besides `node`, which is always the first. */
  readonly stacks: readonly string[]
  readonly rounds: number
  /** Of a stack's turn. */
  readonly milliseconds: number
  /** A stack of which a CPU profile is written. */
  readonly profile?: string | undefined
}

type Identities = ServerOptions['identities']

const KEYS = { 'P-256': { type: 'ec', curve: 'secp256r1' }, 'RSA-2048': { type: 'rsa', bits: 2048 } } as const
const KINDS = ['P-256', 'RSA-2048'] as const
/** subtls asks every authority for it. */
const extensions = [
  { name: 'keyUsage', critical: true, value: ['digitalSignature', 'keyCertSign', 'cRLSign'] },
] as const
const authorities = Object.fromEntries(
  KINDS.map((kind) => [
    kind,
    createAuthority({ provider: nodeProvider, key: KEYS[kind], subject: `Bench ${kind}`, extensions }),
  ]),
)
const leaf = ({ cert, key }: Issued) => ({ cert, key })
const identities = Object.fromEntries(
  KINDS.map((kind) => [kind, [leaf(authorities[kind]!.issue('localhost', { key: KEYS[kind] }))]]),
) as unknown as Record<CertificateKind, Identities>

const FRESH = 2000
const fresh: { [kind in CertificateKind]?: Identities } = {}

/** Identities that are all different. */
export function freshIdentities(kind: CertificateKind): Identities {
  if (fresh[kind]) return fresh[kind]
  const authority = authorities[kind]!
  // RSA keys take long to make; a certificate is new when its key is not.
  const first = authority.issue('localhost', { key: KEYS[kind] })
  const { publicKey } = first.certificate
  return (fresh[kind] = Array.from({ length: FRESH }, (_, i) => {
    if (kind === 'P-256') return leaf(authority.issue('localhost', { key: KEYS[kind] }))
    return { cert: authority.issue('localhost', { names: [`n${i}.test`], publicKey }).cert, key: first.key }
  }))
}

export const format = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

export class Bench {
  readonly groups: Group[] = []
  readonly more: { -readonly [name in 'memory' | 'start' | 'sizes' | 'growth']?: Report[name] } = {}
  readonly agents = new Map<string, Agent>()
  /** node:tls, at the far end of all of them. */
  peer!: Agent
  readonly stacks: readonly string[]
  readonly abilities = new Map<string, Agent['abilities']>()
  readonly #ports = new Map<string, number>()

  private constructor(
    readonly settings: Settings,
    readonly binary: string,
  ) {
    this.stacks = ['node', ...settings.stacks]
  }

  static async start(settings: Settings, binary: string): Promise<Bench> {
    const bench = new Bench(settings, binary)
    for (const name of bench.stacks) {
      const flags = settings.profile === name ? ['--cpu-prof', '--cpu-prof-interval=200'] : []
      const agent = await bench.spawn(name, flags)
      bench.agents.set(name, agent)
      bench.abilities.set(name, agent.abilities)
    }
    bench.peer = await bench.spawn('node')
    return bench
  }

  spawn(name: string, flags?: readonly string[]): Promise<Agent> {
    return Agent.start(name, this.binary, flags)
  }

  stop(): void {
    for (const agent of [...this.agents.values(), this.peer]) agent.stop()
  }

  /** Stacks that can do it. */
  able(role: 'client' | 'server', version: Version, cipher: Cipher): string[] {
    return this.stacks.filter((name) => {
      const { [role]: versions, ciphers } = this.abilities.get(name)!
      return versions.includes(version) && ciphers.includes(cipher)
    })
  }

  /** What a stack is measured with where it does not matter. */
  usual(name: string): [CertificateKind, Version, Cipher] {
    return this.abilities.get(name)!.client.includes('1.3')
      ? ['P-256', '1.3', 'aes-128-gcm']
      : ['RSA-2048', '1.1', 'aes-128-cbc']
  }

  /** Where a client finds a server that listens with these. @param fresh another identity for each connection */
  async target(server: Agent, kind: CertificateKind, version: Version, cipher: Cipher, fresh?: Identities) {
    const name = [server.process.pid, kind, version, cipher, !!fresh].join()
    let port = this.#ports.get(name)
    if (port === undefined) {
      port = await server.call('listen', { identities: fresh ?? identities[kind], version, cipher })
      this.#ports.set(name, port)
    }
    return { port, ca: authorities[kind]!.cert, version, cipher } satisfies ClientOptions
  }

  identitiesOf(kind: CertificateKind): Identities {
    return identities[kind]
  }

  authorityOf(kind: CertificateKind): string {
    return authorities[kind]!.cert
  }

  async group(title: string, unit: string, contenders: ReadonlyMap<string, Turn>): Promise<void> {
    const { only, rounds, milliseconds } = this.settings
    if (!only.test(title) || contenders.size < 2) return
    this.table(title, unit, await inTurn(contenders, { rounds, milliseconds }))
  }

  /** @param unit of CPU, unless it says another thing */
  table(title: string, unit: string, rows: Rows): void {
    this.groups.push({ title, unit, rows })
    console.log(`\n${title} (${unit})`)
    for (const [name, row] of Object.entries(rows)) {
      const text =
        'error' in row
          ? row.error
          : `${format(row.cpu).padStart(9)}   x${row.cpuRatio.toFixed(2).padEnd(7)} clock x${row.wallRatio.toFixed(2)}`
      console.log(`  ${name.padEnd(20)}${text}`)
    }
  }
}
