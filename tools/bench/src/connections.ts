/**
 * Handshakes, bulk data, memory, start-up, bundle sizes and growth: this stack with both providers against node:tls and
 * the other TLS stacks in JavaScript, in one run.
 *
 *   pnpm connections [--only REGEX] [--stacks a,b] [--rounds N] [--turn MS] [--source] [--json FILE] [--svg FILE] [--profile STACK]
 *
 * Each stack has a process of its own; the far end is always node:tls in another one. A figure is the CPU time of the
 * process under test, system and threads included, and a ratio is the median over rounds of that stack's figure over
 * node:tls's of the same round.
 */
import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority, type Issued } from '@x/x509'
import { bars, type Memory, type Report } from './connections/bars.ts'
import { drawChart } from './connections/chart.ts'
import { Agent, buildAgents } from './connections/pool.ts'
import { type Group, inTurn, Pace, type Turn } from './connections/rounds.ts'
import { bundleSizes } from './connections/sizes.ts'
import { median } from './measure.ts'
import type { CertificateKind, Cipher, ClientOptions, ServerOptions, Version } from './stacks/stack.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    stacks: {
      type: 'string',
      default: 'ours,ours-portable,ours-page,lemon-tls,subtls,reclaim-webcrypto,reclaim-javascript,epoxy,forge',
    },
    rounds: { type: 'string', default: '7' },
    /** Milliseconds of a stack's turn. */
    turn: { type: 'string', default: '500' },
    source: { type: 'boolean', default: false },
    json: { type: 'string' },
    svg: { type: 'string' },
    profile: { type: 'string' },
  },
})
const only = new RegExp(options.only)
const rounds = Number(options.rounds)
const milliseconds = Number(options.turn)
const stacks = ['node', ...options.stacks.split(',').filter(Boolean)]

// --- Processes and certificates

await buildAgents(options.source)
const agents = new Map<string, Agent>()
for (const name of stacks) {
  const flags = options.profile === name ? ['--cpu-prof', '--cpu-prof-interval=200'] : []
  agents.set(name, await Agent.start(name, flags))
}
const peer = await Agent.start('node')
const abilities = new Map<string, Awaited<ReturnType<typeof commandsOf>>>()
async function commandsOf(agent: Agent) {
  return (await agent.call('started')).abilities
}
for (const [name, agent] of agents) abilities.set(name, await commandsOf(agent))

const KEYS = { 'P-256': { type: 'ec', curve: 'secp256r1' }, 'RSA-2048': { type: 'rsa', bits: 2048 } } as const
/** subtls asks every authority for it. */
const extensions = [
  { name: 'keyUsage', critical: true, value: ['digitalSignature', 'keyCertSign', 'cRLSign'] },
] as const
const authorities = Object.fromEntries(
  (['P-256', 'RSA-2048'] as const).map((kind) => [
    kind,
    createAuthority({ provider: nodeProvider, key: KEYS[kind], subject: `Bench ${kind}`, extensions }),
  ]),
)
const leaf = ({ cert, key }: Issued) => ({ cert, key })
const identities = Object.fromEntries(
  (['P-256', 'RSA-2048'] as const).map((kind) => [
    kind,
    [leaf(authorities[kind]!.issue('localhost', { key: KEYS[kind] }))],
  ]),
)

const ports = new Map<string, number>()
async function target(server: Agent, kind: CertificateKind, version: Version, cipher: Cipher, fresh?: ServerOptions) {
  const name = [server.process.pid, kind, version, cipher, !!fresh].join()
  let port = ports.get(name)
  if (port === undefined) {
    port = await server.call('listen', fresh ?? { identities: identities[kind]!, version, cipher })
    ports.set(name, port)
  }
  return { port, ca: authorities[kind]!.cert, version, cipher } satisfies ClientOptions
}

// --- What is measured

const groups: Group[] = []
const more: { -readonly [name in 'memory' | 'start' | 'sizes' | 'growth']?: Report[name] } = {}

const format = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

async function group(title: string, unit: string, contenders: Map<string, Turn>): Promise<void> {
  if (!only.test(title) || contenders.size < 2) return
  const rows = await inTurn(contenders, { rounds, milliseconds })
  groups.push({ title, unit, rows })
  console.log(`\n${title} (${unit} of CPU)`)
  for (const [name, row] of Object.entries(rows)) {
    const text =
      'error' in row
        ? row.error
        : `${format(row.cpu).padStart(9)}   x${row.cpuRatio.toFixed(2).padEnd(7)} clock x${row.wallRatio.toFixed(2)}`
    console.log(`  ${name.padEnd(20)}${text}`)
  }
}

const able = (role: 'client' | 'server', version: Version, cipher: Cipher) =>
  stacks.filter((name) => abilities.get(name)![role].includes(version) && abilities.get(name)!.ciphers.includes(cipher))

/** Handshakes of a sort that a stack makes in a role before they are counted, and the milliseconds of it at most. */
const WARM_UP = 3000
const WARM_UP_TIME = 10_000
const warm = new Set<string>()

/**
 * A long-lived process is measured: the first thousands of handshakes pay for the compiler. Resumed ones and
 * those with a key of another kind take paths of their own through a stack, as cold after any number of the others.
 */
async function warmUp(label: string, handshakes: (count: number) => Promise<unknown>) {
  if (warm.has(label)) return
  warm.add(label)
  const begun = performance.now()
  for (let made = 0; made < WARM_UP && performance.now() - begun < WARM_UP_TIME; made += 100) await handshakes(100)
}

interface Handshakes {
  readonly role: 'client' | 'server'
  readonly version: Version
  readonly kind: CertificateKind
  readonly cipher?: Cipher
  readonly resume?: boolean
  /** Identities of the far end, one for each connection. */
  readonly fresh?: ServerOptions['identities']
  readonly of?: readonly string[]
}

async function handshakes(title: string, o: Handshakes): Promise<void> {
  const { role, version, kind, cipher = 'aes-128-gcm', resume = false } = o
  const contenders = new Map<string, Turn>()
  for (const name of able(role, version, cipher)) {
    if ((resume && !abilities.get(name)!.resumption) || (o.of && !o.of.includes(name))) continue
    const agent = agents.get(name)!
    const [client, server] = role === 'client' ? [agent, peer] : [peer, agent]
    const pace = new Pace(20, 8, 3000)
    contenders.set(name, async (time) => {
      const count = pace.units(time)
      const to = await target(server, kind, version, cipher, o.fresh && { identities: o.fresh, version, cipher })
      await warmUp(`${name}, ${role}, ${resume ? 'resumed' : kind}`, async (some) => {
        await client.call('handshakes', { count: some, resume, to })
        await server.call('drop')
      })
      const before = await agent.call('cpu')
      const { cpu, wall, resumed } = await client.call('handshakes', { count, resume, to })
      const all = (await agent.call('cpu')) - before
      await server.call('drop')
      if (resume && resumed < count) throw new Error(`${count - resumed} of ${count} were not resumed`)
      pace.learn(wall, count)
      return { cpu: role === 'client' ? cpu : all, wall, units: count }
    })
  }
  await group(title, 'us', contenders)
}

/**
 * Data flows in processes of its own, new ones for each table: what other tables left on a heap is not its cost, and
 * would be counted against whoever comes later.
 */
async function bulk(title: string, direction: 'send' | 'receive', version: Version, cipher: Cipher, chunk: number) {
  if (!only.test(title)) return
  const contenders = new Map<string, Turn>()
  const carriers: Agent[] = []
  const kind = version === '1.1' ? 'RSA-2048' : 'P-256'
  for (const name of able('client', version, cipher)) {
    const agent = options.profile === name ? agents.get(name)! : await Agent.start(name)
    if (agent !== agents.get(name)) carriers.push(agent)
    const pace = new Pace(1, 0.25, 256)
    contenders.set(name, async (time) => {
      // Every turn is a connection of its own: long enough that its beginning counts for little.
      const megabytes = pace.units(2 * time)
      const bytes = Math.round(megabytes * 64) * 16384
      const spent = await agent.call(direction, { bytes, chunk, to: await target(peer, kind, version, cipher) })
      await peer.call('drop')
      pace.learn(spent.wall, megabytes)
      return { ...spent, units: bytes / 1e6 }
    })
  }
  await group(title, 'us/MB', contenders)
  for (const agent of carriers) agent.stop()
}

for (const role of ['client', 'server'] as const) {
  for (const kind of ['P-256', 'RSA-2048'] as const)
    await handshakes(`full handshake, ${role}, TLS 1.3, ${kind}`, { role, version: '1.3', kind })
  await handshakes(`full handshake, ${role}, TLS 1.2, P-256`, { role, version: '1.2', kind: 'P-256' })
  await handshakes(`full handshake, ${role}, TLS 1.1, RSA-2048`, {
    role,
    version: '1.1',
    kind: 'RSA-2048',
    cipher: 'aes-128-cbc',
  })
  await handshakes(`resumed handshake, ${role}, TLS 1.3`, { role, version: '1.3', kind: 'P-256', resume: true })
  await handshakes(`resumed handshake, ${role}, TLS 1.2`, { role, version: '1.2', kind: 'P-256', resume: true })
}
if (only.test('full handshake, client, new chains'))
  for (const kind of ['P-256', 'RSA-2048'] as const) {
    // RSA keys take long to make; a certificate is new when its key is not.
    const first = authorities[kind]!.issue('localhost', { key: KEYS[kind] })
    const fresh = Array.from({ length: 2000 }, (_, i) => {
      if (kind === 'P-256') return leaf(authorities[kind]!.issue('localhost', { key: KEYS[kind] }))
      const { publicKey } = first.certificate
      return { cert: authorities[kind]!.issue('localhost', { names: [`n${i}.test`], publicKey }).cert, key: first.key }
    })
    const of = ['node', 'ours', 'ours-portable', 'ours-page']
    await handshakes(`full handshake, client, new chains, TLS 1.3, ${kind}`, {
      role: 'client',
      version: '1.3',
      kind,
      fresh,
      of,
    })
  }

for (const direction of ['send', 'receive'] as const) {
  await bulk(`${direction}, 16 KiB writes, AES-128-GCM`, direction, '1.3', 'aes-128-gcm', 16384)
  await bulk(`${direction}, 16 KiB writes, ChaCha20-Poly1305`, direction, '1.3', 'chacha20-poly1305', 16384)
  await bulk(`${direction}, 1 KiB writes, AES-128-GCM`, direction, '1.3', 'aes-128-gcm', 1024)
  await bulk(`${direction}, 16 KiB writes, AES-128-CBC, TLS 1.1`, direction, '1.1', 'aes-128-cbc', 16384)
}
await bulk('send, 256 KiB writes, AES-128-GCM', 'send', '1.3', 'aes-128-gcm', 262144)

const usual = (name: string): [Version, CertificateKind, Cipher] =>
  abilities.get(name)!.client.includes('1.3') ? ['1.3', 'P-256', 'aes-128-gcm'] : ['1.1', 'RSA-2048', 'aes-128-cbc']

if (only.test('memory')) {
  const count = 300
  const idle: Record<string, Memory> = {}
  for (const name of stacks)
    for (const role of ['client', 'server'] as const) {
      if (!abilities.get(name)![role].length) continue
      // The heap of a process that has done other things says little.
      const agent = await Agent.start(name, ['--expose-gc'])
      const far = await Agent.start('node')
      const [client, server] = role === 'client' ? [agent, far] : [far, agent]
      const to = await target(
        server,
        ...([...usual(name)].slice(1, 2) as [CertificateKind]),
        usual(name)[0],
        usual(name)[2],
      )
      try {
        if (role === 'client') idle[`${name}, client`] = await client.call('idle', { count, to })
        else {
          await client.call('handshakes', { count: 20, to })
          await server.call('drop')
          const before = await server.call('memory')
          await client.call('handshakes', { count, keep: true, to })
          const after = await server.call('memory')
          const each = (kind: keyof Memory) => (after[kind] - before[kind]) / count
          idle[`${name}, server`] = { rss: each('rss'), heap: each('heap'), external: each('external') }
        }
      } catch (error) {
        console.log(`  ${name}, ${role}: ${(error as Error).message}`)
      }
      agent.stop()
      far.stop()
    }
  more.memory = idle
  console.log('\nmemory of an idle connection, KB')
  for (const [name, { rss, heap, external }] of Object.entries(idle))
    console.log(
      `  ${name.padEnd(28)}${[rss, heap, external].map((b) => (b / 1000).toFixed(1).padStart(8)).join('')}   (rss, heap, external)`,
    )
}

if (only.test('start')) {
  const started: Record<string, { import: number[]; first: number[]; warm: number[] }> = {}
  for (let round = 0; round < rounds; round++)
    for (const name of stacks) {
      const [version, kind, cipher] = usual(name)
      const to = await target(peer, kind, version, cipher)
      const agent = await Agent.start(name)
      started[name] ??= { import: [], first: [], warm: [] }
      try {
        started[name].import.push((await agent.call('started')).cpu)
        started[name].first.push((await agent.call('handshakes', { count: 1, concurrency: 1, to })).cpu)
        await agent.call('handshakes', { count: 50, concurrency: 1, to })
        started[name].warm.push((await agent.call('handshakes', { count: 100, concurrency: 1, to })).latency)
      } catch (error) {
        console.log(`  ${name}: ${(error as Error).message}`)
      }
      await peer.call('drop')
      agent.stop()
    }
  const table = Object.fromEntries(
    Object.entries(started).map(([name, { import: load, first, warm }]) => [
      name,
      {
        import: median(load) / 1000,
        first: median(first) / 1000,
        warm: median(warm) / 1000,
        warmRatio: median(warm.map((one, round) => one / started.node!.warm[round]!)),
      },
    ]),
  )
  more.start = table
  console.log('\nstart: import and first connection (ms of CPU), warm connection to first byte (ms on the clock)')
  for (const [name, { import: load, first, warm, warmRatio }] of Object.entries(table))
    console.log(
      `  ${name.padEnd(20)}${load.toFixed(1).padStart(8)} +${first.toFixed(1).padStart(7)}${warm.toFixed(2).padStart(9)}   x${warmRatio.toFixed(2)}`,
    )
}

if (only.test('sizes')) {
  const sizes = await bundleSizes()
  more.sizes = sizes
  console.log('\nsizes of a client, KB minified and gzip')
  for (const [name, size] of Object.entries(sizes))
    console.log(
      `  ${name.padEnd(36)}${'error' in size ? size.error : `${(size.minified / 1000).toFixed(1).padStart(8)}${(size.gzip / 1000).toFixed(1).padStart(8)}`}`,
    )
}

if (only.test('growth')) {
  const growth: Record<string, Record<string, number>> = {}
  for (const name of ['node', 'ours', 'ours-portable'].filter((one) => agents.has(one))) {
    for (const direction of ['send', 'receive'] as const)
      for (const megabytes of [1, 10, 100, 1000]) {
        if (name === 'ours-portable' && megabytes > 100 && rounds < 3) continue
        const samples: number[] = []
        for (let round = 0; round < (megabytes > 100 ? 1 : Math.min(rounds, 7)); round++) {
          const agent = await Agent.start(name)
          const to = await target(peer, 'P-256', '1.3', 'aes-128-gcm')
          // The compiler has done its work after a few megabytes.
          await agent.call(direction, { bytes: 32e6, chunk: 16384, to })
          const { cpu } = await agent.call(direction, { bytes: megabytes * 1e6, chunk: 16384, to }, 600)
          samples.push(cpu / megabytes)
          await peer.call('drop')
          agent.stop()
        }
        growth[`${name}, ${direction}, us/MB`] ??= {}
        growth[`${name}, ${direction}, us/MB`]![`${megabytes} MB`] = median(samples)
      }
    for (const role of ['client', 'server'] as const) {
      const agent = await Agent.start(name)
      const far = await Agent.start('node')
      const [client, server] = role === 'client' ? [agent, far] : [far, agent]
      const to = await target(server, 'P-256', '1.3', 'aes-128-gcm')
      await client.call('handshakes', { count: 300, to })
      await server.call('drop')
      const row: Record<string, number> = {}
      let open = 0
      // The cost of the connections that are made on top of those already open.
      for (const total of [10, 100, 1000, 5000]) {
        const probes = Math.min(200, total)
        if (total - probes > open) {
          await client.call('handshakes', { count: total - probes - open, keep: true, to }, 600)
          open = total - probes
        }
        const before = await agent.call('cpu')
        await client.call('handshakes', { count: total - open, keep: true, to }, 600)
        row[`${total} open`] = ((await agent.call('cpu')) - before) / (total - open)
        open = total
      }
      growth[`${name}, ${role}, us/handshake`] = row
      agent.stop()
      far.stop()
    }
  }
  more.growth = growth
  console.log('\ngrowth: what each megabyte, and each further connection, costs (us of CPU)')
  for (const [name, row] of Object.entries(growth))
    console.log(
      `  ${name.padEnd(36)}${Object.entries(row)
        .map(([at, cost]) => `${at}: ${format(cost)}`)
        .join('   ')}`,
    )
}

for (const agent of [...agents.values(), peer]) agent.stop()

const result: Report = {
  environment: {
    node: process.version,
    openssl: process.versions.openssl,
    cpu: os.cpus()[0]!.model,
    cores: os.cpus().length,
    date: new Date().toISOString().slice(0, 10),
    rounds,
  },
  groups,
  ...more,
}
const held = bars(result)
if (held.length > 0) {
  console.log('\nbars')
  for (const { id, what, measured, limit, ok } of held)
    console.log(
      `  ${ok ? 'ok  ' : 'MISS'} ${id.padEnd(4)}${what.padEnd(58)}${measured.toFixed(2).padStart(8)}  (${limit})`,
    )
}
if (options.json) writeFileSync(options.json, `${JSON.stringify({ ...result, bars: held }, null, 1)}\n`)
if (options.svg) writeFileSync(options.svg, drawChart(groups))
