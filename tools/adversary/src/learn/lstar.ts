/**
 * Learns the Mealy machine behind a {@link System} by Angluin's L* (Shahbaz and Groz's form for Mealy machines), with
 * Rivest and Schapire's way of reading a counterexample.
 */
import type { Random } from '../random.ts'
import { OVER, type System } from './system.ts'

/** States are numbered as they are first reached, letters in their order. */
export interface Machine {
  readonly letters: readonly string[]
  /** For each state, for each letter. */
  readonly edges: readonly (readonly { readonly answer: string; readonly to: number }[])[]
}

type Word = readonly string[]

export function run(machine: Machine, word: Word): string[] {
  let state = 0
  return word.map((letter) => {
    const edge = machine.edges[state][machine.letters.indexOf(letter)]
    state = edge.to
    return edge.answer
  })
}

/** @param tries random words that the machine is held against before it is believed */
export function learn(system: System, random: Random, tries: number): Machine {
  const { letters } = system
  const access: Word[] = [[]]
  const endings: Word[] = letters.map((letter) => [letter])
  const rows = new Map<string, string>()
  const rowOf = (word: Word): string => {
    const key = `${word.join('\n')}|${endings.length}`
    let row = rows.get(key)
    if (row === undefined) {
      row = endings
        .map((ending) =>
          system
            .run([...word, ...ending])
            .slice(word.length)
            .join('\n'),
        )
        .join('\n\n')
      rows.set(key, row)
    }
    return row
  }
  for (;;) {
    const states = new Map<string, number>(access.map((word, state) => [rowOf(word), state]))
    // Closed: each state's successors are states.
    for (let state = 0; state < access.length; state++) {
      for (const letter of letters) {
        const next = [...access[state], letter]
        if (states.has(rowOf(next))) continue
        states.set(rowOf(next), access.length)
        access.push(next)
      }
    }
    const machine: Machine = {
      letters,
      edges: access.map((word) =>
        letters.map((letter) => ({
          answer: system.run([...word, letter]).at(-1)!,
          to: states.get(rowOf([...word, letter]))!,
        })),
      ),
    }
    const counterexample = search(system, machine, access, random, tries)
    if (!counterexample) return machine
    endings.push(distinguishing(system, machine, access, counterexample))
  }
}

const differs = (system: System, machine: Machine, word: Word): boolean =>
  system.run(word).join('\n') !== run(machine, word).join('\n')

/**
 * Three letters behind each state, as long as the connection lives; then random walks, most steps of which are such that
 * it does.
 */
function search(
  system: System,
  machine: Machine,
  access: readonly Word[],
  random: Random,
  tries: number,
): Word | undefined {
  const beyond = (word: Word, depth: number): Word | undefined => {
    for (const letter of machine.letters) {
      const longer = [...word, letter]
      if (differs(system, machine, longer)) return longer
      const found = depth > 1 && lives(machine, longer) ? beyond(longer, depth - 1) : undefined
      if (found) return found
    }
    return undefined
  }
  for (const word of access) {
    const found = beyond(word, 3)
    if (found) return found
  }
  for (let i = 0; i < tries; i++) {
    const word = [...random.pick(access)]
    for (let length = 2 + random.below(10); length > 0; length--) {
      const living = machine.letters.filter((letter) => lives(machine, [...word, letter]))
      word.push(random.pick(living.length > 0 && !random.once(6) ? living : machine.letters))
    }
    if (differs(system, machine, word)) return word
  }
  return undefined
}

/** Whether anything can still come behind this word. */
function lives(machine: Machine, word: Word): boolean {
  const state = stateAfter(machine, word)
  return machine.edges[state].some(({ to, answer }) => to !== state || answer !== OVER)
}

function stateAfter(machine: Machine, word: Word): number {
  let state = 0
  for (const letter of word) state = machine.edges[state][machine.letters.indexOf(letter)].to
  return state
}

/** The ending that tells two words apart which the machine holds for the same state. */
function distinguishing(system: System, machine: Machine, access: readonly Word[], word: Word): Word {
  const answersFrom = (at: number): string => {
    const start = access[stateAfter(machine, word.slice(0, at))]
    return system
      .run([...start, ...word.slice(at)])
      .slice(start.length)
      .join('\n')
  }
  for (let at = 0; at < word.length; at++) {
    const here = answersFrom(at).split('\n').slice(1).join('\n')
    if (at + 1 < word.length && here !== answersFrom(at + 1)) return word.slice(at + 1)
  }
  throw new Error(`not deterministic: ${word.join(' ')}`)
}
