import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FILE = new URL('../../../../SECURITY.md', import.meta.url)
const BIOME = new URL('../../../../node_modules/@biomejs/biome/bin/biome', import.meta.url)

const HEADS = {
  meter:
    '| input, and who receives it | CPU, ms: node:tls | ours | KiB sent | KiB kept: node:tls | ours | public-key operations |\n| --- | --- | --- | --- | --- | --- | --- |',
  files: '| file | KiB | CPU, ms | outcome |\n| --- | --- | --- | --- |',
} as const

/** Puts a table between the comments that say where it stands. */
function put(text: string, name: keyof typeof HEADS, rows: readonly string[]): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`SECURITY.md has no place for a table: ${begin} and ${end}`)
  return `${text.slice(0, from)}${begin}\n\n${HEADS[name]}\n${rows.join('\n')}\n\n${text.slice(to)}`
}

/** Writes the tables into SECURITY.md, as Biome formats it. */
export function writeTables(meter: readonly string[], files: readonly string[]): void {
  const text = readFileSync(FILE, 'utf8')
  writeFileSync(FILE, put(put(text, 'meter', meter), 'files', files))
  const { status } = spawnSync(process.execPath, [fileURLToPath(BIOME), 'format', '--write', fileURLToPath(FILE)])
  if (status !== 0) throw new Error('SECURITY.md is written, but Biome did not format it')
}
