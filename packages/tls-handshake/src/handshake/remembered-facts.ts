import { GROUP_IDS } from '../registry/groups.ts'
import type { Session } from '../session.ts'
import type { ConnectionFacts } from './facts.ts'

/** What a session of any version and either side remembers of the connection that made it. */
export function rememberedFacts(facts: ConnectionFacts, serverName: string | undefined) {
  const { group, peerCertificates = [], peerVerification: verdict } = facts
  return {
    alpn: facts.alpnProtocol,
    serverName,
    group: group && GROUP_IDS[group],
    peerSignatureScheme: facts.peerSignatureScheme,
    peerCertificates,
    ocspResponse: facts.ocspResponse,
    sctList: facts.sctList,
    verified: verdict && { ok: verdict.ok, result: verdict.result },
  } satisfies Partial<Session>
}
