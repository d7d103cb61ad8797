/** Where Node's test suites come from, and where they are kept. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { NODES, patiently } from '../workspace/nodes.ts'

const folder = fileURLToPath(new URL('.peers', import.meta.url))
/** The harness: selects the tests, runs them, counts. It lies beside the repository. */
export const HARNESS = fileURLToPath(new URL('../../../shared/node-suite', import.meta.url))

/** A Node, and the suite it is held to. */
export interface Pair {
  /** Exact version, from npm. */
  readonly node: string
  /** Major of the suite, from Debian's source package; there is none of every version. */
  readonly suite: number
  /** The suite's version that `allowed-failures.json` was written for. */
  readonly suiteVersion: string
}

export const PAIRS: Readonly<Record<string, Pair>> = {
  24: { node: NODES[24], suite: 24, suiteVersion: '24.21.0' },
  22: { node: NODES[22], suite: 22, suiteVersion: '22.22.2' },
  26: { node: NODES[26], suite: 24, suiteVersion: '24.21.0' },
  20: { node: NODES[20], suite: 20, suiteVersion: '20.19.2' },
}

export interface Suite {
  /** Node's `test` folder. */
  readonly path: string
  readonly version: string
}

/** @returns undefined when no version of the source package can be had */
export function fetchSuite(major: number): Suite | undefined {
  const destination = `${folder}/suite${major}`
  const note = `${destination}/version.txt`
  if (!existsSync(note)) {
    patiently(`suite ${major}`, () => {
      rmSync(destination, { recursive: true, force: true })
      const said = execFileSync('bash', [`${HARNESS}/get-suite.sh`, destination, String(major)], { timeout: 300_000 })
      // The tests are CommonJS, whatever package they lie in.
      writeFileSync(`${destination}/package.json`, '{}\n')
      writeFileSync(note, /^[\d.]+/m.exec(said.toString())?.[0] ?? 'unknown')
    })
  }
  return existsSync(note) ? { path: `${destination}/test`, version: readFileSync(note, 'utf8') } : undefined
}
