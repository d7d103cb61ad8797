/** What files cost that somebody else made: keys and PFX with as many iterations as they like, long CRLs. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import {
  CertificateRevocationList,
  createAuthority,
  createCrlSync,
  createOcspResponseSync,
  encodePfx,
  encodePrivateKey,
  encodePublicKey,
  encodeSctList,
  parsePfx,
  parsePrivateKey,
  parseSctList,
  verifyOcspResponseSync,
  verifySctsSync,
  X509Error,
} from '@x/x509'
import { encode, type Node, parseAll } from '../der-tree.ts'

export interface File {
  readonly name: string
  readonly bytes: () => Uint8Array
  readonly read: (bytes: Uint8Array) => void
  /** Over the budget: it is to be refused before any work is done. */
  readonly refused?: boolean
}

export interface FileCost {
  readonly kib: number
  readonly cpu: number
  readonly outcome: string
}

/** A number that stands in each file where another is put. */
const MARK = 77

function bigEndian(value: number): Uint8Array {
  const bytes = [0]
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.splice(1, 0, rest % 256)
  return Uint8Array.from(bytes[1] >= 0x80 ? bytes : bytes.slice(1))
}

/** The file with another number in the place of each INTEGER that is the mark. */
function withNumber(bytes: Uint8Array, value: number): Uint8Array {
  const change = (node: Node): Node => {
    if (node.tag === 2 && node.value.length === 1 && node.value[0] === MARK) return { tag: 2, value: bigEndian(value) }
    return node.children ? { ...node, children: node.children.map(change) } : node
  }
  return new Uint8Array(Buffer.concat(parseAll(bytes)!.map((node) => encode(change(node)))))
}

const authority = createAuthority({ provider, subject: 'Authority' })
const { certificate, privateKey } = authority.issue('a.test')
const secret = { passphrase: 'x', provider } as const
const pfx = (protection: 'modern' | 'pbmac1') =>
  encodePfx({ keys: [{ key: privateKey!.data }], certificates: [certificate], ...secret, protection, iterations: MARK })
const key = () =>
  encodePrivateKey(privateKey!.data, { format: 'der', ...secret, encryption: { scheme: 'pbes2', iterations: MARK } })
/** PBES2 with scrypt, whose cost stands before its block size and parallelism: the first 2 becomes another number. */
function withCost(cost: number): Uint8Array {
  const key = encodePrivateKey(privateKey!.data, {
    format: 'der',
    ...secret,
    encryption: { scheme: 'scrypt', cost: 2 },
  })
  let done = false
  const change = (node: Node): Node => {
    if (!done && node.tag === 2 && node.value.length === 1 && node.value[0] === 2) {
      done = true
      return { tag: 2, value: bigEndian(cost) }
    }
    return node.children ? { ...node, children: node.children.map(change) } : node
  }
  return new Uint8Array(Buffer.concat(parseAll(key)!.map((node) => encode(change(node)))))
}

const readPfx = (bytes: Uint8Array): void => void parsePfx(bytes, secret)
const readKey = (bytes: Uint8Array): void => void parsePrivateKey(bytes, secret)

const log = provider.generateKey({ type: 'ec', curve: 'secp256r1' }).publicKey!

/** SCTs (RFC 6962 §3.2) of a log that is trusted, with signatures that are none: each is to be checked to know that. */
function timestamps(count: number): Uint8Array {
  const logId = provider.hashes.sha256!.digest(encodePublicKey(log))
  const raw = Uint8Array.from([0, ...logId, ...new Array(8).fill(1), 0, 0, 4, 3, 0, 8, 0x30, 6, 2, 1, 1, 2, 1, 1])
  return encodeSctList(Array.from({ length: count }, () => ({ raw })))
}

export const FILES: readonly File[] = [
  { name: 'a PFX of 600,000 iterations', bytes: () => withNumber(pfx('modern'), 600_000), read: readPfx },
  {
    name: 'a PFX of 2,147,483,647 iterations',
    bytes: () => withNumber(pfx('modern'), 2 ** 31 - 1),
    read: readPfx,
    refused: true,
  },
  {
    name: 'a PFX with PBMAC1 of 2,147,483,647 iterations',
    bytes: () => withNumber(pfx('pbmac1'), 2 ** 31 - 1),
    read: readPfx,
    refused: true,
  },
  { name: 'a key of 600,000 iterations', bytes: () => withNumber(key(), 600_000), read: readKey },
  {
    name: 'a key of 4,900,000 iterations, nearly the budget',
    bytes: () => withNumber(key(), 4_900_000),
    read: readKey,
  },
  { name: 'a key of 5,100,000 iterations', bytes: () => withNumber(key(), 5_100_000), read: readKey, refused: true },
  { name: 'a key by scrypt, N = 2^30', bytes: () => withCost(2 ** 30), read: readKey, refused: true },
  {
    name: 'a CRL of 50,000 entries',
    bytes: () =>
      createCrlSync({
        issuer: authority.certificate.subject,
        signer: authority.signer,
        revoked: Array.from({ length: 50_000 }, (_, i) => ({ serialNumber: i + 1 })),
      }).raw,
    read: (bytes) => void CertificateRevocationList.parse(bytes).find(certificate),
  },
  {
    name: 'an OCSP response of 1,000 answers',
    bytes: () =>
      createOcspResponseSync({
        provider,
        signer: authority.signer,
        responder: authority.certificate,
        answers: Array.from({ length: 1000 }, () => ({ certificate, issuer: authority.certificate, status: 'good' })),
      }),
    read: (response) => void verifyOcspResponseSync({ response, certificate, issuer: authority.certificate, provider }),
  },
  {
    name: '1,100 SCTs of a trusted log, all forged',
    bytes: () => timestamps(1100),
    read: (bytes) =>
      void verifySctsSync({
        scts: parseSctList(bytes),
        certificate,
        logs: [{ publicKey: log }],
        provider,
        origin: 'separate',
      }),
  },
]

export function readFile({ bytes, read }: File): FileCost {
  const input = bytes()
  const before = process.cpuUsage()
  let outcome = 'read'
  try {
    read(input)
  } catch (error) {
    if (!(error instanceof X509Error)) throw error
    outcome = error.code
  }
  const { user, system } = process.cpuUsage(before)
  return { kib: Math.ceil(input.length / 1024), cpu: (user + system) / 1000, outcome }
}

/** Refused at once, or read; a passphrase that is wrong for the number put in has cost what a right one does. */
export function fileFaults({ refused }: File, { cpu, outcome }: FileCost): string[] {
  if (!refused) return outcome === 'LIMIT_EXCEEDED' ? ['refused, though within the budget'] : []
  if (outcome !== 'LIMIT_EXCEEDED') return [`${outcome}, and not LIMIT_EXCEEDED`]
  return cpu > 50 ? [`${cpu.toFixed(1)} ms of CPU before it was refused`] : []
}
