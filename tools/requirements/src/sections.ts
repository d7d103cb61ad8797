/** The text of an RFC as numbered sections of paragraphs, from its kramdown source or its plain text. */

export interface Section {
  /** As the RFC numbers it: `4.2.3`, `D.5`. */
  readonly number: string
  readonly title: string
  /** Paragraphs and items of lists, each on one line; figures are left out. */
  readonly paragraphs: readonly string[]
}

const oneLine = (lines: readonly string[]): string => lines.join(' ').replace(/\s+/g, ' ').trim()

/** Counts headings as xml2rfc numbers them. */
class Numbering {
  readonly #counts: number[] = []
  /** Behind `--- back` the first number is a letter. */
  inAppendices = false

  next(level: number): string {
    this.#counts.length = level
    this.#counts[level - 1] = (this.#counts[level - 1] ?? 0) + 1
    const [first, ...rest] = Array.from(this.#counts, (count) => count ?? 1)
    return [this.inAppendices ? String.fromCharCode(64 + first!) : first, ...rest].join('.')
  }

  restart(): void {
    this.#counts.length = 0
    this.inAppendices = true
  }
}

/** Sections of a source for kramdown-rfc. */
export function fromKramdown(text: string): Section[] {
  const sections: { number: string; title: string; paragraphs: string[] }[] = []
  const numbering = new Numbering()
  let paragraph: string[] = []
  let fenced = false
  let numbered = false
  const end = () => {
    if (paragraph.length > 0) sections.at(-1)?.paragraphs.push(oneLine(paragraph))
    paragraph = []
  }
  for (const line of text.split('\n')) {
    if (/^--- middle/.test(line)) numbered = true
    if (/^--- back/.test(line)) numbering.restart()
    if (/^(~~~|```)/.test(line)) {
      fenced = !fenced
      end()
      continue
    }
    if (!numbered || fenced || /^--- /.test(line)) continue
    const heading = /^(#+)\s*(.*?)\s*(\{#.*\})?\s*$/.exec(line)
    if (heading) {
      end()
      sections.push({ number: numbering.next(heading[1]!.length), title: heading[2]!, paragraphs: [] })
      continue
    }
    // Attributes of what stands next to them.
    if (/^\{:?.*\}\s*$/.test(line)) continue
    if (line.trim() === '') end()
    else if (/^\s*([-*+]|\d+\.|:)\s/.test(line)) {
      end()
      paragraph.push(line.replace(/^\s*([-*+]|\d+\.|:)\s/, ''))
    }
    // Indented by four and more, outside of a list, it is a figure.
    else if (/^ {7,}\S/.test(line) && paragraph.length === 0) continue
    else paragraph.push(line)
  }
  end()
  return sections
}

/** Sections of an RFC's plain text. */
export function fromPlainText(text: string): Section[] {
  const sections: { number: string; title: string; paragraphs: string[] }[] = []
  let paragraph: string[] = []
  const end = () => {
    if (paragraph.length > 0) sections.at(-1)?.paragraphs.push(oneLine(paragraph))
    paragraph = []
  }
  // Page breaks: a footer, a form feed, a header.
  const body = text.replace(/\n+[^\n]*\[Page \d+\]\n\f?\n?(RFC \d+[^\n]*\n)?\n*/g, '\n\n').replaceAll('\f', '')
  for (const line of body.split('\n')) {
    const heading = /^(?:Appendix )?((?:\d+|[A-Z])(?:\.\d+)*)\.?\s{1,3}(\S.*?)\s*$/.exec(line)
    // A table of contents ends its lines in numbers of pages.
    if (heading && !/\.\s*\.|\.{2,}|\s\d+$/.test(line)) {
      end()
      sections.push({ number: heading[1]!, title: heading[2]!, paragraphs: [] })
      continue
    }
    if (line.trim() === '') end()
    else if (/^\s+(-|\*|o|\(\w\)|\d+\.)\s/.test(line)) {
      end()
      paragraph.push(line.replace(/^\s+(-|\*|o|\(\w\)|\d+\.)\s/, ''))
    } else paragraph.push(line)
  }
  end()
  return sections
}
