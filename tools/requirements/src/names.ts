/** Writes the names, levels and hashes of every requirement; no sentence is among them. `pnpm names` after a text changed. */
import { writeFileSync } from 'node:fs'
import { requirementsOf } from './requirements.ts'
import { RFCS, readRfc } from './rfcs.ts'

for (const rfc of RFCS) {
  const sections = readRfc(rfc)
  if (!sections) {
    console.log(`RFC ${rfc.number}: its text is not here, its names stay as they are`)
    continue
  }
  const lines = requirementsOf(sections).map(({ name, level, sha256 }) => `${name}\t${level}\t${sha256}`)
  writeFileSync(new URL(`../names/rfc${rfc.number}.tsv`, import.meta.url), `${lines.join('\n')}\n`)
  console.log(`RFC ${rfc.number}: ${lines.length} requirements`)
}
