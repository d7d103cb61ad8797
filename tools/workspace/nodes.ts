/** Binaries of the Nodes that the tools run on, from npm. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.peers', import.meta.url))

/** The exact version that stands for each major. */
export const NODES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' } as const

/** A registry may fail once. @returns whether it worked in the end */
export function patiently(what: string, run: () => void): boolean {
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
