// Puts the hosts on this machine: runtimes from npm into `.hosts/` (not as dependencies: pages and servers need none of
// them), browsers from Debian where apt is at hand and allowed.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.hosts', import.meta.url))
const has = (program) => spawnSync('which', [program]).status === 0

/** [folder, npm package] */
const FROM_NPM = [
  ['node24', 'node@24.21.0'],
  ['deno', 'deno@2'],
  ['bun', 'bun@1'],
  ['workerd', 'workerd@1'],
]
/** [program, Debian package] */
const BROWSERS = [
  ['chromium', 'chromium'],
  ['firefox-esr', 'firefox-esr'],
]

for (const [name, specification] of FROM_NPM) {
  const prefix = `${folder}/${name}`
  // The interoperability tests have some of them already.
  if (
    existsSync(`${prefix}/node_modules`) ||
    existsSync(new URL(`../interop/.peers/${name}/node_modules`, import.meta.url))
  )
    continue
  console.log(`Installing ${specification} ...`)
  mkdirSync(prefix, { recursive: true })
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', prefix, specification], {
    stdio: 'inherit',
  })
}

const missing = BROWSERS.filter(([program]) => !has(program)).map(([, name]) => name)
if (missing.length > 0) {
  if (has('apt-get') && process.getuid?.() === 0) {
    console.log(`Installing ${missing.join(', ')} ...`)
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    execFileSync('apt-get', ['update', '-qq'], options)
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options)
  } else console.log(`Not installed, and apt-get is not at hand: ${missing.join(', ')}. They will be skipped.`)
}
