import { checkNumber, checkText } from './checks.ts'
import { ContextError } from './error.ts'

/** [SignatureScheme number, IANA's name, OpenSSL's `signature+hash`, bits of security of the hash] */
const SCHEMES: readonly (readonly [id: number, name: string, pair: string, bits: number])[] = [
  [0x0905, 'mldsa65', '', 192],
  [0x0906, 'mldsa87', '', 256],
  [0x0904, 'mldsa44', '', 128],
  [0x0403, 'ecdsa_secp256r1_sha256', 'ECDSA+SHA256', 128],
  [0x0503, 'ecdsa_secp384r1_sha384', 'ECDSA+SHA384', 192],
  [0x0603, 'ecdsa_secp521r1_sha512', 'ECDSA+SHA512', 256],
  [0x0807, 'ed25519', 'Ed25519', 128],
  [0x0808, 'ed448', 'Ed448', 224],
  [0x081a, 'ecdsa_brainpoolP256r1tls13_sha256', '', 128],
  [0x081b, 'ecdsa_brainpoolP384r1tls13_sha384', '', 192],
  [0x081c, 'ecdsa_brainpoolP512r1tls13_sha512', '', 256],
  [0x0809, 'rsa_pss_pss_sha256', 'RSA-PSS+SHA256', 128],
  [0x080a, 'rsa_pss_pss_sha384', 'RSA-PSS+SHA384', 192],
  [0x080b, 'rsa_pss_pss_sha512', 'RSA-PSS+SHA512', 256],
  [0x0804, 'rsa_pss_rsae_sha256', 'RSA-PSS+SHA256', 128],
  [0x0805, 'rsa_pss_rsae_sha384', 'RSA-PSS+SHA384', 192],
  [0x0806, 'rsa_pss_rsae_sha512', 'RSA-PSS+SHA512', 256],
  [0x0401, 'rsa_pkcs1_sha256', 'RSA+SHA256', 128],
  [0x0501, 'rsa_pkcs1_sha384', 'RSA+SHA384', 192],
  [0x0601, 'rsa_pkcs1_sha512', 'RSA+SHA512', 256],
  [0x0303, 'ecdsa_sha224', 'ECDSA+SHA224', 112],
  [0x0203, 'ecdsa_sha1', 'ECDSA+SHA1', 64],
  [0x0301, 'rsa_pkcs1_sha224', 'RSA+SHA224', 112],
  [0x0201, 'rsa_pkcs1_sha1', 'RSA+SHA1', 64],
]

/** rsa_pss_pss_sha256, the first of those for RSASSA-PSS keys. */
const PSS_KEYS = 0x0809

const PAIR_ALIASES: Record<string, string> = { PSS: 'RSA-PSS' }

/** The schemes accepted and offered when nobody says, in OpenSSL's order, less those under the level's bits. */
export function defaultSignatureSchemes(minimumBits: number): number[] {
  checkNumber('defaultSignatureSchemes: the bits', minimumBits)
  return SCHEMES.filter(([, , , bits]) => bits >= minimumBits).map(([id]) => id)
}

/**
 * Parses OpenSSL's `sigalgs`: `RSA-PSS+SHA256:ecdsa_secp256r1_sha256:ed25519`.
 *
 * @throws {ContextError} for a word that is not known, or said twice, as OpenSSL does (it gives no reason either)
 */
export function parseSignatureSchemes(text: string): number[] {
  checkText('parseSignatureSchemes: the list', text)
  const schemes: number[] = []
  for (const element of text.split(':')) {
    const optional = element.startsWith('?')
    const word = optional ? element.slice(1) : element
    const [signature = '', hash] = word.split('+')
    const pair =
      hash === undefined
        ? ''
        : `${PAIR_ALIASES[signature.toUpperCase()] ?? signature.toUpperCase()}+${hash.toUpperCase().replace('SHA-', 'SHA').replace('SHA2-', 'SHA')}`
    const matches = SCHEMES.filter(([, name, shown]) =>
      hash === undefined ? name.toLowerCase() === word.toLowerCase() : shown === pair,
    ).map(([id]) => id)
    // `RSA-PSS+SHA256` means the scheme for ordinary RSA keys, as in OpenSSL.
    const found = matches.filter((id) => matches.length === 1 || id < PSS_KEYS)
    if (found.length === 0 && !optional) throw new ContextError('error:00000000:lib(0)::reason(0)')
    for (const id of found) if (!schemes.includes(id)) schemes.push(id)
  }
  if (schemes.length === 0) throw new ContextError('error:00000000:lib(0)::reason(0)')
  return schemes
}

/** OpenSSL says `signature+hash`: also where there is no hash to say, and of schemes that have no such word in `sigalgs`. */
const SHOWN: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [0x081a, 'ECDSA+SHA256'],
  [0x081b, 'ECDSA+SHA384'],
  [0x081c, 'ECDSA+SHA512'],
  [0x0807, 'Ed25519+UNDEF'],
  [0x0808, 'Ed448+UNDEF'],
  [0x0904, 'id-ml-dsa-44+UNDEF'],
  [0x0905, 'id-ml-dsa-65+UNDEF'],
  [0x0906, 'id-ml-dsa-87+UNDEF'],
])

/** A scheme in the words of `getSharedSigalgs()`. */
export function signatureSchemeDisplay(id: number): string {
  const scheme = SCHEMES.find(([number]) => number === id)
  return SHOWN.get(id) || scheme?.[2] || scheme?.[1] || `0x${id.toString(16)}`
}
