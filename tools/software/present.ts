import { spawnSync } from 'node:child_process'
import type packages from './debian.json'

/** True when a program is missing, which its tests then say. In CI a missing program is a failure. */
export function absent(program: keyof typeof packages): boolean {
  if (spawnSync('which', [program]).status === 0) return false
  if (process.env.CI) throw new Error(`CI must have ${program}: run tools/software/install-software.mjs`)
  return true
}
