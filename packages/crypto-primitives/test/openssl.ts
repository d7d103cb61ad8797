import { spawnSync } from 'node:child_process'

const run = (...args: string[]) => spawnSync('openssl', args)

/** The version of the openssl command; undefined where there is none, and the tests that need it are skipped. */
export const openssl: string | undefined = (() => {
  const { status, stdout } = run('version')
  return status === 0 ? stdout.toString().split(' ').slice(0, 2).join(' ') : undefined
})()

/** Whether it has the legacy provider (DES, RC2, RC4). */
export const opensslLegacy: boolean =
  openssl !== undefined && run('list', '-provider', 'legacy', '-providers').status === 0
