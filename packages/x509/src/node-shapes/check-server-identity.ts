import { formatIpAddress, parseIpAddress } from '../names/ip-address.ts'
import { printable } from '../names/printable.ts'

/** The parts of Node's certificate object that its name check reads. */
export interface IdentityCertificate {
  readonly subject?: Readonly<Record<string, string | string[] | undefined>>
  /** As Node prints it: `DNS:a.example, IP Address:127.0.0.1`. */
  readonly subjectaltname?: string
}

/** What `tls.checkServerIdentity` returns for a certificate that is not for the host. */
export interface IdentityError extends Error {
  readonly code: 'ERR_TLS_CERT_ALTNAME_INVALID'
  readonly reason: string
  readonly host: string
  readonly cert: IdentityCertificate
}

/**
 * Node's `tls.checkServerIdentity`, to the word: DNS names and IP addresses of the alternative names, the common name
 * only where there is no DNS name, wildcards in the leftmost label also beside other characters.
 *
 * `checkName` is the strict check of RFC 9525.
 *
 * @param hostname a name or an IP address
 * @param certificate the legacy object of `toLegacyObject`, or Node's own
 * @param ascii the name with A-labels (RFC 5890), where `hostname` has others; errors show `hostname`
 * @returns nothing when the certificate is for the host, else the error that Node makes
 * @throws {SyntaxError} `ERR_TLS_CERT_ALTNAME_FORMAT` for a `subjectaltname` that is not Node's format
 */
export function checkServerIdentity(
  hostname: string,
  certificate: IdentityCertificate,
  ascii = hostname,
): IdentityError | undefined {
  const { subject, subjectaltname } = certificate
  const host = withoutFinalDot(`${hostname}`)
  const names = subjectaltname ? splitAlternativeNames(subjectaltname) : []
  const dnsNames = names.filter((name) => name.startsWith('DNS:')).map((name) => name.slice(4))
  const addresses = names
    .filter((name) => name.startsWith('IP Address:'))
    .map((name) => canonicalAddress(name.slice('IP Address:'.length)))

  const address = canonicalAddress(host)
  if (address !== undefined)
    return addresses.includes(address)
      ? undefined
      : identityError(`IP: ${host} is not in the cert's list: ${addresses.join(', ')}`, host, certificate)
  // Node takes a final dot off here and once more where it splits, so `b.a..` is `b.a`.
  const labels = toLabels(withoutFinalDot(`${ascii}`))
  if (dnsNames.length > 0)
    return dnsNames.some((pattern) => matches(labels, pattern))
      ? undefined
      : identityError(`Host: ${host}. is not in the cert's altnames: ${shown(subjectaltname!)}`, host, certificate)
  const common = subject?.CN
  if (!common) return identityError('Cert does not contain a DNS name', host, certificate)
  return (Array.isArray(common) ? common : [common]).some((pattern) => matches(labels, pattern))
    ? undefined
    : identityError(`Host: ${host}. is not cert's CN: ${shown(`${common}`)}`, host, certificate)
}

/** Where Node prints a peer's control characters raw, they are escaped: the text goes to logs. */
const shown = (peers: string) => printable(peers, peers.length)

/** Node's words. */
function identityError(reason: string, host: string, cert: IdentityCertificate): IdentityError {
  const error = new Error(`Hostname/IP does not match certificate's altnames: ${reason}`)
  return Object.assign(error, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' as const, reason, host, cert })
}

function withoutFinalDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host
}

function toLabels(host: string): string[] {
  return withoutFinalDot(host)
    .replace(/[A-Z]+/g, (upper) => upper.toLowerCase())
    .split('.')
}

function canonicalAddress(text: string): string | undefined {
  const bytes = parseIpAddress(text)
  return bytes ? formatIpAddress(bytes) : undefined
}

function matches(host: readonly string[], pattern: string): boolean {
  if (!pattern) return false
  const labels = toLabels(pattern)
  if (labels.length !== host.length) return false
  // Empty labels, and whatever is not printable ASCII, never match.
  if (labels.some((label) => label === '' || /[^\x21-\x7f]/.test(label))) return false
  for (let i = 1; i < labels.length; i++) if (labels[i] !== host[i]) return false
  const own = host[0]!
  const first = labels[0]!
  const parts = first.split('*')
  // RFC 6125 §6.4.3: no wildcard inside an A-label.
  if (parts.length === 1 || first.includes('xn--')) return own === first
  // One wildcard, and not right below a top-level domain.
  if (parts.length > 2 || labels.length <= 2) return false
  const [before, after] = parts as [string, string]
  return own.length >= before.length + after.length && own.startsWith(before) && own.endsWith(after)
}

/** A string as JSON writes it, from its opening quote. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them, so they must end the match
const JSON_STRING = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

function indexOrEnd(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from)
  return at < 0 ? text.length : at
}

/** Splits at commas that are not inside a quoted name, and takes quotes off. */
function splitAlternativeNames(text: string): string[] {
  if (!text.includes('"')) return text.split(', ')
  const names: string[] = []
  let name = ''
  let comma = -1
  let quote = -1
  for (let at = 0; at < text.length; ) {
    // Each is looked for again when it has been passed, and not at every turn: the list costs its length.
    if (comma < at) comma = indexOrEnd(text, ',', at)
    if (quote < at) quote = indexOrEnd(text, '"', at)
    if (quote < comma) {
      JSON_STRING.lastIndex = quote
      const quoted = JSON_STRING.exec(text)?.[0]
      if (!quoted)
        throw Object.assign(new SyntaxError('Invalid subject alternative name string'), {
          code: 'ERR_TLS_CERT_ALTNAME_FORMAT',
        })
      name += text.slice(at, quote) + (JSON.parse(quoted) as string)
      at = quote + quoted.length
    } else if (comma < text.length) {
      names.push(name + text.slice(at, comma))
      name = ''
      at = comma + 2
    } else {
      name += text.slice(at)
      at = text.length
    }
  }
  names.push(name)
  return names
}
