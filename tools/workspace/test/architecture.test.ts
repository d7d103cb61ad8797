import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { circlesIn, HOST, importGraph } from '../import-circles.ts'

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

describe('no file imports itself by way of others, not even for a type', () => {
  test.each(['crypto-primitives', 'tls-record', 'tls-handshake', 'secure-context', 'node-tls-compat'])(
    '@x/%s',
    (name) => {
      expect(circlesIn(importGraph([join(packages, name, 'src')]))).toEqual([])
    },
  )

  it('would be found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ])
    expect(circlesIn(graph)).toEqual([['b', 'c']])
  })
})

/** The rooms of node-tls-compat, top to bottom: what stands in one imports from it and from those below, and nothing else. */
const ROOMS = [
  'api',
  'connection/socket',
  'connection/peer',
  'connection/config',
  'connection/trust',
  'dialers',
  'errors',
  'host',
]

/** Types ask nothing of anybody when the program runs. */
const withoutTypes = (text: string) => text.replace(/^(?:import|export) type [^;]*?from '.*'$/gm, '')

describe('the rooms of node-tls-compat', () => {
  const src = join(packages, 'node-tls-compat/src/')
  const roomOf = (file: string) => ROOMS.findIndex((room) => file.startsWith(`${src}${room}/`))

  it('has its doors at the top, and every other file in a room', () => {
    for (const file of sources(src)) {
      const door = /^(index|https|http2|net|register)\.ts$/.test(file.slice(src.length))
      expect(door || roomOf(file) >= 0, file).toBe(true)
    }
    expect(readdirSync(src).length).toBeLessThanOrEqual(10)
  })

  for (const [level, room] of ROOMS.entries()) {
    it(`${room} imports nothing from above`, () => {
      for (const file of sources(join(src, room))) {
        for (const target of imports(readFileSync(file, 'utf8')).filter((name) => name.startsWith('.'))) {
          expect(roomOf(join(file, '..', target)), `${file} imports ${target}`).toBeGreaterThanOrEqual(level)
        }
      }
    })
  }

  it('what a program imports from the index asks the runtime through #host alone', () => {
    const graph = importGraph([src])
    const reached = new Set([join(src, 'index.ts')])
    for (const file of reached) {
      const text = withoutTypes(readFileSync(file, 'utf8'))
      const outside = imports(text).filter((target) => /^node:|\/node$|\/host\/(?!bytes\.ts$)/.test(target))
      expect(outside, file).toEqual([])
      const code = withoutComments(text)
      expect(/\b(process|globalThis)\b[.[]/.test(code), `${file} asks where it runs`).toBe(false)
      for (const name of ['Buffer', 'setImmediate', 'nextTick']) {
        const used = new RegExp(`(?<![.\\w'])${name}[.(]|instanceof ${name}\\b`).test(code)
        const imported = new RegExp(`import {[^}]*\\b${name}\\b[^}]*} from '#host'`).test(code)
        expect(!used || imported, `${file} has ${name} from somewhere else`).toBe(true)
      }
      for (const next of graph.get(file) ?? []) {
        if (next.startsWith(src) && next !== HOST) {
          reached.add(next)
        }
      }
    }
    expect(reached.size).toBeGreaterThan(50)
  })

  it('the faces of #host have the same names', async () => {
    const manifest = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8'))
    const targets: string[] = Object.values(
      typeof manifest.imports['#host'] === 'string' ? [manifest.imports['#host']] : manifest.imports['#host'],
    )
    const names = async (target: string) =>
      Object.keys(await import(join(src, target.replace('./dist/', '').replace(/\.js$/, '.ts')))).sort()
    const nodes = await names('./dist/host/node.js')
    for (const target of targets) {
      expect(await names(target), target).toEqual(nodes)
    }
  })

  it('no file is longer than 500 lines', () => {
    for (const file of sources(src)) {
      expect(readFileSync(file, 'utf8').split('\n').length, file).toBeLessThanOrEqual(501)
    }
  })
})

describe('the manifests', () => {
  for (const name of Object.keys(ARROWS)) {
    it(`@x/${name}`, () => {
      const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
      expect(manifest).toMatchObject({ type: 'module', license: 'MIT', engines: { node: '^20.19 || >=22.12' } })
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
