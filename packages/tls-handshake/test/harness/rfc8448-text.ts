import type { Trace } from './trace.ts'

const CONTENT_TYPES: Record<string, number> = { change_cipher_spec: 20, alert: 21, handshake: 22, application_data: 23 }
const GROUPS: Record<string, string> = { x25519: 'x25519', 'P-256': 'secp256r1' }

/** The traces in the text of RFC 8448 as the RFC Editor publishes it: the keys, and every record with its payload. */
export function tracesOf(text: string): Trace[] {
  const body = text
    .replace(/\n+Thomson +Informational +\[Page \d+\]\n\f?\n*RFC 8448 .*\n+/g, '\n')
    .replaceAll('\f', '')
    .slice(text.indexOf('This document is subject to BCP 78'))
  return body
    .split(/\n(?=\d\. {2}[A-Z])/)
    .map((section) => ({ section, heading: /^([3-7])\. {2}(.*)/.exec(section) }))
    .filter(({ heading }) => heading !== null)
    .map(({ section, heading }) => ({ section: Number(heading![1]), title: heading![2], ...stepsOf(section) }))
}

function stepsOf(section: string): Pick<Trace, 'keys' | 'records'> {
  const keys: Trace['keys'][number][] = []
  const records: Trace['records'][number][] = []
  for (const step of section.split(/\n {3}(?=\{(?:client|server)\})/).slice(1)) {
    const side = step.startsWith('{client}') ? 'client' : 'server'
    const [, group] = /create an ephemeral (\S+) key pair:/.exec(step) ?? []
    if (group) {
      keys.push({
        side,
        group: GROUPS[group],
        privateKey: octets(step, 'private key'),
        publicKey: octets(step, 'public key'),
      })
    }
    const [, type] = /send (\w+) record:/.exec(step) ?? []
    if (type) {
      records.push({
        side,
        type: CONTENT_TYPES[type],
        payload: octets(step, 'payload'),
        record: octets(step, 'complete record'),
      })
    }
  }
  return { keys, records }
}

/** A field such as `payload (196 octets):  01 00 …`, in hexadecimal. */
function octets(step: string, name: string): string {
  const [, count, bytes] = new RegExp(`\\n +${name} \\((\\d+) +octets\\):((?:\\s+[0-9a-f]{2}\\b)*)`).exec(step) ?? []
  const found = bytes?.replace(/\s/g, '') ?? ''
  if (found.length === 0 || found.length !== 2 * Number(count)) {
    throw new Error(`RFC 8448: ${name} has ${found.length / 2} octets, not ${count}, in: ${step.slice(0, 80)}`)
  }
  return found
}
