/** A program of the whole stack bundled into one file, without dependencies beside it, as servers are often deployed. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PROGRAM = `
import { once } from 'node:events'
import { nodeProvider as p } from '@x/crypto-primitives/node'
import tls from '@x/node-tls-compat'
import { createAuthority } from '@x/x509'

const codeOf = (run) => { try { run(); return 'done' } catch (error) { return error.code } }
const agree = async (group) => {
  const own = group.initiate()
  const { share, secret } = await group.respond(own.share)
  return Buffer.compare(secret, await own.complete(share)) === 0
}
const verifyMlDsa = () =>
  p.importPublicKey({ type: 'ml-dsa-65', bytes: new Uint8Array(1952) })
    .verify({ name: 'ml-dsa-65' }, new Uint8Array(1), new Uint8Array(3309))
const { X25519MLKEM768: hybrid, MLKEM768: kem } = p.groups

const authority = createAuthority({ provider: p })
const server = tls.createServer(authority.issue('localhost'), (socket) => socket.end('hello'))
server.listen(0, 'localhost')
await once(server, 'listening')
const socket = tls.connect({ port: server.address().port, host: 'localhost', ca: authority.cert })
await once(socket, 'secureConnect')
const protocol = socket.getProtocol()
let text = ''
for await (const chunk of socket) text += chunk
server.close()

console.log(JSON.stringify({
  x25519: await agree(p.groups.x25519),
  secp256r1: await agree(p.groups.secp256r1),
  hybrid: hybrid ? await agree(hybrid) : 'not offered',
  kem: kem ? await agree(kem) : 'not offered',
  ecdsa: codeOf(() => p.generateKey({ type: 'ec', curve: 'secp256r1' })),
  brainpoolKey: codeOf(() => p.generateKey({ type: 'ec', curve: 'brainpoolP256r1' })),
  mlDsa: p.supportsSignature({ name: 'ml-dsa-65' }),
  mlDsaKey: codeOf(verifyMlDsa),
  tls: [protocol, text],
}))
`

/** OpenSSL's own ML-KEM and ML-DSA came with Node 24.7. */
const native = 'encapsulate' in process.getBuiltinModule('node:crypto')

describe('the stack in one file', () => {
  let folder: string
  let answers: Record<string, unknown>
  let complaints: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'one-file-'))
    const { outputFiles } = await build({
      stdin: { contents: PROGRAM, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
      tsconfig: fileURLToPath(new URL('../../../tsconfig.base.json', import.meta.url)),
      bundle: true,
      format: 'esm',
      platform: 'node',
      write: false,
      logLevel: 'error',
    })
    await writeFile(join(folder, 'program.mjs'), outputFiles[0]!.text)
    // Whatever lies in folders further up is hidden.
    for (const name of ['curves', 'hashes', 'post-quantum']) {
      const nothing = join(folder, 'node_modules', '@noble', name)
      await mkdir(nothing, { recursive: true })
      await writeFile(join(nothing, 'package.json'), '{ "exports": {} }')
    }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder })
    answers = JSON.parse(stdout)
    complaints = stderr
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true }))

  it('has what OpenSSL has, and says of the rest that it is not offered', () => {
    const { tls: _, ...offers } = answers
    expect(offers).toEqual({
      x25519: true,
      secp256r1: true,
      hybrid: native || 'not offered',
      kem: native || 'not offered',
      ecdsa: 'done',
      brainpoolKey: 'UNSUPPORTED',
      mlDsa: native,
      mlDsaKey: native ? 'done' : 'UNSUPPORTED',
    })
  })

  it('connects as it is configured by default', () => {
    expect(answers.tls).toEqual(['TLSv1.3', 'hello'])
    expect(complaints).toBe('')
  })
})
