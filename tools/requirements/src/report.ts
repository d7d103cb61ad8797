/**
 * Where each requirement of each RFC stands: in code and in a test (`met`), in one of the two, argued, or open. Fails where
 * a mark points nowhere, or where a text is not the one that the names were made of.
 *
 * `--pages DIR` writes a page for each RFC whose text lies here; they show its sentences and are not committed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ARGUED } from './argued.ts'
import { marks } from './marks.ts'
import { pageOf } from './page.ts'
import { type Level, type Requirement, requirementsOf } from './requirements.ts'
import { RFCS, readRfc } from './rfcs.ts'
import type { Standing } from './standing.ts'

const { values } = parseArgs({ options: { pages: { type: 'string' } } })
const all = marks()
const problems: string[] = []

/** Names as they are committed; nothing for an RFC whose text nobody has had yet. */
function committed(number: number): Requirement[] | undefined {
  try {
    const lines = readFileSync(new URL(`../names/rfc${number}.tsv`, import.meta.url), 'utf8')
      .trim()
      .split('\n')
    return lines.map((line) => {
      const [name, level, sha256] = line.split('\t') as [string, Level, string]
      return { name, level, sha256 }
    })
  } catch {
    return undefined
  }
}

for (const rfc of RFCS) {
  const requirements = committed(rfc.number)
  if (!requirements) {
    console.log(`RFC ${rfc.number}: its text is nowhere to be had here; nothing is counted`)
    continue
  }
  const sections = readRfc(rfc)
  const read = sections && requirementsOf(sections)
  if (
    read &&
    JSON.stringify(read.map(({ name, level, sha256 }) => [name, level, sha256])) !==
      JSON.stringify(requirements.map(({ name, level, sha256 }) => [name, level, sha256]))
  )
    problems.push(`RFC ${rfc.number}: the text that lies here has other requirements than names/rfc${rfc.number}.tsv`)
  const own = all.filter((mark) => mark.rfc === rfc.number)
  const known = new Set(requirements.map(({ name }) => name))
  for (const mark of own)
    if (!known.has(mark.requirement))
      problems.push(`${mark.file}:${mark.line}: RFC ${rfc.number} has no ${mark.requirement}`)
  const standings = requirements.map((requirement): Standing => {
    const here = own.filter((mark) => mark.requirement === requirement.name)
    const reason = ARGUED[`RFC ${rfc.number} ${requirement.name}`]
    const [code, test] = [here.some(({ kind }) => kind === 'code'), here.some(({ kind }) => kind === 'test')]
    const state = code && test ? 'met' : reason ? 'argued' : code ? 'code alone' : test ? 'test alone' : 'open'
    return { requirement, marks: here, reason, state }
  })
  for (const level of ['MUST', 'SHOULD'] as const) {
    const those = standings.filter(({ requirement }) => requirement.level === level)
    const count = (state: Standing['state']) => those.filter((standing) => standing.state === state).length
    const half = count('code alone') + count('test alone')
    // Of what should be, a line where somebody has begun.
    if (level === 'SHOULD' && count('met') === 0) continue
    console.log(
      `RFC ${rfc.number}: ${those.length} ${level.toLowerCase()}, ${count('met')} met, ${count('argued')} argued, ${count('open') + half} open (${count('code alone')} have code and no test, ${count('test alone')} a test and no code)`,
    )
  }
  if (values.pages && read) {
    mkdirSync(values.pages, { recursive: true })
    writeFileSync(join(values.pages, `rfc${rfc.number}.html`), pageOf(rfc, read, standings))
  }
}
for (const name of Object.keys(ARGUED)) {
  const [, number, requirement] = /^RFC (\d+) (.*)$/.exec(name) ?? []
  if (!committed(Number(number))?.some((one) => one.name === requirement))
    problems.push(`argued.ts: there is no ${name}`)
}
for (const problem of problems) console.log(problem)
console.log(`${all.length} marks, ${problems.length} of them or of the names wrong`)
process.exit(problems.length > 0 ? 1 : 0)
