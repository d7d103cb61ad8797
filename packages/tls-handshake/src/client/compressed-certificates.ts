import { decompressCertificate } from '../tls13/authentication.ts'
import type { ClientParts } from './client-context.ts'

/** Server certificates compressed by RFC 8879, by the codecs that are configured. */
export const compressedCertificates: ClientParts = { compressedCertificates: decompressCertificate }
