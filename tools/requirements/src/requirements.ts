import { createHash } from 'node:crypto'
import type { Section } from './sections.ts'

/** How binding a sentence is (RFC 2119, RFC 8174): its strongest word. */
export type Level = 'MUST' | 'SHOULD' | 'MAY'

export interface Requirement {
  /** `§4.2.3 #4`: the fourth normative sentence of that section; `D.5 #1` in an appendix. */
  readonly name: string
  readonly level: Level
  /** SHA-256 of the sentence, its white space made one; hexadecimal. */
  readonly sha256: string
}

/** With the sentence, which is never written into the repository. */
export interface ReadRequirement extends Requirement {
  readonly text: string
  readonly section: string
}

const WORDS: readonly (readonly [Level, RegExp])[] = [
  ['MUST', /\b(MUST|SHALL|REQUIRED)\b/],
  ['SHOULD', /\b(SHOULD|RECOMMENDED)\b/],
  ['MAY', /\b(MAY|OPTIONAL)\b/],
]

/** The key words' own definition is none of the protocol. */
const BOILERPLATE = /key words .*"MUST"/

/** Ends of sentences, but for abbreviations. */
function sentencesOf(paragraph: string): string[] {
  return paragraph
    .replace(/\b(e\.g|i\.e|etc|cf|vs|Fig|Sec)\./g, (found) => found.replaceAll('.', '\u0001'))
    .split(/(?<=[.!?][)"”]?)\s+(?=[A-Z("{[`“])/)
    .map((sentence) => sentence.replaceAll('\u0001', '.').trim())
}

/** Every normative sentence of an RFC, by name. */
export function requirementsOf(sections: readonly Section[]): ReadRequirement[] {
  const found: ReadRequirement[] = []
  for (const { number, title, paragraphs } of sections) {
    let count = 0
    for (const sentence of paragraphs.flatMap(sentencesOf)) {
      if (BOILERPLATE.test(sentence)) continue
      const level = WORDS.find(([, word]) => word.test(sentence))?.[0]
      if (!level) continue
      const name = `${/^\d/.test(number) ? '§' : ''}${number} #${++count}`
      const sha256 = createHash('sha256').update(sentence).digest('hex')
      found.push({ name, level, sha256, text: sentence, section: `${number} ${title}` })
    }
  }
  return found
}
