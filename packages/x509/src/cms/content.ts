import type { CryptoProvider, Hash, HashName } from '@x/crypto-primitives'
import { must, type Rule } from '@x/crypto-primitives/options'
import { X509Error } from '../error.ts'
import { isBytes } from '../input.ts'
import { type Eventual, now } from '../steps.ts'

/** What is signed or encrypted: whole, or in pieces that need not be in memory together. */
export type Content = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

export const someContent: Rule<Content> = /* @__PURE__ */ must(
  'a Uint8Array, or an iterable of them',
  (value) =>
    isBytes(value) ||
    (typeof value === 'object' &&
      value !== null &&
      (Symbol.asyncIterator in value || (Symbol.iterator in value && !ArrayBuffer.isView(value)))),
)

/** Gives each piece to a function. @throws {X509Error} `INVALID_ARGUMENT` for a piece that is no bytes */
export function* eachPiece(content: Content, take: (piece: Uint8Array) => void): Eventual<void> {
  if (isBytes(content)) {
    take(content)
    return
  }
  const pieces =
    Symbol.asyncIterator in content
      ? content[Symbol.asyncIterator]()
      : (content as Iterable<Uint8Array>)[Symbol.iterator]()
  for (;;) {
    const { done, value } = yield* now(pieces.next())
    if (done) return
    if (!isBytes(value)) throw new X509Error('INVALID_ARGUMENT', 'content in pieces: each must be a Uint8Array')
    take(value)
  }
}

/** Digests of a content by several hashes, in one pass. @throws {X509Error} `UNSUPPORTED` for what the provider lacks */
export function* digestContent(
  content: Content,
  hashes: Iterable<HashName>,
  provider: CryptoProvider,
): Eventual<ReadonlyMap<HashName, Uint8Array>> {
  const wanted = new Map<HashName, Hash>()
  for (const name of hashes) {
    const hash = provider.hashes[name]
    if (!hash) throw new X509Error('UNSUPPORTED', `the provider "${provider.name}" has no ${name}`)
    wanted.set(name, hash)
  }
  // What is there whole is digested in one call: a running hash is made for the short pieces of a handshake.
  if (isBytes(content)) return new Map([...wanted].map(([name, hash]) => [name, hash.digest(content)]))
  const states = [...wanted].map(([name, hash]) => [name, hash.create()] as const)
  yield* eachPiece(content, (piece) => {
    for (const [, state] of states) state.update(piece)
  })
  return new Map(states.map(([name, state]) => [name, state.digest()]))
}
