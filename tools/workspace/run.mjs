import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The repository's top folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const { packageManager } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/** Runs a program in the top folder with our terminal, and ends this process with its status when it fails. */
export function run(program, args) {
  console.log(`\n> ${[program, ...args].join(' ')}`)
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** Runs the pinned pnpm, which needs nothing but npm. It is on the PATH of what it starts: turbo asks for it. */
export function pnpm(...args) {
  run('npx', ['--yes', packageManager, ...args])
}

/** Installs what the lock file says and builds the six packages. */
export function prepare() {
  pnpm('install', '--frozen-lockfile')
  pnpm('exec', 'turbo', 'run', 'build', '--filter=./packages/*', '--output-logs=errors-only')
}
