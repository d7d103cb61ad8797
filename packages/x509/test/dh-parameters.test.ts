import { createDiffieHellman } from 'node:crypto'
import { nodeProvider } from '@x/crypto-primitives/node'
import { expect, test } from 'vitest'
import { encodeDhParameters, generateDhParameters, parseDhParameters } from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()

test('new DH parameters: OpenSSL finds nothing wrong with them', async () => {
  let tested = 0
  const parameters = await generateDhParameters(512, { provider: nodeProvider, onProgress: () => tested++ })
  const pem = encodeDhParameters(parameters)
  expect(parseDhParameters(pem)).toEqual(parameters)
  expect(tested).toBeGreaterThan(0)
  // OpenSSL's DH_check: neither p nor g is wrong.
  expect(createDiffieHellman(Buffer.from(parameters.p), Buffer.from(parameters.g)).verifyError).toBe(0)
  openssl.write('dh.pem', pem)
  expect(openssl.run('dhparam -in dh.pem -text -noout')).toMatch(/512 bit/)
}, 120_000)

test('what is no option is refused', async () => {
  const wrong = [
    undefined,
    {},
    { provider: {} },
    { provider: nodeProvider, onprogress() {} },
    { provider: nodeProvider, signal: 1 },
  ]
  for (const options of wrong) {
    await expect(generateDhParameters(512, options as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
})
