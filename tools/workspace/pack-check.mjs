// Gates a package as it would be published: packs it, then asks publint and "are the types wrong" about the tarball.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'pack-check-'))
const bin = (name) => new URL(`../../node_modules/.bin/${name}`, import.meta.url).pathname

try {
  execFileSync('pnpm', ['pack', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  const tarball = join(folder, readdirSync(folder)[0])
  execFileSync(bin('publint'), ['run', tarball, '--strict'], { stdio: 'inherit' })
  // ES modules only: `require()` of them works from Node 20.19 and 22.12 on, which is what `engines` asks for.
  execFileSync(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii'], { stdio: 'inherit' })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
