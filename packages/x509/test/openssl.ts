import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** The openssl command in a folder of its own, which is removed after the tests of the file. */
export class OpenSsl {
  readonly folder = mkdtempSync(join(tmpdir(), 'x509-'))

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.path(name)))
  }

  text(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  /** Runs a command line, split at spaces; file names are relative to the folder. @throws {Error} when it fails */
  run(line: string): string {
    return execFileSync('openssl', line.split(' '), {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
}
