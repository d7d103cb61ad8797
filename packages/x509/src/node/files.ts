import { closeSync, fchmodSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { X509Error } from '../error.ts'
import { parsePrivateKey } from '../keys/private-key.ts'
import { isPem } from '../pem.ts'
import { Problem } from './problem.ts'

/** Reads a file, or what comes by standard input. @throws {Problem} */
export function readInput(path: string | undefined): Uint8Array {
  const from = path === undefined || path === '-' ? 0 : path
  try {
    return new Uint8Array(readFileSync(from))
  } catch (error) {
    throw new Problem(`${path ?? 'standard input'} cannot be read: ${reason(error)}`)
  }
}

/** What is given out, and how it is to lie there. */
export interface Output {
  readonly path: string | undefined
  /** It holds a private key: for its owner alone, and never over another file. */
  readonly secret?: boolean
  /** Writes over keys, too. */
  readonly force?: boolean
}

/**
 * Writes a file, or to standard output. Private keys get mode 0600 and never take the place of a file; nothing takes the
 * place of a private key, unless `-force` says so.
 *
 * @throws {Problem}
 */
export function writeOutput(content: string | Uint8Array, { path, secret = false, force = false }: Output): void {
  if (path === undefined || path === '-') {
    // Whole, and before the process ends.
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at)
    return
  }
  if (!force && !secret && holdsKey(path))
    throw new Problem(`${path} holds a private key, and would be lost; -force writes over it`)
  let file: number
  try {
    file = openSync(path, secret && !force ? 'wx' : 'w', secret ? 0o600 : 0o666)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Problem(`${path} is there already, and may hold a key that is in use; -force writes over it`)
    throw new Problem(`${path} cannot be written: ${reason(error)}`)
  }
  try {
    // A file that was there keeps its mode otherwise. Windows has no modes.
    if (secret && process.platform !== 'win32') fchmodSync(file, 0o600)
    writeFileSync(file, content)
  } finally {
    closeSync(file)
  }
}

/** Whether a file is there and has a private key in it, as far as can be seen without a passphrase. */
function holdsKey(path: string): boolean {
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(readFileSync(path))
  } catch {
    return false
  }
  if (isPem(bytes)) return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(Buffer.from(bytes).toString('latin1'))
  // PKCS#12 (RFC 7292 §4): SEQUENCE { version INTEGER (3), …
  if (/^30(8[0-4]|[0-7].)(..){0,4}020103/.test(Buffer.from(bytes.subarray(0, 9)).toString('hex'))) return true
  try {
    parsePrivateKey(bytes)
    return true
  } catch (error) {
    return error instanceof X509Error && error.code === 'PASSPHRASE_REQUIRED'
  }
}

function reason(error: unknown): string {
  return (error as Error).message.replace(/^[A-Z]+: /, '')
}
