import { createInterface } from 'node:readline/promises'
import { createName, type NamePair } from '../names/create-name.ts'
import type { Name } from '../names/name.ts'
import { usage } from './problem.ts'

/**
 * A name as OpenSSL's `-subj` has it: `/C=DE/O=Example/CN=a.test`, with `+` between attributes of one set, and a backslash
 * before a character that would mean something.
 *
 * @throws {Problem}
 */
export function subjectFrom(text: string): Name {
  if (!text.startsWith('/')) throw usage(`-subj begins with a slash: "/CN=${text}"`)
  const rdns: NamePair[][] = []
  for (const [separator, part] of partsOf(text)) {
    if (part === '' && separator === '/') continue
    const [, type, value] = /^([^=]*)=([\s\S]*)$/.exec(part) ?? []
    if (type === undefined) throw usage(`-subj: "${part}" is no attribute; NAME=value is one`)
    // As OpenSSL, which says so: an attribute without a value is left out.
    if (value === '') continue
    const pair: NamePair = [type, value!]
    if (separator === '+' && rdns.length > 0) rdns.at(-1)!.push(pair)
    else rdns.push([pair])
  }
  return createName(rdns)
}

/** Cut at `/` and `+` that no backslash stands before. */
function partsOf(text: string): [string, string][] {
  const parts: [string, string][] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    // A plus parts attributes where one begins behind it, so that a value may hold it.
    if (character === '/' || (character === '+' && /^\+[\w.]+=/.test(text.slice(at, at + 80))))
      parts.push([character, ''])
    else parts.at(-1)![1] += character === '\\' && at + 1 < text.length ? text[++at]! : character
  }
  return parts
}

const QUESTIONS = [
  ['C', 'Country (2 letters)'],
  ['ST', 'State or province'],
  ['L', 'City'],
  ['O', 'Organization'],
  ['OU', 'Unit'],
  ['CN', 'Common name (the host, or your name)'],
  ['emailAddress', 'E-mail address'],
] as const

/** Asks for a name, attribute by attribute; what is left empty is left out. @throws {Problem} when all is */
export async function askSubject(): Promise<Name> {
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: process.stdin.isTTY === true,
  })
  const pairs: NamePair[] = []
  try {
    // Lines that came together are all kept: `question` alone would lose those behind the first.
    const answers = lines[Symbol.asyncIterator]()
    for (const [type, question] of QUESTIONS) {
      process.stderr.write(`${question}: `)
      const { value, done } = await answers.next()
      if (done) break
      const answer = value.trim()
      if (answer !== '' && answer !== '.') pairs.push([type, answer])
    }
  } finally {
    lines.close()
    if (!process.stdin.isTTY) process.stderr.write('\n')
  }
  if (pairs.length === 0)
    throw usage('whom it is for was not said: -subj "/CN=a.test", or an answer to these questions')
  return createName(pairs)
}
