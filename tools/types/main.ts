/**
 * Programs out of Node's documentation, and the shapes in which libraries take sockets and options, compiled with our
 * module in the place of Node's: over TypeScript 5.4 to 7 and `@types/node` 20 to 26, libraries checked too. A program has
 * one line with a comment `wrong:`; with that in its place it must not compile.
 *
 *     tsx main.ts [--diagonal] [--only typescript-5.4] [--types node-types-20]
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'

const COMPILERS = ['typescript-5.4', 'typescript-5.7', 'typescript-5.9', 'typescript-6', 'typescript-7']
const TYPES = ['node-types-20', 'node-types-22', 'node-types-24', 'node-types-26']
const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'esnext', moduleResolution: 'bundler' },
]
/** TypeScript 5.4 cannot read the declarations of Node 26, whoever's module is used. */
const IMPOSSIBLE = new Set(['typescript-5.4 node-types-26'])

const root = import.meta.dirname
const require = createRequire(import.meta.url)
const { values: flags } = parseArgs({
  options: { diagonal: { type: 'boolean' }, only: { type: 'string' }, types: { type: 'string' } },
})

interface Cell {
  readonly compiler: string
  readonly types: string
  readonly resolution: (typeof RESOLUTIONS)[number]
}

/** Every compiler with every declaration; or each of them once, with the ways of resolving taken in turn. */
function cells(): Cell[] {
  const all = COMPILERS.flatMap((compiler) => TYPES.map((types) => ({ compiler, types })))
    .filter(({ compiler, types }) => !IMPOSSIBLE.has(`${compiler} ${types}`))
    .filter(({ compiler, types }) => (flags.only ?? compiler) === compiler && (flags.types ?? types) === types)
  if (!flags.diagonal) return all.flatMap((cell) => RESOLUTIONS.map((resolution) => ({ ...cell, resolution })))
  return all
    .filter(({ compiler, types }) => TYPES.indexOf(types) === COMPILERS.indexOf(compiler) % TYPES.length)
    .map((cell, index) => ({ ...cell, resolution: RESOLUTIONS[index % RESOLUTIONS.length]! }))
}

const WRONG = /^(\s*).*\/\/ wrong: (.*)$/gm

/** The programs and, beside each, its twin with the mistake. */
function writePrograms(folder: string): string[] {
  const names: string[] = []
  for (const group of readdirSync(join(root, 'programs'))) {
    mkdirSync(join(folder, 'twins', group), { recursive: true })
    cpSync(join(root, 'programs', group), join(folder, 'programs', group), { recursive: true })
    for (const file of readdirSync(join(root, 'programs', group))) {
      const text = readFileSync(join(root, 'programs', group, file), 'utf8')
      if (text.match(WRONG)?.length !== 1) throw new Error(`${group}/${file} needs one line with a comment "wrong:"`)
      writeFileSync(join(folder, 'twins', group, file), text.replace(WRONG, '$1$2'))
      names.push(`${group}/${file}`)
    }
  }
  return names
}

/** @returns files with errors, relative to the folder, each with its first one */
async function compile(folder: string, cell: Cell): Promise<Map<string, string>> {
  const typesRoot = dirname(require.resolve(`${cell.types}/package.json`))
  const project = join(folder, `tsconfig.${cell.compiler}.${cell.types}.${cell.resolution.moduleResolution}.json`)
  const compilerOptions = {
    ...cell.resolution,
    target: 'es2022',
    lib: ['es2023', 'dom'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    esModuleInterop: true,
    typeRoots: [dirname(typesRoot)],
    types: [relative(dirname(typesRoot), typesRoot)],
  }
  writeFileSync(project, JSON.stringify({ compilerOptions, include: ['programs/**/*.ts', 'twins/**/*.ts'] }))
  const output = await run(join(dirname(require.resolve(`${cell.compiler}/package.json`)), 'bin', 'tsc'), [
    '-p',
    project,
    '--pretty',
    'false',
  ])
  const errors = new Map<string, string>()
  for (const [, file, error] of output.matchAll(/^(\S.*?)(?:\(\d+,\d+\))?: (error TS\d+: .*)$/gm)) {
    const name = relative(folder, join(process.cwd(), file!))
    if (!errors.has(name)) errors.set(name, error!)
  }
  const bare = /^error TS\d+: .*$/m.exec(output)
  if (bare) errors.set('the project', bare[0])
  return errors
}

function run(script: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}

// Inside this package, so that the programs find what it depends on.
const folder = join(root, '.programs')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
const names = writePrograms(folder)
let passed = 0
let failed = 0
for (const cell of cells()) {
  const title = `${cell.compiler} ${cell.types} ${cell.resolution.moduleResolution}`
  const errors = await compile(folder, cell)
  const problems: string[] = []
  for (const name of names) {
    if (errors.has(`programs/${name}`)) problems.push(`${name}: ${errors.get(`programs/${name}`)}`)
    const mistake = errors.get(`twins/${name}`)
    if (!mistake) problems.push(`${name}: its mistake "wrong:" compiles`)
    // A compiler that finds such looks for nothing else.
    else if (/error TS1\d{3}:/.test(mistake)) problems.push(`${name}: its mistake "wrong:" is no program: ${mistake}`)
  }
  for (const [file, error] of errors) {
    if (!/^(programs|twins)\//.test(file)) problems.push(`${file}: ${error}`)
  }
  console.log(`${title}: ${problems.length === 0 ? `${names.length} programs compile, and their mistakes do not` : ''}`)
  for (const problem of problems) console.log(`  ${problem}`)
  if (problems.length === 0) passed++
  else failed++
}
rmSync(folder, { recursive: true, force: true })
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
