import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, test } from 'vitest'

const packages = new URL('../../../packages/', import.meta.url).pathname

/** Who may import whom: dependencies go one way, and nothing below knows what is above it. */
const ARROWS: Record<string, string[]> = {
  'crypto-primitives': [],
  x509: ['crypto-primitives'],
  'tls-record': ['crypto-primitives'],
  'tls-handshake': ['crypto-primitives', 'tls-record'],
  'secure-context': ['crypto-primitives', 'x509', 'tls-record', 'tls-handshake'],
  'node-tls-compat': ['crypto-primitives', 'x509', 'tls-record', 'tls-handshake', 'secure-context'],
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(folder, entry.name))
      : /\.[cm]?[jt]s$/.test(entry.name)
        ? [join(folder, entry.name)]
        : [],
  )
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

/** What is imported: `from 'x'`, `import 'x'`, `import('x')`, `require('x')`. */
const imports = (text: string) =>
  [...withoutComments(text).matchAll(/\b(?:from\s+|import\s+|import\(\s*|require\(\s*)'([\w@./:-]+)'/g)].map(
    (match) => match[1]!,
  )

/** `src/node.ts` and everything in `src/node/` are for Node; the rest runs anywhere. */
const isNodeEntry = (file: string) => /\/src\/node(\.ts$|\/)/.test(file)

describe('the arrows between packages', () => {
  for (const [name, allowed] of Object.entries(ARROWS)) {
    const folder = join(packages, name)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

    it(`@x/${name} imports only ${allowed.length > 0 ? allowed.join(', ') : 'outside packages'}`, () => {
      for (const file of sources(join(folder, 'src'))) {
        for (const target of imports(readFileSync(file, 'utf8'))) {
          const inner = /^@x\/([^/]+)/.exec(target)?.[1]
          if (inner) expect(allowed, `${file} imports ${target}`).toContain(inner)
        }
      }
    })

    it(`@x/${name} declares what it imports, and imports what it declares`, () => {
      const used = new Set<string>()
      for (const file of sources(join(folder, 'src'))) {
        for (const target of imports(readFileSync(file, 'utf8'))) {
          if (target.startsWith('.') || target.startsWith('node:')) continue
          used.add(
            target
              .split('/')
              .slice(0, target.startsWith('@') ? 2 : 1)
              .join('/'),
          )
        }
      }
      expect([...used].sort()).toEqual(Object.keys(manifest.dependencies ?? {}).sort())
      for (const [dependency, range] of Object.entries<string>(manifest.dependencies ?? {})) {
        if (dependency.startsWith('@x/')) expect(range, dependency).toBe('workspace:^')
      }
    })

    if (name === 'node-tls-compat') continue
    it(`@x/${name} runs anywhere: no node: module and no Buffer outside its ./node entry`, () => {
      for (const file of sources(join(folder, 'src')).filter((file) => !isNodeEntry(file))) {
        const text = readFileSync(file, 'utf8')
        expect(
          imports(text).filter((target) => target.startsWith('node:')),
          file,
        ).toEqual([])
        expect(/\bBuffer\b/.test(withoutComments(text)), `${file} uses Buffer`).toBe(false)
      }
    })
  }
})

/** Files by the files they import, types included. */
function imported(folder: string): Map<string, string[]> {
  return new Map(
    sources(folder).map((file) => [
      file,
      imports(readFileSync(file, 'utf8'))
        .filter((target) => target.startsWith('.'))
        .map((target) => join(dirname(file), target)),
    ]),
  )
}

/** A way from a file back to itself, if there is one. */
function circle(graph: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>()
  const way: string[] = []
  const visit = (file: string): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return undefined
    way.push(file)
    for (const next of graph.get(file) ?? []) {
      const found = visit(next)
      if (found) return found
    }
    way.pop()
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const found = visit(file)
    if (found) return found
  }
  return undefined
}

describe('no file imports itself by way of others, not even for a type', () => {
  test.each(['crypto-primitives', 'tls-record', 'tls-handshake', 'secure-context'])('@x/%s', (name) => {
    expect(circle(imported(join(packages, name, 'src')))).toBeUndefined()
  })

  it('would be found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ])
    expect(circle(graph)).toEqual(['b', 'c', 'b'])
  })
})

describe('the manifests', () => {
  for (const name of Object.keys(ARROWS)) {
    it(`@x/${name}`, () => {
      const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
      expect(manifest).toMatchObject({ type: 'module', license: 'MIT', engines: { node: '>=20.19' } })
      expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'src', 'README.md']))
      expect(manifest.sideEffects).toEqual(name === 'node-tls-compat' ? expect.anything() : false)
      for (const [entry, target] of Object.entries<string | Record<string, string>>(manifest.exports)) {
        if (typeof target === 'string') continue
        expect(Object.keys(target)[0], `exports["${entry}"]: types first`).toBe('types')
        const source = target.default!.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
        expect(() => readFileSync(join(packages, name, source)), `${entry} comes from ${source}`).not.toThrow()
      }
    })
  }
})
