// Whether the packages could be released as they are: two builds give the same tarballs, every package says where it comes
// from, and a dry run of publishing has nothing to object. Publishes nothing.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { packages } = JSON.parse(readFileSync(new URL('project.json', import.meta.url), 'utf8'))
const pnpm = (args, cwd = root) => execFileSync('pnpm', args, { cwd, stdio: 'pipe', maxBuffer: 1 << 28 })

/** SHA-256 of each package's tarball. */
function tarballs() {
  pnpm(['exec', 'turbo', 'run', 'build', '--force', '--output-logs=errors-only'])
  const folder = mkdtempSync(join(tmpdir(), 'release-check-'))
  try {
    return Object.keys(packages).map((name) => {
      const own = mkdtempSync(join(folder, 'one-'))
      pnpm(['pack', '--pack-destination', own], join(root, 'packages', name))
      const [file] = readdirSync(own)
      return {
        name,
        file,
        sha256: createHash('sha256')
          .update(readFileSync(join(own, file)))
          .digest('hex'),
      }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

let failed = 0
const check = (what, isGood) => {
  if (!isGood) failed++
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${what}`)
}

const first = tarballs()
const second = tarballs()
for (const [i, { name, file, sha256 }] of first.entries()) {
  check(`${file}: two builds are one, ${sha256.slice(0, 16)}`, second[i].sha256 === sha256)
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
  check(
    `${name}: provenance, repository, licence`,
    manifest.publishConfig?.provenance === true && manifest.repository && manifest.license,
  )
  let said = ''
  try {
    said = pnpm(
      ['publish', '--dry-run', '--no-git-checks', '--access', 'public'],
      join(root, 'packages', name),
    ).toString()
  } catch (error) {
    said = `failed: ${error.message}\n${error.stderr}`
  }
  if (said.startsWith('failed')) console.log(said)
  check(`${name}: a dry run of publishing`, !said.startsWith('failed'))
}
console.log(`${3 * first.length - failed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
