import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { absent, peers } from '../peers.ts'

/** The whole stack, as published, in runtimes other than Node. */

const program = fileURLToPath(new URL('../programs/runtime.mjs', import.meta.url))
const RUNTIMES = { node24: [], deno: ['run', '-A'], bun: [] } as const

const expected = ['TLSv1.2', 'TLSv1.3', 'TLSv1.2', 'TLSv1.3'].map((protocol) => ({
  protocol,
  authorized: true,
  length: 1_000_000,
  same: true,
  stranger: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
}))

describe.each(Object.entries(RUNTIMES))('%s', (name, args) => {
  it.skipIf(absent(name as keyof typeof RUNTIMES))(
    'server and client, both providers (skipped where it is not installed)',
    async () => {
      const { stdout } = await promisify(execFile)(peers[name as keyof typeof RUNTIMES]!, [...args, program], {
        timeout: 100_000,
      })
      expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual(expected)
    },
  )
})
