import { CMS_TARGETS } from './cms-targets.ts'
import { ECH_TARGETS } from './ech-targets.ts'
import { ISSUING_TARGETS } from './issuing-targets.ts'
import type { Target } from './target.ts'
import { TEXT_TARGETS } from './text-targets.ts'
import { TICKET_TARGETS } from './ticket-targets.ts'
import { TLS_TARGETS } from './tls-targets.ts'
import { X509_TARGETS } from './x509-targets.ts'

export const TARGETS: readonly Target[] = [
  ...X509_TARGETS,
  ...CMS_TARGETS,
  ...ISSUING_TARGETS,
  ...TLS_TARGETS,
  ...ECH_TARGETS,
  ...TICKET_TARGETS,
  ...TEXT_TARGETS,
]
