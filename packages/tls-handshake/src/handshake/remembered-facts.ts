import type { TlsConfig } from '../config.ts'
import { GROUP_IDS } from '../registry/groups.ts'
import type { Session } from '../session.ts'
import type { PendingPeer } from './peer-state.ts'

/** What a session of any version and either side remembers of the connection that made it. */
export function rememberedFacts(peer: PendingPeer, serverName: string | undefined, { verifierId }: TlsConfig) {
  const { group, certificates = [], verification: verdict } = peer
  return {
    alpn: peer.alpnProtocol,
    serverName,
    group: group && GROUP_IDS[group],
    peerSignatureScheme: peer.signatureScheme,
    peerCertificates: certificates,
    peerRawPublicKey: peer.rawPublicKey,
    pskIdentity: peer.pskIdentity,
    ocspResponse: peer.ocspResponse,
    sctList: peer.sctList,
    verifierId,
    verified: verdict && { ok: verdict.ok, result: verdict.result },
  } satisfies Partial<Session>
}
