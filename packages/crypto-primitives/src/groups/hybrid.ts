import { isPromiseLike } from '../awaitable.ts'
import { concatBytes, expectLength } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { Awaitable, GroupName, KeyExchangeGroup } from '../provider.ts'

/**
 * Two groups as one: shares and secrets are concatenated, in the order given (RFC 9954, draft-ietf-tls-ecdhe-mlkem).
 * Both must be synchronous.
 */
export function hybridGroup(name: GroupName, first: KeyExchangeGroup, second: KeyExchangeGroup): KeyExchangeGroup {
  const initiatorShareLength = first.initiatorShareLength + second.initiatorShareLength
  const responderShareLength = first.responderShareLength + second.responderShareLength
  return {
    name,
    kind: 'hybrid',
    initiatorShareLength,
    responderShareLength,
    initiate() {
      const [a, b] = [first.initiate(), second.initiate()]
      return {
        share: concatBytes(a.share, b.share),
        complete(share) {
          if (share.length !== responderShareLength) {
            a.destroy()
            b.destroy()
          }
          expectLength(`${name} share`, share, responderShareLength, 'INVALID_SHARE')
          try {
            return join(
              settled(a.complete(share.subarray(0, first.responderShareLength))),
              settled(b.complete(share.subarray(first.responderShareLength))),
            )
          } finally {
            a.destroy()
            b.destroy()
          }
        },
        destroy() {
          a.destroy()
          b.destroy()
        },
      }
    },
    respond(share) {
      expectLength(`${name} share`, share, initiatorShareLength, 'INVALID_SHARE')
      const a = settled(first.respond(share.subarray(0, first.initiatorShareLength)))
      const b = settled(second.respond(share.subarray(first.initiatorShareLength)))
      return { share: concatBytes(a.share, b.share), secret: join(a.secret, b.secret) }
    },
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const secret = concatBytes(a, b)
  a.fill(0)
  b.fill(0)
  return secret
}

function settled<T extends object>(value: Awaitable<T>): T {
  if (isPromiseLike(value)) throw new CryptoError('UNSUPPORTED', 'a hybrid group needs synchronous parts')
  return value
}
