import { readFileSync } from 'node:fs'
import { launchVariable } from './environment.ts'

/** The text of NODE_EXTRA_CA_CERTS' file; empty where there is none: the runtime warned about it when it started. */
export function extraAuthorities(): string {
  const file = launchVariable('NODE_EXTRA_CA_CERTS')
  if (!file) {
    return ''
  }
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
