import type { CurveName, KeySpec } from '@x/crypto-primitives'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { CURVES } from '../../keys/curve-names.ts'
import { type Arguments, type Command, wholeNumber } from '../command.ts'
import { KEY_OUTPUT, writeKey } from '../keys.ts'
import { usage } from '../problem.ts'

export const genrsa: Command = {
  name: 'genrsa',
  summary: 'makes an RSA key',
  operands: '[bits]',
  options: KEY_OUTPUT,
  examples: ['genrsa -out ryans-key.pem 2048', 'genrsa -aes256 -passout env:SECRET -out key.pem 3072'],
  async run(given) {
    if (given.operands.length > 1) throw usage(`one number of bits, not ${given.operands.length}`)
    await writeKey(provider.generateKey(rsa(given.operands[0] ?? '2048')).data, given, outputOf(given))
  },
}

export const genpkey: Command = {
  name: 'genpkey',
  summary: 'makes a key of any kind',
  options: {
    algorithm: {
      value: 'NAME',
      help: 'RSA, RSA-PSS, EC, ED25519, ED448, X25519, X448, ML-DSA-44, ML-DSA-65, ML-DSA-87',
    },
    pkeyopt: {
      value: 'NAME:VALUE',
      multiple: true,
      help: 'rsa_keygen_bits:2048, ec_paramgen_curve:P-256',
    },
    ...KEY_OUTPUT,
  },
  examples: [
    'genpkey -algorithm ed25519 -out key.pem',
    'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key.pem',
  ],
  async run(given) {
    const spec = keySpecFrom(given.required('algorithm'), given.list('pkeyopt'))
    await writeKey(provider.generateKey(spec).data, given, outputOf(given))
  },
}

const outputOf = (given: Arguments) => ({ path: given.text('out'), force: given.has('force') })

const PLAIN = ['ed25519', 'ed448', 'x25519', 'x448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const

/** The kind of key that `-algorithm` and `-pkeyopt` name. @throws {Problem} */
export function keySpecFrom(algorithm: string, pkeyopts: readonly string[]): KeySpec {
  const options = new Map(pkeyopts.map((one) => splitAt(one, ':')))
  const take = (name: string) => {
    const value = options.get(name)
    options.delete(name)
    return value
  }
  const name = algorithm.toLowerCase()
  const plain = PLAIN.find((type) => type === name || type.replaceAll('-', '') === name)
  let spec: KeySpec
  if (plain) spec = { type: plain }
  else if (name === 'rsa' || name === 'rsa-pss') spec = rsa(take('rsa_keygen_bits') ?? '2048', name)
  else if (name === 'ec') {
    take('ec_param_enc')
    spec = { type: 'ec', curve: curveFrom(take('ec_paramgen_curve') ?? 'P-256') }
  } else throw usage(`there is no algorithm "${algorithm}": RSA, RSA-PSS, EC, ${PLAIN.join(', ').toUpperCase()}`)
  const [unknown] = options.keys()
  if (unknown !== undefined) throw usage(`-pkeyopt ${unknown} is nothing that a key of ${algorithm} has`)
  return spec
}

/** What `-newkey` says: `rsa:2048`, `ec`, `ed25519`. @throws {Problem} */
export function newKeySpecFrom(text: string, pkeyopts: readonly string[]): KeySpec {
  const [algorithm, parameter] = splitAt(text, ':')
  if (parameter === '') return keySpecFrom(algorithm, pkeyopts)
  if (!/^rsa(-pss)?$/i.test(algorithm))
    throw usage(`-newkey ${text}: a number of bits is RSA's; an EC key has -pkeyopt`)
  return keySpecFrom(algorithm, [...pkeyopts, `rsa_keygen_bits:${parameter}`])
}

function rsa(bits: string, type: 'rsa' | 'rsa-pss' = 'rsa'): KeySpec {
  const count = wholeNumber('the number of bits', bits, 1024)
  if (count > 16384) throw usage(`an RSA key has 16384 bits at most, not ${bits}`)
  return { type, bits: count }
}

function curveFrom(name: string): CurveName {
  const found = (Object.keys(CURVES) as CurveName[]).find((curve) =>
    [curve, CURVES[curve].openssl, CURVES[curve].nist].some((one) => one?.toLowerCase() === name.toLowerCase()),
  )
  if (!found) throw usage(`there is no curve "${name}": ${Object.keys(CURVES).join(', ')}`)
  return found
}

export function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
