import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { encodeDhParameters } from '../../keys/dh-parameters.ts'
import { generateDhParameters } from '../../keys/generate-dh-parameters.ts'
import { type Command, wholeNumber } from '../command.ts'
import { writeOutput } from '../files.ts'
import { usage } from '../problem.ts'

export const dhparam: Command = {
  name: 'dhparam',
  summary: 'makes parameters for finite-field Diffie-Hellman',
  operands: '[bits]',
  options: {
    out: { value: 'FILE', help: 'where they go; standard output otherwise' },
    outform: { value: 'PEM|DER', help: 'how; default PEM' },
    2: { help: 'with 2 as generator, which is what it is anyway' },
    force: { help: 'writes over a private key' },
  },
  examples: ['dhparam -outform PEM -out dhparam.pem 2048'],
  async run(given) {
    if (given.operands.length > 1) throw usage(`one number of bits, not ${given.operands.length}`)
    const bits = wholeNumber('the number of bits', given.operands[0] ?? '2048', 512)
    if (bits > 8192) throw usage(`8192 bits at most, not ${bits}`)
    const format = given.word('outform', ['PEM', 'DER'], 'PEM').toLowerCase()
    const { stderr } = process
    const onProgress = (tested: number) => void (stderr.isTTY && stderr.write(`\r${tested} candidates tested`))
    const parameters = await generateDhParameters(bits, { provider, onProgress })
    if (stderr.isTTY) stderr.write('\n')
    const encoded = encodeDhParameters(parameters, { format: format as 'pem' })
    writeOutput(encoded, { path: given.text('out'), force: given.has('force') })
  },
}
