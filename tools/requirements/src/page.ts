import type { ReadRequirement } from './requirements.ts'
import type { Rfc } from './rfcs.ts'
import type { Standing } from './standing.ts'

const escaped = (text: string): string => text.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`)
const COLOURS = { met: '#dfd', argued: '#ddf', 'code alone': '#ffd', 'test alone': '#ffd', open: '#fdd' } as const

/** A page with an RFC's requirements beside our code and tests. */
export function pageOf(rfc: Rfc, requirements: readonly ReadRequirement[], standings: readonly Standing[]): string {
  let section = ''
  const rows = requirements.map((requirement, i) => {
    const { marks, reason, state } = standings[i]!
    const heading =
      requirement.section === section ? '' : `<tr><th colspan="4">${escaped((section = requirement.section))}</th></tr>`
    const places = marks.map(({ file, line, kind }) => `${kind}: ${escaped(file)}:${line}`).join('<br>')
    return `${heading}<tr style="background:${COLOURS[state]}"><td>${requirement.name}</td><td>${requirement.level}</td><td>${escaped(requirement.text)}</td><td>${reason ? escaped(reason) : places || state}</td></tr>`
  })
  return `<!doctype html><meta charset="utf-8"><title>RFC ${rfc.number}</title>
<style>body{font-family:sans-serif;margin:1em}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3em;text-align:left;vertical-align:top}</style>
<h1>RFC ${rfc.number}: ${escaped(rfc.title)}</h1><table>${rows.join('\n')}</table>\n`
}
