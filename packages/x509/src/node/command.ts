import { parseArgs } from 'node:util'
import { usage } from './problem.ts'

/** An option of a command. */
export interface Option {
  readonly help: string
  /** What stands for its value in the help; without it the option is a switch. */
  readonly value?: string
  /** It may be given several times. */
  readonly multiple?: boolean
}

/** A command of the program: `npx @x/x509 NAME …`. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** What stands behind the options, for the help: `[bits]`. Absent: nothing may. */
  readonly operands?: string
  readonly options: Readonly<Record<string, Option>>
  /** Lines that show how it is used. */
  readonly examples: readonly string[]
  /** @returns what the process ends with; nothing is 0 */
  run(given: Arguments): Promise<number | void> | number | void
}

/** What was given to a command. */
export class Arguments {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    readonly operands: readonly string[],
  ) {}

  text(name: string): string | undefined {
    return this.values[name] as string | undefined
  }

  /** @throws {Problem} when it was not given */
  required(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw usage(`-${name} is missing`)
    return value
  }

  list(name: string): readonly string[] {
    return (this.values[name] ?? []) as string[]
  }

  has(name: string): boolean {
    return this.values[name] !== undefined
  }

  /** A whole number. @throws {Problem} */
  number(name: string, otherwise: number, from = 0): number {
    const value = this.text(name)
    if (value === undefined) return otherwise
    return wholeNumber(`-${name}`, value, from)
  }

  /** One of several words. @throws {Problem} */
  word<const W extends string>(name: string, words: readonly W[], otherwise: W): W {
    const value = this.text(name)
    if (value === undefined) return otherwise
    const found = words.find((word) => word.toLowerCase() === value.toLowerCase())
    if (!found) throw usage(`-${name} is one of ${words.join(', ')}, not "${value}"`)
    return found
  }

  /** Others in the place of these, for a part of the work. */
  only(values: Readonly<Record<string, unknown>> = {}): Arguments {
    return new Arguments(values, [])
  }

  /** The one of several switches that was given. @throws {Problem} for two of them */
  oneSwitch<const W extends string>(words: readonly W[]): W | undefined {
    const found = words.filter((word) => this.has(word))
    if (found.length > 1) throw usage(`either -${found[0]} or -${found[1]}`)
    return found[0]
  }
}

/** @throws {Problem} */
export function wholeNumber(what: string, value: string, from = 0): number {
  if (!/^\d{1,15}$/.test(value) || Number(value) < from)
    throw usage(`${what} is a whole number${from > 0 ? ` of at least ${from}` : ''}, not "${value}"`)
  return Number(value)
}

/**
 * Reads a command line, options with one dash, as OpenSSL has them, or with two.
 *
 * @throws {Problem} for options that the command does not have
 */
export function readArguments(command: Command, line: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { value, multiple }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: multiple === true },
    ]),
  )
  // `parseArgs` reads `-out` as three letters. What follows an option that takes a value is that value, dash or not.
  const args: string[] = []
  for (let at = 0; at < line.length; at++) {
    const one = line[at]!
    if (one === '--') {
      args.push(...line.slice(at))
      break
    }
    const [, name, joined] = /^--?([A-Za-z0-9][\w.-]*)(=[\s\S]*)?$/.exec(one) ?? []
    if (name === undefined) args.push(one)
    else if (!Object.hasOwn(command.options, name)) throw usage(`${command.name} has no option -${name}`)
    else if (command.options[name]!.value === undefined || joined !== undefined) args.push(`--${name}${joined ?? ''}`)
    else if (at + 1 === line.length) throw usage(`-${name} needs ${command.options[name]!.value}`)
    else args.push(`--${name}=${line[++at]}`)
  }
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true })
    if (positionals.length > 0 && command.operands === undefined)
      throw usage(`${command.name} takes options alone; "${positionals[0]}" is none`)
    return new Arguments(values, positionals)
  } catch (error) {
    throw (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ? usage((error as Error).message) : error
  }
}

/** What `--help` prints of a command. */
export function helpOf(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, { value, help }]) => [`-${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
  )
  const width = Math.max(...options.map(([left]) => left.length))
  return [
    `${command.name}: ${command.summary}`,
    '',
    `usage: x509 ${command.name} [options]${command.operands ? ` ${command.operands}` : ''}`,
    '',
    ...options.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    'examples:',
    ...command.examples.map((example) => `  npx @x/x509 ${example}`),
    '',
  ].join('\n')
}
