import { isPromiseLike } from '../awaitable.ts'
import { concatBytes, expectLength } from '../bytes.ts'
import type { Awaitable, GroupName, KeyExchangeGroup } from '../provider.ts'

/**
 * Two groups as one: shares and secrets are concatenated, in the order given (RFC 9954, draft-ietf-tls-ecdhe-mlkem).
 * What a part answers with a promise is waited for.
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
            return both(
              a.complete(share.subarray(0, first.responderShareLength)),
              () => b.complete(share.subarray(first.responderShareLength)),
              join,
            )
          } catch (error) {
            a.destroy()
            b.destroy()
            throw error
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
      return both(
        first.respond(share.subarray(0, first.initiatorShareLength)),
        () => second.respond(share.subarray(first.initiatorShareLength)),
        (a, b) => ({ share: concatBytes(a.share, b.share), secret: join(a.secret, b.secret) }),
      )
    },
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const secret = concatBytes(a, b)
  a.fill(0)
  b.fill(0)
  return secret
}

/** Both answers, at once where they are there at once. */
function both<A extends object, R>(
  first: Awaitable<A>,
  second: () => Awaitable<A>,
  conclude: (a: A, b: A) => R,
): Awaitable<R> {
  // The other part is begun first: who answers later works meanwhile.
  if (!isPromiseLike(first)) {
    const b = second()
    return isPromiseLike(b) ? Promise.resolve(b).then((other) => conclude(first, other)) : conclude(first, b)
  }
  first.then(undefined, () => {})
  return Promise.all([first, second()]).then(([a, b]) => conclude(a, b))
}
