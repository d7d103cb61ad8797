import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a requirement stands in code or in a test. */
export interface Mark {
  readonly rfc: number
  readonly requirement: string
  readonly file: string
  readonly line: number
  readonly kind: 'code' | 'test'
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** `RFC 9846 §4.2.3 #4`, `RFC 9846 D.5 #1`; several of one section as `#4, #5`. */
const MARK = /RFC (\d+) (§?[\dA-Z]+(?:\.\d+)*) ((?:#\d+(?:, )?)+)/g

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* files(path)
    else if (/\.(ts|mts)$/.test(entry.name)) yield path
  }
}

/** Every mark of the packages' sources and tests. */
export function marks(): Mark[] {
  const found: Mark[] = []
  for (const name of readdirSync(join(root, 'packages')))
    for (const [folder, kind] of [
      ['src', 'code'],
      ['test', 'test'],
    ] as const)
      for (const path of files(join(root, 'packages', name, folder))) {
        const lines = readFileSync(path, 'utf8').split('\n')
        for (const [i, line] of lines.entries())
          for (const [, rfc, section, numbers] of line.matchAll(MARK))
            for (const [number] of numbers!.matchAll(/#\d+/g))
              found.push({
                rfc: Number(rfc),
                requirement: `${section} ${number}`,
                file: relative(root, path),
                line: i + 1,
                kind,
              })
      }
  return found
}
