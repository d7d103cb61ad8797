import { decompressCertificate } from '../tls13/authentication.ts'
import { externalPsks as preparePsks } from '../tls13/psk.ts'
import type { ClientParts } from './parts.ts'

/** External PSKs of TLS 1.3 (RFC 9846 §4.3.11), imported ones (RFC 9258) too. */
export const externalPsks: ClientParts = { externalPsks: preparePsks }

/** Server certificates compressed by RFC 8879, by the codecs that are configured. */
export const compressedCertificates: ClientParts = { compressedCertificates: decompressCertificate }
