/** The page for those who come from node-forge: what it shows runs, says what it promises, and is no longer than theirs. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runProgram } from '../../../tools/workspace/readme.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(new URL('../docs/from-node-forge.md', import.meta.url), 'utf8')

const blocks = [...page.matchAll(/```(js|javascript)\n([\s\S]*?)```/g)].map(([, language, program]) => ({
  ours: language === 'js',
  program: program!,
}))

test('every program of it runs, and prints what its comments promise', { timeout: 60_000 }, () => {
  const program = blocks
    .filter(({ ours }) => ours)
    .map((block) => block.program)
    .join('\n')
  const promised = [...program.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map((match) => match[1])
  expect(promised.length).toBeGreaterThan(15)
  expect(runProgram(folder, program).trim().split('\n')).toEqual(promised)
})

test('each takes no more lines than forge’s', () => {
  const lines = (program: string) => program.split('\n').filter((line) => line.trim() !== '').length
  const [prelude, ...pairs] = blocks
  expect(prelude!.ours).toBe(true)
  expect(pairs.length % 2).toBe(0)
  for (let at = 0; at < pairs.length; at += 2) {
    const [theirs, ours] = [pairs[at]!, pairs[at + 1]!]
    expect([theirs.ours, ours.ours]).toEqual([false, true])
    // A promise of what is printed is there for this test.
    const shown = ours.program.split('\n').filter((line) => line.startsWith('console.log(')).length
    expect(lines(ours.program) - shown, ours.program).toBeLessThanOrEqual(lines(theirs.program))
  }
  expect(pairs.length / 2).toBeGreaterThan(20)
})
