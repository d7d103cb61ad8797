// Until @x/x509 has them.
import type { PrivateKeyData } from '@x/crypto-primitives'
import type { Certificate } from '@x/x509'

const missing = (): never => {
  throw new Error('not there yet')
}
export type CertificateRevocationList = never
export const parseCrls: (input: string | Uint8Array) => CertificateRevocationList[] = missing
export const parseDhParameters: (input: string | Uint8Array) => { p: Uint8Array; g: Uint8Array } = missing
export const parsePkcs12: (
  bytes: Uint8Array,
  options: { passphrase?: string },
) => { keys: { key: PrivateKeyData; chain: Certificate[] }[]; certificates: Certificate[] } = missing
