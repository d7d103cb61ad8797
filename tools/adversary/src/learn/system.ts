/** Something that can be asked: letters in, one answer for each out, from the same beginning each time. */
export interface System {
  readonly letters: readonly string[]
  run(word: readonly string[]): string[]
}

/** What a connection answers once it is over. */
export const OVER = '-'

/** Remembers what was answered, so that no word is run twice. */
export class Remembering implements System {
  readonly #answers = new Map<string, string[]>()
  queries = 0

  constructor(private readonly system: System) {}

  get letters(): readonly string[] {
    return this.system.letters
  }

  run(word: readonly string[]): string[] {
    const key = word.join('\n')
    const known = this.#answers.get(key) ?? this.#over(word)
    if (known) return known
    this.queries++
    const answers = this.system.run(word)
    this.#answers.set(key, answers)
    return answers
  }

  /** What is over stays over: the answers of a beginning that ended it say the rest. */
  #over(word: readonly string[]): string[] | undefined {
    for (let length = 1; length < word.length; length++) {
      const answers = this.#answers.get(word.slice(0, length).join('\n'))
      if (answers?.at(-1) === OVER) return [...answers, ...Array<string>(word.length - length).fill(OVER)]
    }
    return undefined
  }
}
