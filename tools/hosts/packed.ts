import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))
const NAMES = ['crypto-primitives', 'x509', 'tls-record', 'tls-handshake', 'secure-context', 'node-tls-compat']

/** What the programs use beside the stack: a page has neither streams nor Buffers to try it with. */
const FOR_PROGRAMS = ['readable-stream@4.8.0', 'buffer@6.0.3']

/** A new folder with the packages installed as they would be published, and the programs. */
export function packedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'hosts', private: true, type: 'module' }))
  for (const name of NAMES) {
    execFileSync('pnpm', ['pack', '--pack-destination', folder], { cwd: join(packages, name), stdio: 'ignore' })
  }
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs.map((name) => `./${name}`)]
  execFileSync('npm', [...install, ...FOR_PROGRAMS], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  cpSync(fileURLToPath(new URL('programs', import.meta.url)), folder, { recursive: true })
  return folder
}
