import type { Report } from './bars.ts'

const WIDTH = 900
const LABEL = 150
/** Of all bars of one stack, one for each Node. */
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
  'handshakes 11 to 100, client, new chains, TLS 1.3, P-256',
  'https, server, new connections, 64 at once',
]

/** What one stack took on each Node, in the order of the reports; undefined where it did not run. */
function ratiosOf(reports: readonly Report[], title: string, stack: string): (number | undefined)[] {
  return reports.map(({ groups }) => {
    const row = groups.find((group) => group.title === title)?.rows[stack]
    return row && 'cpuRatio' in row ? row.cpuRatio : undefined
  })
}

/**
 * Horizontal bars, one panel for each table, one bar of a stack for each Node, the newest the darkest: CPU relative to
 * node:tls of the same Node, on a logarithmic scale.
 */
export function drawChart(reports: readonly Report[]): string {
  const panels = CHARTED.map((title) => {
    const names = new Set(
      reports.flatMap(({ groups }) => Object.keys(groups.find((group) => group.title === title)?.rows ?? {})),
    )
    const stacks = [...names].map((name) => ({ name, ratios: ratiosOf(reports, title, name) }))
    return { title, stacks: stacks.filter(({ ratios }) => ratios.some((ratio) => ratio !== undefined)) }
  }).filter(({ stacks }) => stacks.length > 1)
  const all = panels.flatMap(({ stacks }) => stacks.flatMap(({ ratios }) => ratios.filter((one) => one !== undefined)))
  const low = Math.log(Math.min(0.5, ...all))
  const high = Math.log(Math.max(2, ...all))
  const span = WIDTH - LABEL - 120
  const x = (ratio: number) => LABEL + ((Math.log(ratio) - low) / (high - low)) * span
  const thin = (BAR - 4) / reports.length
  const text = (ratio: number | undefined) => (ratio === undefined ? '–' : `×${ratio.toPrecision(ratio < 10 ? 2 : 3)}`)
  const parts: string[] = []
  let y = 44
  for (const { title, stacks } of panels) {
    parts.push(`<text x="${LABEL}" y="${y}" class="title">${escaped(title)}</text>`)
    y += 8
    for (const { name, ratios } of stacks) {
      parts.push(`<text x="${LABEL - 8}" y="${y + BAR - 4}" class="name">${escaped(NAMES[name] ?? name)}</text>`)
      for (const [i, ratio] of ratios.entries()) {
        if (ratio === undefined) continue
        const width = Math.max(1, x(ratio) - LABEL).toFixed(1)
        const opacity = ((i + 1) / ratios.length).toFixed(2)
        parts.push(
          `<rect x="${LABEL}" y="${(y + 2 + i * thin).toFixed(1)}" width="${width}" height="${thin.toFixed(1)}" fill="${COLOURS[name] ?? '#a8a29e'}" opacity="${opacity}"/>`,
        )
      }
      const end = Math.max(...ratios.map((ratio) => x(ratio ?? 1)))
      parts.push(
        `<text x="${(end + 6).toFixed(1)}" y="${y + BAR - 4}" class="value">${name === 'node' ? '1' : ratios.map(text).join(' ')}</text>`,
      )
      y += BAR
    }
    y += GAP
  }
  const one = x(1).toFixed(1)
  const nodes = reports.map(({ environment }) => environment.node).join(', ')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="CPU time relative to node:tls">
<style>text{font:12px system-ui,sans-serif;fill:#334155}.title{font-weight:600}.name{text-anchor:end}.value{fill:#64748b}</style>
<rect width="${WIDTH}" height="${y}" fill="#fff"/>
<text x="${LABEL}" y="20">CPU time of the process under test, node:tls = 1 (${nodes}), logarithmic; shorter is better</text>
<line x1="${one}" y1="28" x2="${one}" y2="${y - GAP}" stroke="#94a3b8" stroke-dasharray="3 3"/>
${parts.join('\n')}
</svg>
`
}
