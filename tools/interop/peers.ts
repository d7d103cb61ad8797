import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A program on this machine, or undefined; in CI every peer is required. */
function find(program: string): string | undefined {
  const { status, stdout } = spawnSync('which', [program], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/** A program that install-peers.mjs has brought from npm. */
function fromNpm(folder: string, program: string): string | undefined {
  const path = fileURLToPath(new URL(`.peers/${folder}/node_modules/${program}`, import.meta.url))
  return existsSync(path) ? path : undefined
}

export const peers = {
  openssl: find('openssl'),
  gnutls: find('gnutls-cli') && find('gnutls-serv'),
  nss: find('certutil') && find('selfserv') && find('tstclnt'),
  java: find('java'),
  go: find('go'),
  node24: fromNpm('node24', 'node/bin/node'),
  deno: fromNpm('deno', '.bin/deno'),
  bun: fromNpm('bun', '.bin/bun'),
}

/**
 * True when the peer is missing, which its tests then say. In CI a missing peer is a failure.
 *
 * @example describe.skipIf(absent('openssl'))('OpenSSL (skipped where it is not installed)', …)
 */
export function absent(name: keyof typeof peers): boolean {
  if (peers[name]) return false
  if (process.env.CI) throw new Error(`CI must have the peer ${name}: run tools/interop/install-peers.mjs`)
  return true
}
