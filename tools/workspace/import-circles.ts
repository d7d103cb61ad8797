import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every module of ours below a folder: not what is installed, built, or hidden. */
function* modules(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!/^(node_modules|dist|vectors|\..*)$/.test(entry.name)) {
        yield* modules(path)
      }
    } else if (/\.[cm]?[jt]s$/.test(entry.name)) {
      yield path
    }
  }
}

/** One of the modules that `#host` stands for: to the others it is the same. */
export const HOST = join(root, 'packages/node-tls-compat/src/host/node.ts')

/** The module of ours that a specifier means; `undefined` where it is somebody else's. */
function resolve(specifier: string, from: string): string | undefined {
  const [, name, entry = 'index'] = /^@x\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? []
  const path = name ? join(root, 'packages', name, 'src', `${entry}.ts`) : join(dirname(from), specifier)
  if (specifier === '#host') {
    return HOST
  }
  return (name || specifier.startsWith('.')) && existsSync(path) ? path : undefined
}

/** Whatever a module names: `import`, `export from`, `import type`, `import('…')` in code and in types. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true)
  return importedFiles.map(({ fileName }) => resolve(fileName, file)).filter((path) => path !== undefined)
}

/** Modules by the modules that they import, types included. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>

/** The modules below some folders, absolute paths. */
export function importGraph(folders: readonly string[]): ImportGraph {
  return new Map(folders.flatMap((folder) => [...modules(folder)]).map((file) => [file, importsOf(file)]))
}

/** The shortest way from a module back to itself. */
function circleThrough(graph: ImportGraph, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>()
  for (const queue = [start]; queue.length > 0; ) {
    const file = queue.shift()!
    for (const next of graph.get(file) ?? []) {
      if (next === start) {
        const way = [start]
        for (let at = file; at !== start; at = cameFrom.get(at)!) {
          way.splice(1, 0, at)
        }
        return way
      }
      if (!cameFrom.has(next)) {
        cameFrom.set(next, file)
        queue.push(next)
      }
    }
  }
  return undefined
}

/** Circles of imports: in one, no module can be read before the others. For each module that is in any, the shortest. */
export function circlesIn(graph: ImportGraph): string[][] {
  const circles = new Map<string, string[]>()
  for (const file of graph.keys()) {
    const circle = circleThrough(graph, file)
    const name = circle?.toSorted().join()
    if (circle && !circles.has(name!)) {
      circles.set(name!, circle)
    }
  }
  return [...circles.values()]
}
