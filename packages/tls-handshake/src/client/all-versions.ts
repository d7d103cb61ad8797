import type { ClientConfig } from '../config.ts'
import type { Handshake } from '../handshake/handshake.ts'
import type { Flow } from '../handshake/step.ts'
import type { ClientParts } from './client-context.ts'
import { ClientContext12 } from './client-context12.ts'
import { clientHandshake } from './client-handshake.ts'
import { clientHandshake12 } from './client12.ts'

/** A client of TLS 1.0 to 1.3. */
export function clientOfAllVersions(config: ClientConfig, parts: ClientParts): Handshake {
  return (wire, facts, secrets) => handshake(config, parts, wire, facts, secrets)
}

function* handshake(config: ClientConfig, parts: ClientParts, ...connection: Parameters<Handshake>): Flow {
  parts.certificates?.check(config.credentials, parts)
  const hs = new ClientContext12(config, ...connection, parts)
  yield* clientHandshake(hs, (hello, version) => clientHandshake12(hs, hello, version))
}
