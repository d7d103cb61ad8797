import { launchVariable } from './environment.ts'

/** Flags of the process that the runtime does not tell otherwise: `--trace-tls`, `--tls-keylog=FILE`, `--use-openssl-ca`. */

let words: readonly string[] | undefined

function flags(): readonly string[] {
  words ??= [...process.execArgv, ...(launchVariable('NODE_OPTIONS')?.split(/\s+/) ?? [])]
  return words
}

/**
 * `--use-openssl-ca`: what OpenSSL's own store holds is trusted, in the place of the bundled roots. Said on the command line
 * or in NODE_OPTIONS, neither takes the other's word back; `_` stands for `-` there.
 */
export function usesOpensslStore(): boolean {
  const said = flags().map((word) => word.replaceAll('_', '-'))
  const inOptions = said.splice(process.execArgv.length)
  return [said, inOptions].some(
    (list) => list.lastIndexOf('--use-openssl-ca') > list.lastIndexOf('--no-use-openssl-ca'),
  )
}

const warned = new Set<string>()

function warnOnce(sentence: string): void {
  if (warned.has(sentence)) {
    return
  }
  warned.add(sentence)
  process.emitWarning(sentence)
}

/** `--trace-tls`: every connection is traced. */
export function traceAll(): boolean {
  if (!flags().includes('--trace-tls')) {
    return false
  }
  warnOnce('Enabling --trace-tls can expose sensitive data in the resulting log.')
  return true
}

const KEY_LOG = '--tls-keylog='
let keyLog: string | undefined

/** `--tls-keylog=FILE`: the file that every connection's secrets are written to. */
export function keyLogPath(): string | undefined {
  keyLog ??= flags().find((flag) => flag.startsWith(KEY_LOG)) ?? KEY_LOG
  const path = keyLog.slice(KEY_LOG.length) || undefined
  if (path) {
    warnOnce(`Using --tls-keylog makes TLS connections insecure by writing secret key material to file ${path}`)
  }
  return path
}
