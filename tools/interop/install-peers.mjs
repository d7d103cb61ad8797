// Puts the peers of the interoperability tests on this machine: Debian's packages where apt is at hand and allowed, and
// newer Nodes from npm into `.peers/` (not as dependencies: their `bin` would replace the Node that runs the tests). The
// text of RFC 8448, whose traces tls-handshake reproduces, comes out of a Debian package too.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

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

if (!existsSync(`${folder}/rfc8448.txt`)) fetchRfc8448()

/** The RFCs are in Debian's non-free part: asked for beside the machine's own sources, which stay as they are. */
function fetchRfc8448() {
  const run = (program, args, cwd) =>
    execFileSync(program, args, { cwd, maxBuffer: 1 << 29, stdio: ['ignore', 'pipe', 'inherit'] })
  if (!has('apt-get')) return console.log('No apt-get: the traces of RFC 8448 will be skipped.')
  const [archive] = run('apt-get', [
    'indextargets',
    '--format',
    '$(ORIGIN) $(REPO_URI) $(CODENAME)',
    'Created-By: Packages',
  ])
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('Debian '))
  if (!archive) return console.log('Not Debian: the traces of RFC 8448 will be skipped.')
  console.log('Fetching RFC 8448 ...')
  const [, uri, codename] = archive.split(' ')
  const own = mkdtempSync(join(tmpdir(), 'rfc8448-'))
  try {
    mkdirSync(`${own}/lists/partial`, { recursive: true })
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
    writeFileSync(`${own}/sources.list`, `deb [signed-by=${keyring}] ${uri} ${codename} non-free\n`)
    const options = [
      `Dir::Etc::sourcelist=${own}/sources.list`,
      'Dir::Etc::sourceparts=-',
      'APT::Sandbox::User=root',
      `Dir::State::lists=${own}/lists`,
    ]
    const apt = (...args) => run('apt-get', ['-qq', ...options.flatMap((option) => ['-o', option]), ...args], own)
    apt('update')
    apt('download', 'doc-rfc-informational')
    const name = readdirSync(own).find((file) => file.endsWith('.deb'))
    const tar = run('dpkg-deb', ['--fsys-tarfile', name], own)
    const path = './usr/share/doc/RFC/informational/rfc8448.txt.gz'
    const packed = execFileSync('tar', ['-x', '-O', path], { input: tar, maxBuffer: 1 << 24 })
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}/rfc8448.txt`, gunzipSync(packed))
  } finally {
    rmSync(own, { recursive: true })
  }
}
