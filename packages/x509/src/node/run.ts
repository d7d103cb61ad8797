import { CryptoError } from '@x/crypto-primitives'
import { X509Error } from '../error.ts'
import { printable } from '../names/printable.ts'
import { type Command, helpOf, readArguments } from './command.ts'
import { certificate } from './commands/certificate.ts'
import { cms } from './commands/cms.ts'
import { dhparam } from './commands/dhparam.ts'
import { genpkey, genrsa } from './commands/generate.ts'
import { localhost } from './commands/localhost.ts'
import { pkcs12 } from './commands/pkcs12.ts'
import { pkey } from './commands/pkey.ts'
import { request } from './commands/request.ts'
import { show } from './commands/show.ts'
import { verify } from './commands/verify.ts'
import { Problem, usage } from './problem.ts'

const COMMANDS: readonly Command[] = [
  localhost,
  show,
  verify,
  genrsa,
  genpkey,
  pkey,
  request,
  certificate,
  pkcs12,
  dhparam,
  cms,
]

const WIDTH = Math.max(...COMMANDS.map(({ name }) => name.length))

const OVERVIEW = `x509: keys, requests and certificates, without OpenSSL

usage: npx @x/x509 COMMAND [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(WIDTH)}  ${summary}`).join('\n')}

Options are OpenSSL's where it has them, with one dash or two. COMMAND --help tells more.
It ends with 0; with 1 when something could not be done or read; with 2 for a command line that makes no sense,
and when a certificate or a message was not verified.
`

/** Runs one command line. @returns what the process is to end with */
export async function run(line: readonly string[]): Promise<number> {
  try {
    const [name, ...rest] = line
    if (name === undefined) {
      process.stderr.write(OVERVIEW)
      return 2
    }
    if (['help', '--help', '-help', '-h'].includes(name)) {
      process.stdout.write(rest[0] === undefined ? OVERVIEW : helpOf(commandOf(rest[0])))
      return 0
    }
    const command = commandOf(name)
    if (rest.some((one) => ['--help', '-help', '-h'].includes(one))) {
      process.stdout.write(helpOf(command))
      return 0
    }
    return (await command.run(readArguments(command, rest))) ?? 0
  } catch (error) {
    if (!(error instanceof Problem || error instanceof X509Error || error instanceof CryptoError)) throw error
    process.stderr.write(`x509: ${printable(error.message, 2000)}\n`)
    return error instanceof Problem ? error.exitCode : 1
  }
}

function commandOf(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name)
  if (!found) throw usage(`there is no command "${name}": ${COMMANDS.map((command) => command.name).join(', ')}`)
  return found
}
