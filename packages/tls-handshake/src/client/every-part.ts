import { clientCertificates12 } from './certificates12.ts'
import { clientCertificates13 } from './certificates13.ts'
import type { ClientParts } from './client-context.ts'
import { compressedCertificates } from './compressed-certificates.ts'
import { earlyData } from './early-data13.ts'
import { helloForms } from './hello-form.ts'
import { together } from './parts.ts'
import { preSharedKeys } from './pre-shared-keys13.ts'
import { rawPublicKeys } from './raw-public-keys.ts'

/** Certificates of ours in every version. */
export const clientCertificates: ClientParts = /* @__PURE__ */ together(clientCertificates13, clientCertificates12)

export const EVERY_PART: ClientParts = /* @__PURE__ */ together(
  clientCertificates,
  earlyData,
  preSharedKeys,
  compressedCertificates,
  helloForms,
  rawPublicKeys,
)
