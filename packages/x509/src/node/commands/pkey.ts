import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { encodePublicKey, parsePublicKey } from '../../keys/public-key.ts'
import type { Command } from '../command.ts'
import { dumpPrivateKey, dumpPublicKey } from '../dump/keys.ts'
import { readInput, writeOutput } from '../files.ts'
import { readKey } from '../inputs.ts'
import { KEY_OUTPUT, writeKey } from '../keys.ts'

export const pkey: Command = {
  name: 'pkey',
  summary: 'reads a key; writes it in another form, or its public half',
  options: {
    in: { value: 'FILE', help: 'the key, in any form; standard input otherwise' },
    passin: { value: 'SOURCE', help: 'its passphrase: pass:…, env:NAME, file:path, stdin' },
    pubin: { help: 'it is a public key' },
    pubout: { help: 'writes the public half' },
    text: { help: 'prints its numbers, the secret ones too' },
    noout: { help: 'writes no key' },
    ...KEY_OUTPUT,
  },
  examples: ['pkey -in key.pem -pubout -out public.pem', 'pkey -in old.pem -passin pass:secret -aes256 -out new.pem'],
  async run(given) {
    const output = { path: given.text('out'), force: given.has('force') }
    const key = given.has('pubin') ? undefined : await readKey(given.text('in'), given)
    const publicKey = key ? key.publicKey : parsePublicKey(readInput(given.text('in')))
    if (given.has('text'))
      writeOutput(key ? dumpPrivateKey(key, provider) : dumpPublicKey(publicKey), { path: undefined })
    if (given.has('noout')) return
    if (key && !given.has('pubout')) await writeKey(key.data, given, output)
    else {
      const format = given.word('outform', ['PEM', 'DER'], 'PEM').toLowerCase()
      writeOutput(encodePublicKey(publicKey, { format: format as 'pem' }), output)
    }
  },
}
