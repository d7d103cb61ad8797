/** Where Node's binaries and its test suites come from, and where they are kept. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

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
  24: { node: '24.21.0', suite: 24, suiteVersion: '24.21.0' },
  22: { node: '22.23.3', suite: 22, suiteVersion: '22.22.2' },
  26: { node: '26.10.0', suite: 24, suiteVersion: '24.21.0' },
  20: { node: '20.20.2', suite: 20, suiteVersion: '20.19.2' },
}

/** A registry may fail once. */
function patiently(what: string, run: () => void): boolean {
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      run()
      return true
    } catch (error) {
      console.log(
        `${what}: attempt ${attempt} failed: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
      )
    }
  }
  return false
}

/** @returns the path of the binary; undefined when npm does not give it */
export function fetchNode(version: string): string | undefined {
  const prefix = `${folder}/node${version}`
  const binary = `${prefix}/node_modules/node/bin/node`
  const works = () => spawnSync(binary, ['--version']).stdout?.toString().trim() === `v${version}`
  if (works()) return binary
  patiently(`node@${version}`, () => {
    mkdirSync(prefix, { recursive: true })
    const flags = ['--silent', '--no-audit', '--no-fund', '--prefix', prefix]
    execFileSync('npm', ['install', ...flags, `node@${version}`], { stdio: 'inherit', timeout: 300_000 })
  })
  return works() ? binary : undefined
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
