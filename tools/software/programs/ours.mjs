// Imported first by every program here: they are to run on our tls without a word of it in their own code.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import ours from '@x/node-tls-compat'

assert.equal(tls.connect, ours.connect, 'node:tls is ours')
assert.equal(tls.TLSSocket, ours.TLSSocket, 'node:tls is ours')

export const { PORT: port } = process.env
export const ca = readFileSync(process.env.CA, 'utf8')
export const otherCa = readFileSync(process.env.OTHER_CA, 'utf8')

/** The code of the error that a promise is rejected with. */
export async function codeOf(promise) {
  try {
    await promise
    return 'no error'
  } catch (error) {
    return error.cause?.code ?? error.code ?? error.message
  }
}

/** The last line, for the test that has started this program. */
export function report(facts) {
  console.log(JSON.stringify(facts))
}
