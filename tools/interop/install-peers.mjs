// Puts the peers of the interoperability tests on this machine: Debian's packages where apt is at hand and allowed, and
// newer Nodes from npm into `.peers/` (not as dependencies: their `bin` would replace the Node that runs the tests). Texts
// of RFCs come out of Debian's packages too.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installRfcs } from './install-rfcs.mjs'

const folder = fileURLToPath(new URL('.peers', import.meta.url))
const has = (program) => spawnSync('which', [program]).status === 0

/** [program, Debian package] */
const PACKAGES = [
  ['openssl', 'openssl'],
  ['gnutls-cli', 'gnutls-bin'],
  ['certutil', 'libnss3-tools'],
  ['java', 'default-jdk-headless'],
]
/** [folder, npm package] */
const FROM_NPM = [
  ['node24', 'node@24.21.0'],
  ['deno', 'deno@2'],
  ['bun', 'bun@1'],
]

const missing = PACKAGES.filter(([program]) => !has(program)).map(([, name]) => name)
if (missing.length > 0) {
  if (has('apt-get') && process.getuid?.() === 0) {
    console.log(`Installing ${missing.join(', ')} ...`)
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio: 'inherit' })
  } else console.log(`Not installed, and apt-get is not at hand: ${missing.join(', ')}. Their tests will be skipped.`)
}

for (const [name, specification] of FROM_NPM) {
  const prefix = `${folder}/${name}`
  if (existsSync(`${prefix}/node_modules`)) continue
  console.log(`Installing ${specification} ...`)
  mkdirSync(prefix, { recursive: true })
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', prefix, specification], {
    stdio: 'inherit',
  })
}

installRfcs(folder)
