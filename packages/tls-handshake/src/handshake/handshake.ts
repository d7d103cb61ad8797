import type { ConnectionSecrets } from '../tls13/secrets.ts'
import type { ConnectionFacts } from './facts.ts'
import type { Flow } from './step.ts'
import type { Wire } from './wire.ts'

/** One side's handshake and what comes after it, to be run on a connection. */
export type Handshake = (wire: Wire, facts: ConnectionFacts, secrets: ConnectionSecrets) => Flow
