import type { CryptoProvider, GroupName } from '@x/crypto-primitives'
import { checkProvider, checkText } from './checks.ts'
import { ContextError } from './error.ts'

interface Known {
  readonly name: GroupName
  /** What `getEphemeralKeyInfo()` says. */
  readonly shown: object
  /** Bits of security (SP 800-57), for security levels. */
  readonly strength: number
  /** Further words OpenSSL takes for it. */
  readonly aliases: readonly string[]
}

const ecdh = (name: GroupName, shown: string, size: number, strength: number, ...aliases: string[]): Known => ({
  name,
  shown: { type: 'ECDH', name: shown, size },
  strength,
  aliases: [shown, ...aliases],
})
const dh = (name: GroupName, size: number, strength: number): Known => ({
  name,
  shown: { type: 'DH', size },
  strength,
  aliases: [],
})
const kem = (name: GroupName, strength: number): Known => ({
  name,
  // As Node: a property without a value.
  shown: { type: 'TLSGroup', name, size: undefined },
  strength,
  aliases: [],
})

const GROUPS: readonly Known[] = [
  ecdh('x25519', 'X25519', 253, 128),
  ecdh('secp256r1', 'prime256v1', 256, 128, 'P-256'),
  ecdh('x448', 'X448', 448, 224),
  ecdh('secp384r1', 'secp384r1', 384, 192, 'P-384'),
  ecdh('secp521r1', 'secp521r1', 521, 256, 'P-521'),
  ecdh('secp224r1', 'secp224r1', 224, 112, 'P-224'),
  ecdh('secp256k1', 'secp256k1', 256, 128),
  // OpenSSL has a name for each of the two numbers; both here stand for the curve, which has the number of its version.
  ecdh('brainpoolP256r1', 'brainpoolP256r1', 256, 128, 'brainpoolP256r1tls13'),
  ecdh('brainpoolP384r1', 'brainpoolP384r1', 384, 192, 'brainpoolP384r1tls13'),
  ecdh('brainpoolP512r1', 'brainpoolP512r1', 512, 256, 'brainpoolP512r1tls13'),
  dh('ffdhe2048', 2048, 112),
  dh('ffdhe3072', 3072, 128),
  dh('ffdhe4096', 4096, 128),
  dh('ffdhe6144', 6144, 128),
  dh('ffdhe8192', 8192, 192),
  kem('MLKEM512', 128),
  kem('MLKEM768', 192),
  kem('MLKEM1024', 256),
  kem('X25519MLKEM768', 128),
  kem('SecP256r1MLKEM768', 128),
  kem('SecP384r1MLKEM1024', 192),
]

const BY_WORD = new Map(
  GROUPS.flatMap((group) => [group.name, ...group.aliases].map((word) => [word.toLowerCase(), group] as const)),
)
const BY_NAME = new Map(GROUPS.map((group) => [group.name, group]))

/** What is offered when nobody says: OpenSSL's choice without the hybrids, which the caller puts in front where they are cheap. */
export const DEFAULT_GROUPS: readonly GroupName[] = [
  'x25519',
  'secp256r1',
  'x448',
  'secp384r1',
  'secp521r1',
  'ffdhe2048',
  'ffdhe3072',
]

/** What `getEphemeralKeyInfo()` says of a group. */
export function groupDisplay(name: GroupName): object {
  return BY_NAME.get(name)?.shown ?? {}
}

/** Bits of security of a group. */
export function groupStrength(name: GroupName): number {
  return BY_NAME.get(name)?.strength ?? 0
}

/**
 * Parses Node's `ecdhCurve`: names in order, separated by `:`, a leading `?` for those that may be unknown.
 *
 * @throws {ContextError} `ERR_CRYPTO_OPERATION_FAILED` "Failed to set ECDH curve" for a name that is not known
 */
export function parseGroups(text: string, provider: CryptoProvider): GroupName[] {
  checkText('parseGroups: the list', text)
  checkProvider('parseGroups: the provider', provider)
  const groups: GroupName[] = []
  // OpenSSL 3.5 separates tuples by `/`, and marks key shares by `*`; order is all that is taken from them here.
  for (const element of text.split(/[:/]/)) {
    const [, marks = '', word = ''] = /^([?*]*)(.*)$/.exec(element.trim()) ?? []
    const group = BY_WORD.get(word.toLowerCase())
    if (group && provider.groups[group.name]) {
      if (!groups.includes(group.name)) groups.push(group.name)
    } else if (!marks.includes('?'))
      throw new ContextError('Failed to set ECDH curve', { code: 'ERR_CRYPTO_OPERATION_FAILED' })
  }
  return groups
}
