import type { Group, Row } from './rounds.ts'

export interface Memory {
  readonly rss: number
  readonly heap: number
  readonly external: number
}

/** Everything a run has found out. */
export interface Report {
  readonly environment: Readonly<Record<string, string | number>>
  readonly groups: readonly Group[]
  /** Bytes of an idle connection. */
  readonly memory?: Readonly<Record<string, Memory>>
  /** CPU of import and first connection, time on the clock from connecting to the first byte once warm: ms. */
  readonly start?: Readonly<Record<string, { import: number; first: number; warm: number; warmRatio: number }>>
  readonly sizes?: Readonly<Record<string, { minified: number; gzip: number } | { error: string }>>
  /** Microseconds of CPU for each megabyte and each handshake, by how many there are. */
  readonly growth?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface Bar {
  readonly id: string
  readonly what: string
  readonly measured: number
  readonly limit: string
  readonly ok: boolean
}

/** At most, by the major of Node; one number where it is the same on each. */
type Limit = number | { readonly 20: number; readonly 24: number; readonly 26: number }

/** Ratios to node:tls of the same Node that are held: id, table, stack, at most. */
const RATIOS: readonly (readonly [id: string, title: string, stack: string, limit: Limit])[] = [
  ['H1', 'full handshake, client, TLS 1.3, P-256', 'ours', { 20: 0.8, 24: 1, 26: 1 }],
  ['H1', 'full handshake, client, TLS 1.3, RSA-2048', 'ours', { 20: 0.8, 24: 1, 26: 1 }],
  ['H1', 'full handshake, client, new chains, TLS 1.3, P-256', 'ours', { 20: 1.15, 24: 1.25, 26: 1.2 }],
  ['H2', 'full handshake, server, TLS 1.3, P-256', 'ours', { 20: 1.15, 24: 1.3, 26: 1.25 }],
  ['H2', 'full handshake, server, TLS 1.3, RSA-2048', 'ours', { 20: 1.05, 24: 1.2, 26: 1.2 }],
  ['H3', 'resumed handshake, client, TLS 1.3', 'ours', { 20: 0.8, 24: 1.1, 26: 1.1 }],
  ['H3', 'resumed handshake, server, TLS 1.3', 'ours', { 20: 1.3, 24: 1.4, 26: 1.4 }],
  ['H5', 'handshakes 11 to 100, client, new chains, TLS 1.3, P-256', 'ours', 1.5],
  ['B1', 'send, 16 KiB writes, AES-128-GCM', 'ours', { 20: 1.15, 24: 1.7, 26: 1.8 }],
  ['B1', 'send, 256 KiB writes, AES-128-GCM', 'ours', { 20: 1.5, 24: 2, 26: 2.1 }],
  ['B2', 'receive, 16 KiB writes, AES-128-GCM', 'ours', { 20: 1.05, 24: 1.4, 26: 1.35 }],
  ['B2', 'receive, 1 KiB writes, AES-128-GCM', 'ours', { 20: 1.1, 24: 1.4, 26: 1.35 }],
  ['B3', 'send, 1 KiB writes, AES-128-GCM', 'ours', { 20: 0.8, 24: 1.3, 26: 1.4 }],
  ['W1', 'https, server, kept connections, 64 at once', 'ours', 1.15],
  ['W1', 'https, server, new connections, 64 at once', 'ours', 1.3],
  ['H4', 'full handshake, client, TLS 1.3, P-256', 'ours-portable', { 20: 4, 24: 4, 26: 1.8 }],
  ['H4', 'full handshake, client, TLS 1.3, RSA-2048', 'ours-portable', 2.5],
  ['H4', 'full handshake, client, new chains, TLS 1.3, P-256', 'ours-portable', { 20: 6.5, 24: 6.5, 26: 3 }],
  ['H4', 'full handshake, client, new chains, TLS 1.3, RSA-2048', 'ours-portable', 2.5],
  ['H4', 'full handshake, server, TLS 1.3, P-256', 'ours-portable', { 20: 6, 24: 6, 26: 2.5 }],
  ['H4', 'full handshake, server, TLS 1.3, RSA-2048', 'ours-portable', { 20: 7, 24: 7, 26: 3 }],
  ['H4', 'resumed handshake, client, TLS 1.3', 'ours-portable', 3],
  ['B4', 'send, 16 KiB writes, AES-128-GCM', 'ours-portable', { 20: 7, 24: 7, 26: 6 }],
  ['B4', 'send, 16 KiB writes, ChaCha20-Poly1305', 'ours-portable', { 20: 4.5, 24: 4.5, 26: 2.6 }],
]

/** Milliseconds of CPU of import and first connection. */
const START: Limit = { 20: 42, 24: 44, 26: 44 }

const KB = 1000

/** Bundles of a client, thousands of bytes after gzip, at most. */
export const CLIENT_SIZES: Readonly<Record<string, number>> = { 'ours, portable': 85.5, 'ours, native provider': 45.5 }

/** What of the performance bars this run can tell. */
export function bars({ environment, groups, memory, start, sizes, growth }: Report): Bar[] {
  const found: Bar[] = []
  const major = Number(/\d+/.exec(String(environment.node)))
  const on = (limit: Limit) => (typeof limit === 'number' ? limit : limit[major >= 26 ? 26 : major >= 24 ? 24 : 20])
  const atMost = (id: string, what: string, measured: number, limit: number) =>
    found.push({ id, what, measured, limit: `at most ${limit}`, ok: measured <= limit })
  const rowOf = (title: string, stack: string): Row | undefined => {
    const row = groups.find((group) => group.title === title)?.rows[stack]
    return row && 'cpuRatio' in row ? row : undefined
  }
  for (const [id, title, stack, limit] of RATIOS) {
    const row = rowOf(title, stack)
    if (row) atMost(id, `${stack}: ${title}`, row.cpuRatio, on(limit))
  }
  for (const role of ['client', 'server']) {
    const idle = memory?.[`ours, ${role}`]
    if (idle) atMost('M1', `idle ${role}, heap and external, KB`, (idle.heap + idle.external) / KB, 13)
  }
  if (start?.ours) {
    atMost('T1', 'warm connection to first byte, clock', start.ours.warmRatio, 1.3)
    atMost('T2', 'import and first connection, Node provider, ms', start.ours.import + start.ours.first, on(START))
  }
  const page = start?.['ours-page']
  if (page) atMost('T2', 'import and first connection, portable, ms', page.import + page.first, major >= 26 ? 100 : 120)
  for (const [name, limit] of Object.entries(CLIENT_SIZES)) {
    const size = sizes?.[name]
    if (size && 'gzip' in size) atMost('S1', `client bundle, ${name}, KB gzip`, size.gzip / KB, limit)
  }
  for (const [name, row] of Object.entries(growth ?? {})) {
    const costs = Object.values(row)
    if (name.startsWith('ours')) atMost('6', `last to first: ${name}`, costs.at(-1)! / costs[0]!, 1.15)
  }
  // Bar 4: ahead of the other JavaScript stacks wherever both run.
  for (const { title, rows } of groups) {
    const ours = rowOf(title, 'ours')
    if (!ours) continue
    for (const [name, row] of Object.entries(rows)) {
      if (name === 'node' || name.startsWith('ours') || 'error' in row) continue
      const ratio = ours.cpuRatio / row.cpuRatio
      if (ratio >= 1)
        found.push({ id: '4', what: `ours to ${name}: ${title}`, measured: ratio, limit: 'below 1', ok: false })
    }
  }
  return found
}
