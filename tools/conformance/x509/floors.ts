import { Certificate, type Profile } from '@x/x509'
import type { Outcome } from './verdict.ts'

/** Differences from the corpus that are meant, by case, each with its reason. */
interface Argued {
  readonly reason: string
  readonly cases: readonly string[]
}

const WEBPKI: readonly Argued[] = [
  {
    reason: 'a wildcard below a public suffix is refused only with the public suffix list at hand',
    cases: [
      'webpki::san::public-suffix-multi-label-wildcard-san',
      'webpki::san::public-suffix-private-namespace-wildcard-san',
    ],
  },
  {
    reason:
      'BetterTLS has valid certificates whose common name is no alternative name; only other spellings are refused',
    cases: ['webpki::cn::not-in-san', 'webpki::cn::punycode-not-in-san'],
  },
  {
    reason: 'the certificate of an authority is no leaf (webpki::ca-as-leaf); pyca leaves these out',
    cases: ['pathlen::validation-ignores-pathlen-in-leaf', 'rfc5280::ca-as-leaf'],
  },
  {
    reason:
      'a trust anchor is input: RFC 5280 §6.1 asks nothing of its extensions, and cve-2024-0567 is valid with the same',
    cases: ['rfc5280::aki::cross-signed-root-missing-aki'],
  },
  {
    reason:
      'name constraints that are not critical: the baseline requirements (§7.1.2.10.8) allow them, and they constrain all the same',
    cases: ['rfc5280::nc::permitted-dns-match-noncritical'],
  },
]

/** The classes of section 2.2 of the conformance study: what Node's tls takes, or refuses, and a drop-in too. */
const NODE: readonly Argued[] = [
  {
    reason: 'names: common names count, wildcards beside other characters, underscores, public suffixes',
    cases: [
      ...['case-mismatch', 'ipv4-hex-mismatch', 'ipv4-leading-zeros-mismatch', 'ipv6-non-rfc5952-mismatch'].map(
        (name) => `webpki::cn::${name}`,
      ),
      ...[
        'ipv6-uncompressed-mismatch',
        'ipv6-uppercase-mismatch',
        'not-in-san',
        'punycode-not-in-san',
        'utf8-vs-punycode-mismatch',
      ].map((name) => `webpki::cn::${name}`),
      'webpki::san::no-san',
      'webpki::san::wildcard-embedded-leftmost-san',
      'webpki::san::public-suffix-multi-label-wildcard-san',
      'webpki::san::public-suffix-private-namespace-wildcard-san',
      'rfc5280::san::underscore-dns',
    ],
  },
  {
    reason: 'issuer hygiene',
    cases: [
      ...['intermediate-missing-aki', 'leaf-missing-aki', 'cross-signed-root-missing-aki'].map(
        (name) => `rfc5280::aki::${name}`,
      ),
      ...['intermediate-missing-ski', 'root-missing-ski'].map((name) => `rfc5280::ski::${name}`),
      ...[
        'root-missing-basic-constraints',
        'root-non-critical-basic-constraints',
        'leaf-ku-keycertsign',
        'ee-critical-aia-invalid',
      ].map((name) => `rfc5280::${name}`),
      'webpki::aki::root-with-aki-missing-keyidentifier',
      'webpki::v1-cert',
      'webpki::ee-basicconstraints-ca',
      'webpki::ca-as-leaf',
      'webpki::malformed-aia',
      'rfc5280::serial::zero',
      'rfc5280::serial::too-long',
      'rfc5280::san::noncritical-with-empty-subject',
      'webpki::san::san-critical-with-nonempty-subject',
    ],
  },
  {
    reason: 'keys: taken at security level 1; on P-192 only as far as the provider computes with it',
    cases: [
      ...[
        'forbidden-p192-root',
        'forbidden-p192-leaf',
        'forbidden-dsa-root',
        'forbidden-dsa-leaf',
        'forbidden-weak-rsa-key-in-root',
      ].map((name) => `webpki::${name}`),
      ...[
        'forbidden-weak-rsa-in-leaf',
        'forbidden-rsa-not-divisible-by-8-in-root',
        'forbidden-rsa-key-not-divisible-by-8-in-leaf',
      ].map((name) => `webpki::${name}`),
    ],
  },
  {
    reason: 'extended key usage',
    cases: ['ee-anyeku', 'ee-critical-eku', 'ee-without-eku', 'root-has-eku'].map((name) => `webpki::eku::${name}`),
  },
  {
    reason: 'CRL number, criticality of constraints',
    cases: [
      'crl::crlnumber-missing',
      'rfc5280::pc::ica-noncritical-pc',
      'rfc5280::nc::permitted-dns-match-noncritical',
      'rfc5280::nc::not-allowed-in-ee-noncritical',
      'rfc5280::nc::not-allowed-in-ee-critical',
    ],
  },
  {
    reason: 'an intermediate is an anchor only with allowPartialTrustChain',
    cases: ['cve::cve-2024-0567', 'rfc5280::root-and-intermediate-swapped'],
  },
  {
    reason: 'a key usage without digitalSignature is for no TLS server',
    cases: ['pathlen::validation-ignores-pathlen-in-leaf', 'rfc5280::ca-as-leaf'],
  },
]

/** What must hold, as sentences about what does not. */
export function judgeFloors(corpus: 'limbo' | 'pkits', profile: Profile, outcomes: readonly Outcome[]): string[] {
  const wrong = outcomes.filter(({ result, testcase }) => result !== 'SKIPPED' && result !== testcase.expected_result)
  if (corpus === 'pkits') return wrong.map(({ testcase }) => `PKITS ${testcase.id} is not right`)
  const argued = new Set((profile === 'webpki' ? WEBPKI : NODE).flatMap(({ cases }) => cases))
  return wrong
    .filter((outcome) => !argued.has(outcome.testcase.id) && !(profile === 'node' && isCommonNameCase(outcome)))
    .map(
      ({ testcase, reason }) =>
        `${testcase.id} differs from the corpus without a reason given here: ${reason || 'taken'}`,
    )
}

/** BetterTLS holds certificates without a DNS name against the corpus's idea of common names; Node falls back to them. */
function isCommonNameCase({ testcase }: Outcome): boolean {
  if (!testcase.id.startsWith('bettertls::nameconstraints')) return false
  const names = Certificate.parse(testcase.peer_certificate).extension('subjectAltName') ?? []
  return !names.some(({ type }) => type === 'dns')
}
