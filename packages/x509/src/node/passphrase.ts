import { readFileSync } from 'node:fs'
import { Problem, usage } from './problem.ts'

/**
 * A passphrase as OpenSSL's command line has it: `pass:secret`, `env:NAME`, `file:path`, `stdin`.
 *
 * @throws {Problem}
 */
export function passphraseFrom(source: string): string {
  const [, kind, rest = ''] = /^(pass|env|file):([\s\S]*)$/.exec(source) ?? []
  if (kind === 'pass') return rest
  if (kind === 'env') {
    const value = process.env[rest]
    if (value === undefined) throw new Problem(`the environment has no ${rest} to take a passphrase from`)
    return value
  }
  if (kind === 'file' || source === 'stdin') return firstLine(kind ? rest : 0)
  throw usage(`a passphrase is given as pass:…, env:NAME, file:path or stdin, not "${source.split(':')[0]}"`)
}

/** Read with its end: a second line is no part of it. */
function firstLine(path: string | number): string {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/)[0]!
  } catch (error) {
    throw new Problem(`no passphrase could be read: ${(error as Error).message}`)
  }
}

/**
 * Asks for a passphrase on the terminal, without showing it.
 *
 * @param again asks twice, where nobody else would notice a slip
 * @throws {Problem} where there is no terminal, or when the two differ
 */
export async function askPassphrase(what: string, again = false): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Problem(`${what}: a passphrase is needed, and there is no terminal to ask for it; see --help`)
  const first = await askHidden(`Passphrase of ${what}: `)
  if (again && (await askHidden('The same again: ')) !== first) throw new Problem('the two are not the same')
  return first
}

function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  return new Promise((resolve, reject) => {
    let typed = ''
    const done = (problem?: Problem) => {
      stdin.setRawMode(false)
      stdin.off('data', read).pause()
      stderr.write('\n')
      if (problem) reject(problem)
      else resolve(typed)
    }
    const read = (chunk: Buffer) => {
      for (const character of chunk.toString('utf8')) {
        if (character === '\r' || character === '\n' || character === '\u0004') return done()
        if (character === '\u0003') return done(new Problem('interrupted'))
        if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('')
        else typed += character
      }
    }
    stdin.on('data', read).resume()
  })
}
