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

it('a PFX under RC2-40 is what it is to the running Node, whose OpenSSL has the legacy provider or has not', () => {
  const legacy = pfxOf('legacy')
  expect(made(OURS, legacy, 'x')).toEqual(made(NATIVE, legacy, 'x'))
  expect(made(OURS, legacy, 'x')).toEqual({
    code: 'ERR_CRYPTO_UNSUPPORTED_OPERATION',
    message: 'Unsupported PKCS12 PFX data',
  })
  expect(made(OURS, legacy, 'wrong')).toEqual(made(NATIVE, legacy, 'wrong'))
  expect(made(OURS, pfxOf('modern'), 'x')).toEqual('made')
})

it('with --openssl-legacy-provider it is read', () => {
  const program = `
    import tls from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
    import native from 'node:tls'
    const pfx = Buffer.from('${pfxOf('legacy').toString('base64')}', 'base64')
    for (const { createSecureContext } of [native, tls]) createSecureContext({ pfx, passphrase: 'x' })
    console.log('read')
  `
  const loader = import.meta.resolve('tsx')
  const args = ['--openssl-legacy-provider', '--conditions', 'development', '--import', loader, '--input-type=module']
  expect(execFileSync(process.execPath, [...args, '--eval', program]).toString()).toBe('read\n')
})
