/**
 * What a session of ours holds and OpenSSL's format has no field for: the certificates above the leaf, who had a say about
 * them, and the verdict in full. It goes into `ticket_appdata`, which OpenSSL keeps for the application and Node does not
 * use; the application's own bytes go in with it. A session without any of this is as OpenSSL writes it.
 */
import type { Session } from '@x/tls-handshake'
import { DerReader } from '@x/x509/tls'
import { BackwardDer } from './backward-der.ts'

type Extras = Pick<Session, 'peerCertificates' | 'verifierId' | 'verified' | 'applicationData'>

/** `x-tls session 1`, so that nobody else's bytes are taken for these. */
const MAGIC = /* @__PURE__ */ new TextEncoder().encode('x-tls session 1\0')
const SEQUENCE = 0x30
const FIELD = { verifier: 0, verdict: 1, applicationData: 2 } as const
const OVERHEAD = 64

const encoder = /* @__PURE__ */ new TextEncoder()

/**
 * `ticket_appdata` of a session; `undefined` for none.
 *
 * @param plain the verdict is one that `verify_result` says in full
 */
export function encodeExtras(session: Extras, plain: boolean): Uint8Array | undefined {
  const { peerCertificates, verifierId, verified, applicationData } = session
  const above = peerCertificates.slice(1)
  if (above.length === 0 && verifierId === undefined && plain) return applicationData
  const verifier = verifierId === undefined ? undefined : encoder.encode(verifierId)
  const verdict = plain ? undefined : encoder.encode(JSON.stringify(verified!.result ?? null))
  let capacity = OVERHEAD + MAGIC.length
  for (const part of [...above, verifier, verdict, applicationData]) if (part) capacity += part.length
  const out = new BackwardDer(capacity)
  const end = out.start
  const field = (tag: number, value: Uint8Array | undefined) => {
    const after = out.start
    if (value) out.octetString(value).header(0xa0 | tag, after)
  }
  field(FIELD.applicationData, applicationData)
  field(FIELD.verdict, verdict)
  field(FIELD.verifier, verifier)
  const list = out.start
  for (const certificate of above.reverse()) out.raw(certificate)
  return out.header(SEQUENCE, list).header(SEQUENCE, end).raw(MAGIC).finish()
}

/** The same back. @throws {X509Error} for bytes that begin like ours and are not */
export function decodeExtras(bytes: Uint8Array | undefined): {
  above: readonly Uint8Array[]
  verifierId?: string
  verdict?: unknown
  applicationData?: Uint8Array
} {
  if (!bytes || !MAGIC.every((byte, at) => bytes[at] === byte)) return { above: [], applicationData: bytes }
  const outer = DerReader.open(bytes.subarray(MAGIC.length), 'ticket_appdata')
  const reader = outer.sequence('')
  outer.finish()
  const list = reader.sequence('certificates')
  const above: Uint8Array[] = []
  while (!list.done) above.push(list.raw(''))
  const field = (tag: number): Uint8Array | undefined => {
    if (!reader.is(0xa0 | tag)) return undefined
    const wrapped = reader.explicit(tag, `[${tag}]`)
    const value = wrapped.octetString('')
    wrapped.finish()
    return value
  }
  const verifier = field(FIELD.verifier)
  const verdict = field(FIELD.verdict)
  const applicationData = field(FIELD.applicationData)
  reader.finish()
  return {
    above,
    ...(verifier && { verifierId: new TextDecoder().decode(verifier) }),
    ...(verdict && { verdict: JSON.parse(new TextDecoder().decode(verdict)) as unknown }),
    applicationData,
  }
}
