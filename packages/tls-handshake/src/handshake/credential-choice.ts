import type { Credential, TlsConfig } from '../config.ts'
import { type SignatureScheme, signatureScheme } from '../registry/signature-schemes.ts'
import { own } from './own.ts'

const negotiated = ({ credentialChoice }: TlsConfig) => credentialChoice === 'negotiated'

/**
 * The schemes by which a credential signs and which the peer accepts, the best first: in the credential's order, or with
 * `credentialChoice: 'negotiated'` in that of `accepted`.
 *
 * @param byDefault what a credential that does not say signs by
 */
export function commonSchemes(
  config: TlsConfig,
  credential: Credential,
  accepted: readonly number[],
  byDefault: readonly SignatureScheme[],
): SignatureScheme[] {
  const ours = own(credential, 'signatureSchemes')?.map(signatureScheme) ?? byDefault
  const common = ours.filter((scheme) => scheme !== undefined && accepted.includes(scheme.id)) as SignatureScheme[]
  return negotiated(config) ? common.sort((a, b) => accepted.indexOf(a.id) - accepted.indexOf(b.id)) : common
}

/**
 * What to show of all that fits: the first, or with `credentialChoice: 'negotiated'` what signs by the scheme that comes
 * first in `accepted` (OpenSSL's `tls_choose_sigalg`).
 */
export function chooseFitting<T>(
  config: TlsConfig,
  fitting: Iterable<T>,
  accepted: readonly number[],
  schemeOf: (one: T) => number | undefined,
): T | undefined {
  let best: T | undefined
  let lowest = Infinity
  for (const one of fitting) {
    if (!negotiated(config)) return one
    const rank = accepted.indexOf(schemeOf(one)!)
    if (rank < lowest) {
      best = one
      lowest = rank
    }
  }
  return best
}
