import { CHECK_FAULTS } from './checks.ts'
import type { Fault } from './fault.ts'
import { FOUNDATION_FAULTS } from './foundations.ts'
import { NODE_FAULTS } from './node-tls-compat.ts'
import { HANDSHAKE_FAULTS } from './tls-handshake.ts'
import { X509_FAULTS } from './x509.ts'

export type { Fault }

export const FAULTS: readonly Fault[] = [
  ...FOUNDATION_FAULTS,
  ...X509_FAULTS,
  ...HANDSHAKE_FAULTS,
  ...NODE_FAULTS,
  ...CHECK_FAULTS,
]
