// Puts the servers and clients of these tests on this machine, from Debian's packages, where apt is at hand and allowed.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Program to package. */
const PACKAGES = JSON.parse(readFileSync(new URL('debian.json', import.meta.url), 'utf8'))

const missing = Object.entries(PACKAGES).filter(([program]) => spawnSync('which', [program]).status !== 0)
if (missing.length > 0) {
  const names = [...new Set(missing.map(([, name]) => name))]
  if (spawnSync('which', ['apt-get']).status === 0 && process.getuid?.() === 0) {
    console.log(`Installing ${names.join(', ')} ...`)
    // Nothing is started by its installation: the tests start what they need, on ports of their own.
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    execFileSync('apt-get', ['update', '-qq'], options)
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], options)
  } else console.log(`Not installed, and apt-get is not at hand: ${names.join(', ')}. Their tests will be skipped.`)
}
