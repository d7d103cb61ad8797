import type { Group } from './rounds.ts'

const WIDTH = 900
const LABEL = 150
const BAR = 16
const GAP = 26
/** By stack; those that are not here are grey. */
const COLOURS: Record<string, string> = {
  node: '#94a3b8',
  ours: '#0f766e',
  'ours-portable': '#2dd4bf',
  'ours-page': '#99f6e4',
}
const NAMES: Record<string, string> = {
  node: 'node:tls',
  ours: 'this stack',
  'ours-portable': 'this stack, portable',
  'ours-page': 'this stack, in a page',
  'reclaim-webcrypto': 'reclaim, WebCrypto',
  'reclaim-javascript': 'reclaim, JavaScript',
  forge: 'node-forge',
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** The tables that are drawn: one of each kind. */
const CHARTED = [
  'full handshake, client, TLS 1.3, P-256',
  'full handshake, server, TLS 1.3, P-256',
  'resumed handshake, client, TLS 1.3',
  'send, 16 KiB writes, AES-128-GCM',
  'receive, 16 KiB writes, AES-128-GCM',
  'send, 1 KiB writes, AES-128-GCM',
]

/** Horizontal bars, one panel for each table: CPU relative to node:tls, on a logarithmic scale. */
export function drawChart(all: readonly Group[]): string {
  const groups = CHARTED.flatMap((title) => all.filter((group) => group.title === title))
  const ratios = groups.flatMap(({ rows }) =>
    Object.values(rows).flatMap((row) => ('error' in row ? [] : [row.cpuRatio])),
  )
  const low = Math.log(Math.min(0.5, ...ratios))
  const high = Math.log(Math.max(2, ...ratios))
  const span = WIDTH - LABEL - 70
  const x = (ratio: number) => LABEL + ((Math.log(ratio) - low) / (high - low)) * span
  const parts: string[] = []
  let y = 44
  for (const { title, rows } of groups) {
    const shown = Object.entries(rows).filter(([, row]) => !('error' in row))
    if (shown.length < 2) continue
    parts.push(`<text x="${LABEL}" y="${y}" class="title">${escaped(title)}</text>`)
    y += 8
    for (const [name, row] of shown) {
      if ('error' in row) continue
      const end = x(row.cpuRatio)
      parts.push(
        `<text x="${LABEL - 8}" y="${y + BAR - 4}" class="name">${escaped(NAMES[name] ?? name)}</text>`,
        `<rect x="${LABEL}" y="${y + 2}" width="${Math.max(1, end - LABEL).toFixed(1)}" height="${BAR - 4}" rx="2" fill="${COLOURS[name] ?? '#d6d3d1'}"/>`,
        `<text x="${(end + 6).toFixed(1)}" y="${y + BAR - 4}" class="value">×${row.cpuRatio.toPrecision(row.cpuRatio < 10 ? 2 : 3)}</text>`,
      )
      y += BAR
    }
    y += GAP
  }
  const one = x(1).toFixed(1)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="CPU time relative to node:tls">
<style>text{font:12px system-ui,sans-serif;fill:#334155}.title{font-weight:600}.name{text-anchor:end}.value{fill:#64748b}</style>
<rect width="${WIDTH}" height="${y}" fill="#fff"/>
<text x="${LABEL}" y="20">CPU time of the process under test, node:tls = 1, logarithmic; shorter is better</text>
<line x1="${one}" y1="28" x2="${one}" y2="${y - GAP}" stroke="#94a3b8" stroke-dasharray="3 3"/>
${parts.join('\n')}
</svg>
`
}
