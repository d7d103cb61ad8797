// Runs the programs on every host that is here, on the packages as they would be published, without shims:
// `pnpm --filter @x-tools/hosts test [part of a host's name]`. A line for each host, and for
// what a page loads; fails where one of them does.
import { rmSync } from 'node:fs'
import { HOSTS } from './hosts.ts'
import { packedFolder } from './packed.ts'
import { sizes } from './sizes.ts'

const [only = ''] = process.argv.slice(2)
const folder = packedFolder()
try {
  for (const [name, find] of Object.entries(HOSTS).filter(([name]) => name.includes(only))) {
    const host = find()
    if (!host) {
      console.log(`${name}: not installed here (pnpm --filter @x-tools/hosts hosts)`)
      continue
    }
    try {
      for await (const [part, { results, strays }] of host.run(folder)) {
        const good = results.filter(({ ok }) => ok)
        console.log(`${host.name}${part && `, ${part}`} ${good.length}/${results.length}`)
        for (const { name, why } of results.filter(({ ok }) => !ok)) console.log(`  ${name}: ${why}`)
        for (const stray of strays) console.log(`  thrown into nobody's hands: ${stray}`)
        if (good.length < results.length || results.length === 0 || strays.length > 0) process.exitCode = 1
      }
    } catch (error) {
      console.log(`${host.name}: ${error instanceof Error ? error.message : error}`)
      process.exitCode = 1
    }
  }
  for await (const [line, kept] of sizes(folder)) {
    console.log(`${kept ? '' : 'TOO MUCH: '}${line}`)
    if (!kept) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
