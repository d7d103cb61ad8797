import type { Machine } from './lstar.ts'
import { OVER } from './system.ts'

/** States in the order in which a reader meets them; the one where all is over comes last. */
export function normalized({ letters, edges }: Machine): Machine {
  const order = [0]
  for (let i = 0; i < order.length; i++) {
    for (const { to } of edges[order[i]]) if (!order.includes(to)) order.push(to)
  }
  const isOver = (state: number): boolean => edges[state].every(({ to, answer }) => to === state && answer === OVER)
  order.sort((a, b) => Number(isOver(a)) - Number(isOver(b)))
  return {
    letters,
    edges: order.map((state) => edges[state].map(({ answer, to }) => ({ answer, to: order.indexOf(to) }))),
  }
}

/** A line for each edge that leads somewhere, and one for all letters with which a state ends the connection alike. */
export function toTable({ letters, edges }: Machine): string {
  const lines: string[] = []
  edges.forEach((row, from) => {
    const alike = new Map<string, string[]>()
    row.forEach(({ answer, to }, i) => {
      const key = `${answer} -> ${to}`
      alike.set(key, [...(alike.get(key) ?? []), letters[i]])
    })
    for (const [key, list] of alike) lines.push(`${from}: ${list.join(', ')}: ${key}`)
  })
  return `${lines.join('\n')}\n`
}

const quoted = (text: string): string => JSON.stringify(text)

/** For Graphviz; what ends the connection is left out, and says so in the state where it is not. */
export function toDot({ letters, edges }: Machine, title: string): string {
  const over = edges.length - 1
  const lines = [
    `digraph ${quoted(title)} {`,
    `  label=${quoted(title)}; labelloc=t; fontname="sans-serif"; rankdir=TB;`,
  ]
  lines.push('  node [shape=circle, fontname="sans-serif"]; edge [fontname="sans-serif", fontsize=10];')
  edges.forEach((row, from) => {
    if (from === over) return
    const arrows = new Map<number, string[]>()
    row.forEach(({ answer, to }, i) => {
      if (to === over && /alert|error/.test(answer)) return
      arrows.set(to, [...(arrows.get(to) ?? []), answer === '' ? letters[i] : `${letters[i]} / ${answer}`])
    })
    for (const [to, labels] of arrows) lines.push(`  ${from} -> ${to} [label=${quoted(labels.join('\n'))}];`)
  })
  return `${[...lines, '}'].join('\n')}\n`
}

/**
 * The rule that no path may break: data is delivered only where the peer's Finished of the last handshake came first.
 *
 * @param begins whether a letter and its answer begin another handshake
 * @returns a word that breaks it
 */
export function dataWithoutFinished(
  { letters, edges }: Machine,
  begins: (letter: string, answer: string) => boolean,
): string[] | undefined {
  const seen = new Set<string>()
  const paths: { state: number; finished: boolean; word: string[] }[] = [{ state: 0, finished: false, word: [] }]
  for (let path = paths.shift(); path; path = paths.shift()) {
    const key = `${path.state} ${path.finished}`
    if (seen.has(key)) continue
    seen.add(key)
    for (let i = 0; i < letters.length; i++) {
      const { answer, to } = edges[path.state][i]
      const word = [...path.word, letters[i]]
      const parts = answer.split(' ')
      if (parts.includes('data') && !path.finished) return word
      const refused = parts.some((part) => part.startsWith('alert:') || part === OVER)
      const finished = !refused && (letters[i] === 'Finished' || (path.finished && !begins(letters[i], answer)))
      paths.push({ state: to, finished, word })
    }
  }
  return undefined
}
