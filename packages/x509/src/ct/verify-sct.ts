import type { Awaitable, CryptoProvider, PublicKeyData, SignatureAlgorithm } from '@x/crypto-primitives'
import {
  amount,
  group,
  instant,
  listOf,
  oneOf,
  optionsReader,
  required,
  text,
  thing,
} from '@x/crypto-primitives/options'
import { concatBytes, equalBytes } from '../bytes.ts'
import type { Certificate } from '../certificate.ts'
import { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import * as OID from '../extensions/oids.ts'
import { encodeExtensions } from '../extensions/read.ts'
import type { SignedCertificateTimestamp } from '../extensions/sct-list.ts'
import { encodeSubjectPublicKeyInfo } from '../keys/public-key.ts'
import { aCertificate, aProvider, invalidArgument } from '../rules.ts'
import { verifySignature } from '../signature.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import type { VerifyBudget } from '../verify/account.ts'
import { Account, BudgetSpent } from '../verify/account.ts'
import { aBudget } from '../verify/read-options.ts'

/** A Certificate Transparency log that is trusted. */
export interface CtLog {
  readonly publicKey: PublicKeyData
  readonly name?: string
  /** Milliseconds from which and until which its timestamps count. */
  readonly from?: number
  readonly until?: number
}

export interface SctVerifyOptions {
  readonly scts: readonly SignedCertificateTimestamp[]
  readonly certificate: Certificate
  /** Whoever issued the certificate; needed for embedded SCTs. */
  readonly issuer?: Certificate
  readonly logs: readonly CtLog[]
  readonly provider: CryptoProvider
  /** `embedded`: from the certificate's own extension; `separate`: from TLS or OCSP. */
  readonly origin: 'embedded' | 'separate'
  /** Default: now. */
  readonly time?: number | Date
  /** What the verification may cost. Default: 20 signatures; certificates have two to five SCTs. */
  readonly budget?: VerifyBudget
}

/** What became of one SCT. */
export interface SctVerdict {
  readonly sct: SignedCertificateTimestamp
  /** `unchecked`: the budget was spent before. */
  readonly status: 'valid' | 'invalid' | 'unknown-log' | 'unknown-version' | 'unchecked'
  readonly log?: CtLog
  readonly reason: string
}

/**
 * Verifies SCTs (RFC 6962 §3.2) against the logs given. Whether they are enough is the caller's policy.
 *
 * @returns a verdict for each SCT, or a promise of them when the provider answers with one
 * @throws {X509Error} `INVALID_ARGUMENT` for embedded SCTs without the issuer, `UNSUPPORTED` without SHA-256
 */
export function verifyScts(options: SctVerifyOptions): Awaitable<SctVerdict[]> {
  return run(sctSteps(options))
}

/** `verifyScts` with a provider that answers at once. @throws {X509Error} `ASYNCHRONOUS` */
export function verifySctsSync(options: SctVerifyOptions): SctVerdict[] {
  return runSync(sctSteps(options), 'verifySctsSync')
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'verifyScts',
    {
      scts: required(listOf(thing('an SCT, parsed', 'logId'))),
      certificate: required(aCertificate),
      issuer: aCertificate,
      logs: required(
        listOf(group({ publicKey: required(thing('a public key', 'type')), name: text, from: amount, until: amount })),
      ),
      provider: required(aProvider),
      origin: required(oneOf('embedded', 'separate')),
      time: instant,
      budget: aBudget,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => SctVerifyOptions)()

function* sctSteps(given: SctVerifyOptions): Eventual<SctVerdict[]> {
  const options = readOptions(given)
  const account = new Account({ ...options.budget, signatures: options.budget?.signatures ?? 20 })
  const sha256 = options.provider.hashes.sha256
  if (!sha256) throw new X509Error('UNSUPPORTED', `provider ${options.provider.name} has no sha256`)
  const logs = options.logs.map((log) => ({ log, id: sha256.digest(encodeSubjectPublicKeyInfo(log.publicKey)) }))
  const entry = signedEntry(options, (bytes) => sha256.digest(bytes))
  const time = Number(options.time ?? Date.now())
  const verdicts: SctVerdict[] = []
  for (const sct of options.scts) {
    if (sct.version !== 0) {
      verdicts.push({ sct, status: 'unknown-version', reason: `version ${sct.version + 1} is not known` })
      continue
    }
    const log = logs.find(({ id }) => equalBytes(id, sct.logId))?.log
    if (!log) {
      verdicts.push({ sct, status: 'unknown-log', reason: 'the log is not among those that are trusted' })
      continue
    }
    try {
      const reason = yield* problemOf(account, sct, log, entry, time, options.provider)
      verdicts.push({ sct, log, status: reason ? 'invalid' : 'valid', reason: reason ?? '' })
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error
      verdicts.push({ sct, log, status: 'unchecked', reason: `the budget of ${error.message} was spent` })
    }
  }
  return verdicts
}

function* problemOf(
  account: Account,
  sct: SignedCertificateTimestamp,
  log: CtLog,
  entry: Uint8Array,
  time: number,
  provider: CryptoProvider,
): Eventual<string | undefined> {
  // RFC 6962 §5.2: no timestamp of the future.
  if (sct.timestamp > time) return 'the timestamp is in the future'
  if (sct.timestamp < (log.from ?? 0) || sct.timestamp >= (log.until ?? Infinity))
    return 'the timestamp is outside the time of the log'
  const algorithm = algorithmOf(sct, log)
  if (!algorithm) return 'the signature algorithm is not that of the log'
  const head = new Uint8Array(10)
  new DataView(head.buffer).setUint32(2, Math.floor(sct.timestamp / 2 ** 32))
  new DataView(head.buffer).setUint32(6, sct.timestamp % 2 ** 32)
  const message = concatBytes([head, entry, lengthPrefixed(sct.extensions, 2)])
  const signer = { importKey: (from: CryptoProvider) => from.importPublicKey(log.publicKey) }
  const ok = yield* verifySignature(account, provider, signer, algorithm, message, sct.signature)
  return ok ? undefined : 'the signature is not that of the log'
}

/** RFC 6962 §2.1.4: ECDSA on P-256, or RSA of at least 2048 bits, both with SHA-256. */
function algorithmOf(sct: SignedCertificateTimestamp, { publicKey }: CtLog): SignatureAlgorithm | undefined {
  if (sct.hashAlgorithm !== 4) return undefined
  if (sct.signatureAlgorithm === 3 && publicKey.type === 'ec') return { name: 'ecdsa', hash: 'sha256' }
  if (sct.signatureAlgorithm === 1 && publicKey.type === 'rsa') return { name: 'rsa-pkcs1', hash: 'sha256' }
  return undefined
}

/** entry_type and signed_entry (RFC 6962 §3.2). */
function signedEntry(
  { certificate, issuer, origin }: SctVerifyOptions,
  sha256: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  if (origin === 'separate') return concatBytes([Uint8Array.of(0, 0), lengthPrefixed(certificate.raw, 3)])
  if (!issuer) throw new X509Error('INVALID_ARGUMENT', 'embedded SCTs are verified with the issuer of the certificate')
  return concatBytes([
    Uint8Array.of(0, 1),
    sha256(issuer.subjectPublicKeyInfo.raw),
    lengthPrefixed(precertificate(certificate), 3),
  ])
}

/** tbsCertificate without the list of SCTs, as the log saw it. */
function precertificate(certificate: Certificate): Uint8Array {
  const tbs = DerReader.open(certificate.tbs, 'tbsCertificate').sequence('')
  const parts: Uint8Array[] = []
  while (!tbs.done && !tbs.is(0xa3)) parts.push(tbs.raw('field'))
  const kept = certificate.extensions.all.filter(({ oid }) => oid !== OID.signedCertificateTimestampList)
  if (kept.length > 0) parts.push(der.explicit(3, encodeExtensions(kept)))
  return der.sequence(...parts)
}

function lengthPrefixed(bytes: Uint8Array, size: 2 | 3): Uint8Array {
  const out = new Uint8Array(size + bytes.length)
  for (let i = 0; i < size; i++) out[i] = bytes.length >>> (8 * (size - 1 - i))
  out.set(bytes, size)
  return out
}
