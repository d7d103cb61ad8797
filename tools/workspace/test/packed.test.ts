import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readmeProgram } from '../readme.ts'

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url))
const NAMES = ['crypto-primitives', 'x509', 'tls-record', 'tls-handshake', 'secure-context', 'node-tls-compat']

/** The packages as they would be published, installed from their tarballs into empty projects. */
describe('packed and installed', () => {
  const place = mkdtempSync(join(tmpdir(), 'packed-'))
  const tarballs = new Map<string, string>()
  beforeAll(() => {
    for (const name of NAMES) {
      // The newest comes last by name: there is one of each.
      execFileSync('pnpm', ['pack', '--pack-destination', place], { cwd: join(packages, name), stdio: 'ignore' })
      tarballs.set(name, join(place, readdirSync(place).find((file) => file.startsWith(`x-${name}-`))!))
    }
  }, 120_000)
  afterAll(() => rmSync(place, { recursive: true }))

  function install(project: string, names: readonly string[]): string {
    const folder = join(place, project)
    execFileSync('mkdir', ['-p', folder])
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: project, private: true }))
    execFileSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--loglevel=error', ...names.map((name) => tarballs.get(name)!)],
      { cwd: folder },
    )
    return folder
  }

  const run = (folder: string, file: string, text: string) => {
    writeFileSync(join(folder, file), text)
    return execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' })
  }

  /** The same program for CommonJS. */
  const asCommonJs = (program: string) =>
    program
      .replace(/^import (\w+) from '([^']+)'/gm, "const $1 = require('$2')")
      .replace(
        /^import (\{[^}]+\}) from '([^']+)'/gm,
        (_all, names: string, from: string) => `const ${names.replaceAll(' as ', ': ')} = require('${from}')`,
      )

  it('@x/crypto-primitives stands alone, with only noble beside it', () => {
    const folder = install('alone', ['crypto-primitives'])
    const scopes = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(scopes.sort()).toEqual(['@noble', '@x'])
    expect(readdirSync(join(folder, 'node_modules/@x'))).toEqual(['crypto-primitives'])
    expect(run(folder, 'main.mjs', readmeProgram(join(packages, 'crypto-primitives')))).not.toBe('')
  }, 120_000)

  it('@x/node-tls-compat runs its README program from ES modules and from CommonJS', () => {
    const folder = install('whole', NAMES)
    const program = readmeProgram(join(packages, 'node-tls-compat'))
    expect(run(folder, 'main.mjs', program)).toMatch(/^TLSv1\.3 \w+ hello$/m)
    expect(run(folder, 'main.cjs', asCommonJs(program))).toMatch(/^TLSv1\.3 \w+ hello$/m)
  }, 120_000)

  it('every entry of every package can be required', () => {
    const folder = join(place, 'whole')
    for (const name of NAMES) {
      const { exports } = JSON.parse(
        execFileSync('cat', [join(packages, name, 'package.json')], { encoding: 'utf8' }),
      ) as { exports: Record<string, unknown> }
      for (const entry of Object.keys(exports)) {
        const specifier = `@x/${name}${entry.slice(1)}`
        expect(
          run(folder, 'require.cjs', `console.log(typeof require(${JSON.stringify(specifier)}))`).trim(),
          specifier,
        ).toMatch(/object|function/)
      }
    }
  }, 120_000)
})
