/**
 * What each kind of hostile input costs our stack, beside node:tls: CPU of one connection, memory of one that is kept
 * open, and with the portable provider the public-key operations. Then what files cost, which have a budget.
 *
 * `--quick` looks at the kinds nearest to the bars, with bars twice as wide: for machines that do other things besides.
 * `--write` puts both tables into SECURITY.md.
 */
import { type ChildProcess, fork } from 'node:child_process'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { authority, people } from '../identities.ts'
import { FILES, type FileCost, fileFaults, readFile } from './files.ts'
import { dial, Peer } from './peer.ts'
import { ROWS, type Row, TELLING } from './rows.ts'
import { writeTables } from './security-tables.ts'
import type { Answer, Order, StackName } from './victim.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: String(ROWS.length) },
    minutes: { type: 'string' },
    row: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const { quick } = values
if (values.write && (quick || values.row || values.minutes || Number(values.cases) < ROWS.length))
  throw new Error('--write is for the whole table')

const ms = (microseconds: number): number => microseconds / 1000
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Measured connections of each kind, of which the cheapest counts: other programs on the machine only add. */
const REPEATS = 3
/** Connections kept open to measure memory. */
const KEPT = quick ? 8 : 16
/** How much wider the bars of CPU are where the machine is somebody else's too. */
const MARGIN = quick ? 2 : 1

interface Cost {
  readonly cpu: number
  readonly operations: number
  /** Bytes a connection, above an honest one in the same state. */
  readonly memory: number
  /** Bytes sent on a connection. */
  readonly sent: number
}

class Victim {
  readonly #process: ChildProcess

  constructor(stack: StackName) {
    const program = fileURLToPath(new URL('victim.ts', import.meta.url))
    this.#process = fork(program, [stack], {
      execArgv: ['--expose-gc', ...process.execArgv.filter((flag) => flag !== '--expose-gc')],
    })
  }

  ask(order: Order): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => this.#process.once('message', resolve as (answer: unknown) => void))
    this.#process.send(order)
    return answer
  }

  end(): void {
    this.#process.kill()
  }

  /** Opens connections with peers at their other ends. */
  async #open(row: Row, count: number, honest: boolean): Promise<{ peers: Peer[]; close(): Promise<void> }> {
    const peers: Peer[] = []
    const { maxVersion } = row
    const ca = authority.cert
    if (row.victim === 'server') {
      const { cert, key } = people.server
      const asks = row.asks && { requestCert: true, rejectUnauthorized: false }
      const { port } = await this.ask({ do: 'serve', options: { cert, key, ca, maxVersion, ...asks } })
      for (let i = 0; i < count; i++) peers.push(new Peer(dial(port!), row, honest))
      return { peers, close: () => this.#close(peers) }
    }
    const listener = net.createServer((socket) => peers.push(new Peer(socket, row, honest)))
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as net.AddressInfo
    const options = { ca, maxVersion, rejectUnauthorized: false, requestOCSP: true }
    for (let i = 0; i < count; i++) await this.ask({ do: 'connect', port, options })
    return {
      peers,
      close: () => {
        listener.close()
        return this.#close(peers)
      },
    }
  }

  async #close(peers: readonly Peer[]): Promise<void> {
    for (const peer of peers) peer.close()
    await this.ask({ do: 'close' })
  }

  /** @returns CPU and operations once nothing more happens */
  async #settled(): Promise<Required<Pick<Answer, 'cpu' | 'operations'>>> {
    let last = await this.ask({ do: 'usage' })
    for (let quiet = 0; quiet < 2; ) {
      await pause(12)
      const now = await this.ask({ do: 'usage' })
      quiet = now.cpu! - last.cpu! < 1000 ? quiet + 1 : 0
      last = now
    }
    return last as Required<typeof last>
  }

  async cost(row: Row): Promise<Cost> {
    let cpu = Number.POSITIVE_INFINITY
    let operations = 0
    let sent = 0
    for (let i = 0; i <= REPEATS; i++) {
      const before = await this.#settled()
      const { peers, close } = await this.#open(row, 1, false)
      const after = await this.#settled()
      // The first one warms up.
      if (i > 0) cpu = Math.min(cpu, ms(after.cpu - before.cpu))
      operations = after.operations - before.operations
      sent = peers[0]?.sent ?? 0
      await close()
    }
    const held = await this.#held(row, false)
    const honest = await this.#held(row, true)
    return { cpu, operations, sent, memory: Math.max(0, held - honest) }
  }

  /** Bytes that a connection keeps, its peer having said all it has to say. */
  async #held(row: Row, honest: boolean): Promise<number> {
    const { memory: before } = await this.ask({ do: 'memory' })
    const { close } = await this.#open(row, KEPT, honest)
    await this.#settled()
    const { memory: after } = await this.ask({ do: 'memory' })
    await close()
    return (after! - before!) / KEPT
  }
}

/**
 * What OpenSSL 3.5 does at most: a client's two key shares, or a server's key pair, an agreement, its own signature, the
 * peer's, and one for each certificate that stands below another, whether or not they lead to an anchor: node:tls has it
 * go on where there is none.
 */
function operationsOfOpenSsl({ bytes, asks, credential, victim, handshakes = 1 }: Row): number {
  if (bytes || (victim === 'server' && !asks)) return 3 * handshakes
  return 4 + credential!().chain.length - 1
}

/** What is wrong with the cost of a row. */
function faults(row: Row, theirs: Cost, ours: Cost, portable: Cost): string[] {
  const found: string[] = []
  const most = MARGIN * (theirs.cpu < 5 ? 50 : 3 * theirs.cpu)
  if (ours.cpu > most) found.push(`${ours.cpu.toFixed(1)} ms of CPU, node:tls ${theirs.cpu.toFixed(1)}`)
  for (const cost of [ours, portable]) {
    const allowed = 2 * cost.sent + 65_536
    if (cost.memory > allowed) found.push(`${Math.round(cost.memory)} bytes kept, ${allowed} allowed`)
  }
  const operations = operationsOfOpenSsl(row)
  if (portable.operations > operations)
    found.push(`${portable.operations} public-key operations, ${operations} allowed`)
  return found
}

const wanted = quick ? TELLING : new RegExp(values.row ?? '')
const chosen = ROWS.filter(({ name }) => wanted.test(name))
// Of all kinds some, where not all are asked for.
const stride = Math.max(1, Math.ceil(chosen.length / Number(values.cases)))
const rows = chosen.filter((_, index) => index % stride === 0)
const victims = { native: new Victim('node:tls'), ours: new Victim('ours'), portable: new Victim('portable') }
const until = values.minutes ? Date.now() + Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY
const table: string[] = []
let passed = 0
let failed = 0
for (const row of rows) {
  if (Date.now() > until) break
  let found: string[] = []
  let costs: [Cost, Cost, Cost] | undefined
  // A busy machine is no fault: it must show three times.
  for (let attempt = 0; attempt < 3; attempt++) {
    const { native, ours, portable } = victims
    // Side by side: each is a process of its own, and CPU is counted, not time.
    costs = await Promise.all([native.cost(row), ours.cost(row), portable.cost(row)])
    found = faults(row, ...costs)
    if (found.length === 0) break
  }
  const [theirs, ours, portable] = costs!
  const where = `${row.name}, ${row.victim}`
  const cells = [
    theirs.cpu.toFixed(1),
    ours.cpu.toFixed(1),
    Math.ceil(ours.sent / 1024),
    Math.ceil(theirs.memory / 1024),
    Math.ceil(ours.memory / 1024),
    portable.operations,
  ]
  table.push(`| ${where} | ${cells.join(' | ')} |`)
  console.log(table.at(-1))
  if (found.length === 0) passed++
  else {
    failed++
    console.log(`FAILED ${where}: ${found.join('; ')}`)
  }
}
for (const victim of Object.values(victims)) victim.end()

const files: string[] = []
for (const file of FILES) {
  if (!quick && !wanted.test(file.name)) continue
  let found: string[] = []
  let cost: FileCost | undefined
  for (let attempt = 0; attempt < 3; attempt++) {
    cost = readFile(file)
    found = fileFaults(file, cost)
    if (found.length === 0) break
  }
  const { kib, cpu, outcome } = cost!
  files.push(`| ${file.name} | ${kib} | ${cpu < 100 ? cpu.toFixed(1) : Math.round(cpu)} | ${outcome} |`)
  console.log(files.at(-1))
  if (found.length === 0) passed++
  else {
    failed++
    console.log(`FAILED ${file.name}: ${found.join('; ')}`)
  }
}

if (values.write) writeTables(table, files)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
