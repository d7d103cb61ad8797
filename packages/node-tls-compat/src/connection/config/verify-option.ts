import type { Awaitable } from '@x/crypto-primitives'
import type { ClientConfig, PeerVerdict, PeerVerification } from '@x/tls-handshake'
import { Buffer } from '#host'
import type { ConfiguredSocket } from './configured-socket.ts'
import type { Verify } from './options.ts'

/** `reason` of a verdict that is the program's own, by its `verify`. */
export const REFUSED_BY_PROGRAM = 'REFUSED_BY_VERIFY'

type VerifyPeer = NonNullable<ClientConfig['verifyPeer']>

/**
 * The `verify` option: asked where the chain is good, or where a bad one would be gone on with. Its error becomes the
 * verdict, and ends the connection whatever `rejectUnauthorized` says: who pins a key means it. A session was made under the same one, or it is not resumed.
 */
export function withCondition(
  verifyPeer: VerifyPeer | undefined,
  socket: ConfiguredSocket,
  verify: Verify,
): VerifyPeer {
  const refuse = async (peer: PeerVerification, chain: PeerVerdict): Promise<PeerVerdict> => {
    let error: unknown
    try {
      error = await verify({
        certificates: peer.chain.map((der) => Buffer.from(der)),
        servername: peer.serverName,
        ocspResponse: peer.ocspResponse && Buffer.from(peer.ocspResponse),
      })
    } catch (thrown) {
      error = thrown ?? new Error('verify has thrown nothing')
    }
    if (error == null) {
      return chain
    }
    const { code = 'CERT_REJECTED', message = String(error) } = error as { code?: string; message?: string }
    return { ok: false, reason: REFUSED_BY_PROGRAM, result: { code, message } }
  }
  const judge = (peer: PeerVerification, chain: PeerVerdict): Awaitable<PeerVerdict> =>
    peer.resumed || (!chain.ok && socket._rejectUnauthorized) ? chain : refuse(peer, chain)
  return (peer) => {
    const chain = verifyPeer?.(peer) ?? { ok: false }
    return 'then' in chain ? chain.then((verdict) => judge(peer, verdict)) : judge(peer, chain)
  }
}
