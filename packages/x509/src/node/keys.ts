import type { HashName, PrivateKeyData, SignatureAlgorithm } from '@x/crypto-primitives'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { encodePrivateKey } from '../keys/encode-private-key.ts'
import type { Arguments, Option } from './command.ts'
import { type Output, writeOutput } from './files.ts'
import { askPassphrase, passphraseFrom } from './passphrase.ts'
import { usage } from './problem.ts'

/** Options of commands that write a private key. */
export const KEY_OUTPUT: Readonly<Record<string, Option>> = {
  out: { value: 'FILE', help: 'where the key goes, with mode 0600; standard output otherwise' },
  outform: { value: 'PEM|DER', help: 'how; default PEM' },
  aes128: { help: 'encrypts it with a passphrase: AES-128' },
  aes192: { help: 'AES-192' },
  aes256: { help: 'AES-256' },
  passout: {
    value: 'SOURCE',
    help: 'the passphrase: pass:…, env:NAME, file:path, stdin; otherwise the terminal is asked',
  },
  traditional: { help: 'the old form (RSA PRIVATE KEY, EC PRIVATE KEY) instead of PKCS#8' },
  force: { help: 'writes over a file that is there' },
}

/** Writes a private key as those options say. */
export async function writeKey(key: PrivateKeyData, given: Arguments, output: Output): Promise<void> {
  const bits = given.oneSwitch(['aes128', 'aes192', 'aes256'])?.slice(3) as '128' | '192' | '256' | undefined
  if (given.has('passout') && bits === undefined) throw usage('-passout without a cipher: -aes256')
  const format = given.word('outform', ['PEM', 'DER'], 'PEM').toLowerCase() as 'pem' | 'der'
  const type = given.has('traditional') ? 'traditional' : 'pkcs8'
  const cipher = `aes-${bits ?? '256'}-cbc` as const
  const source = given.text('passout')
  const protection = bits && {
    provider,
    passphrase: source === undefined ? await askPassphrase(output.path ?? 'the key', true) : passphraseFrom(source),
    ...(type === 'traditional' ? { cipher } : { encryption: { scheme: 'pbes2', cipher } as const }),
  }
  // The overloads are told apart by a word that is known here when it runs.
  const encoded = encodePrivateKey(key, { type, format: format as 'pem', ...protection })
  writeOutput(encoded, { ...output, secret: true })
}

const DIGESTS = ['sha224', 'sha256', 'sha384', 'sha512'] as const

/** Options of commands that sign. */
export const DIGEST: Readonly<Record<string, Option>> = Object.fromEntries(
  DIGESTS.map((name) => [name, { help: `signs with ${name.toUpperCase()}` }]),
)

/** How to sign: as the options say; as fits the key where they say nothing. */
export function signatureAlgorithmOf(type: string, given: Arguments): SignatureAlgorithm | undefined {
  const hash: HashName | undefined = given.oneSwitch(DIGESTS)
  if (hash === undefined) return undefined
  if (type === 'rsa') return { name: 'rsa-pkcs1', hash }
  if (type === 'rsa-pss')
    return { name: 'rsa-pss', hash, mgfHash: hash, saltLength: provider.hashes[hash]!.outputLength }
  if (type === 'ec') return { name: 'ecdsa', hash }
  if (type === 'dsa') return { name: 'dsa', hash }
  // EdDSA and ML-DSA have theirs built in; OpenSSL passes the option over for them, too.
  return undefined
}
