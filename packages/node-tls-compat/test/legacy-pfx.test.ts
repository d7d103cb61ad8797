import { execFileSync } from 'node:child_process'
import { nodeProvider } from '@x/crypto-primitives/node'
import { encodePfx } from '@x/x509'
import { expect, it } from 'vitest'
import { type AnyTls, leaf, NATIVE, OURS } from './harness.ts'

const pfxOf = (protection: 'legacy' | 'modern') =>
  Buffer.from(
    encodePfx({
      keys: [{ key: leaf.privateKey!.data }],
      certificates: leaf.chain,
      passphrase: 'x',
      protection,
      provider: nodeProvider,
    }),
  )

/** What becomes of a context. */
function made(tls: AnyTls, pfx: Buffer, passphrase: string): unknown {
  try {
    tls.createSecureContext({ pfx, passphrase })
    return 'made'
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { code, message }
  }
}

/** What a program of its own prints, with these flags. */
const printed = (flags: readonly string[], program: string) => {
  const loader = import.meta.resolve('tsx')
  const args = [...flags, '--conditions', 'development', '--import', loader, '--input-type=module', '--eval', program]
  return execFileSync(process.execPath, args).toString().trim()
}

it('a PFX under RC2-40 is read', () => {
  expect(made(OURS, pfxOf('legacy'), 'x')).toBe('made')
  expect(made(OURS, pfxOf('legacy'), 'wrong')).toEqual(made(NATIVE, pfxOf('legacy'), 'wrong'))
  expect(made(OURS, pfxOf('modern'), 'x')).toBe('made')
})

it('in the place of the built-in module it is what the running Node takes it for', () => {
  const program = (before: string) => `
    ${before}
    const { default: tls } = await import('node:tls')
    const pfx = Buffer.from('${pfxOf('legacy').toString('base64')}', 'base64')
    try {
      tls.createSecureContext({ pfx, passphrase: 'x' })
      console.log('read')
    } catch (error) {
      console.log(error.code, error.message)
    }
  `
  const register = `await import(${JSON.stringify(new URL('../src/register.ts', import.meta.url).href)})`
  for (const flags of [[], ['--openssl-legacy-provider']]) {
    expect(printed(flags, program(register))).toBe(printed(flags, program('')))
  }
})
