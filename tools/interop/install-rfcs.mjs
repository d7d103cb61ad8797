// Texts of RFCs, out of Debian's packages: the traces of RFC 8448, which tls-handshake reproduces, and those whose
// requirements tools/requirements holds against the code. None of it is ever committed.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** By Debian's package. */
const WANTED = {
  'doc-rfc-informational': [8448],
  'doc-rfc-old-std': [5246],
  'doc-rfc-std-proposed': [5746, 7627, 7366, 6066, 7301, 7919, 8449, 8879, 5280, 6960],
}

/** Puts `rfcN.txt` into a folder, for each that is not there yet. */
export function installRfcs(folder) {
  for (const [name, numbers] of Object.entries(WANTED)) {
    const missing = numbers.filter((number) => !existsSync(join(folder, `rfc${number}.txt`)))
    if (missing.length > 0) fetchRfcs(folder, name, missing)
  }
}

const run = (program, args, cwd) =>
  execFileSync(program, args, { cwd, maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'inherit'] })

/** They are in Debian's non-free part: asked for beside the machine's own sources, which stay as they are. */
function fetchRfcs(folder, name, numbers) {
  const texts = numbers.map((number) => `RFC ${number}`).join(', ')
  if (spawnSync('which', ['apt-get']).status !== 0)
    return console.log(`No apt-get: what needs ${texts} will be skipped.`)
  const targets = ['indextargets', '--format', '$(ORIGIN) $(REPO_URI) $(CODENAME)', 'Created-By: Packages']
  const archive = run('apt-get', targets)
    .toString()
    .split('\n')
    .find((line) => line.startsWith('Debian '))
  if (!archive) return console.log(`Not Debian: what needs ${texts} will be skipped.`)
  console.log(`Fetching ${texts} ...`)
  const [, uri, codename] = archive.split(' ')
  const own = mkdtempSync(join(tmpdir(), 'rfcs-'))
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
    apt('download', name)
    const packed = readdirSync(own).find((file) => file.endsWith('.deb'))
    writeFileSync(join(own, 'files.tar'), run('dpkg-deb', ['--fsys-tarfile', packed], own))
    const listed = run('tar', ['-tf', 'files.tar'], own).toString().split('\n')
    mkdirSync(folder, { recursive: true })
    for (const number of numbers) {
      const path = listed.find((entry) => entry.endsWith(`/rfc${number}.txt.gz`) && !entry.includes('/links/'))
      if (!path) {
        console.log(`${name} has no RFC ${number}: what needs it will be skipped.`)
        continue
      }
      writeFileSync(join(folder, `rfc${number}.txt`), gunzipSync(run('tar', ['-xOf', 'files.tar', path], own)))
    }
  } finally {
    rmSync(own, { recursive: true })
  }
}
