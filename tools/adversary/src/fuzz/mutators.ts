/** How an input becomes another one: by its bytes, or by what its format makes of them, lengths mended. */
import { encode, mutate as mutateNode, type Node, parseAll } from '../der-tree.ts'
import type { Random } from '../random.ts'

export type Format = 'der' | 'tls' | 'text'

/** Bytes that an input has at most: enough for what is more than linear to show. */
const LONGEST = 16_384

const TELLING = [0, 1, 2, 3, 4, 5, 0x10, 0x20, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xfe, 0xff]

const splice = (bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]))

/** A piece of the input, or of another. */
function piece(bytes: Uint8Array, random: Random, longest = 64): Uint8Array {
  const at = random.below(bytes.length + 1)
  return bytes.slice(at, at + 1 + random.below(longest))
}

function repeated(bytes: Uint8Array, random: Random): Uint8Array {
  const times = random.pick([2, 3, 10, 100, 1000])
  return new Uint8Array(Buffer.concat(new Array(times).fill(bytes))).subarray(0, LONGEST)
}

/** A change to the bytes as bytes. */
function changeBytes(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return piece(other, random)
  const at = random.below(bytes.length)
  const changed = bytes.slice()
  switch (random.below(9)) {
    case 0:
      changed[at] ^= 1 << random.below(8)
      return changed
    case 1:
      changed[at] = random.pick(TELLING)
      return changed
    case 2:
      changed[at] += random.pick([1, 255, 2, 254])
      return changed
    case 3:
      return bytes.slice(0, at)
    case 4:
      return splice(bytes, at, 1 + random.below(random.pick([2, 16, 256])), new Uint8Array(0))
    case 5:
      return splice(bytes, at, 0, piece(bytes, random))
    case 6:
      return splice(bytes, at, random.below(32), piece(other, random))
    case 7:
      return splice(bytes, at, 0, random.bytes(1 + random.below(4)))
    default:
      return splice(bytes, at, 0, repeated(piece(bytes, random, random.pick([1, 8, 64])), random))
  }
}

/** A change to the tree of values; the lengths around it are right again. */
function changeDer(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array | undefined {
  const nodes = parseAll(bytes)
  if (!nodes || nodes.length === 0) return undefined
  const root: Node = { tag: 0x30, value: bytes, children: nodes }
  for (let times = 1 + random.below(3); times > 0; times--) {
    const kind = random.below(8)
    if (kind === 0) repeatNode(root, random)
    else if (kind === 1) graft(root, parseAll(other), random)
    else mutateNode(root, random)
  }
  return new Uint8Array(Buffer.concat((root.children ?? []).map(encode)))
}

function all(node: Node, found: Node[] = []): Node[] {
  if (node.children?.length) found.push(node)
  for (const child of node.children ?? []) all(child, found)
  return found
}

function repeatNode(root: Node, random: Random): void {
  const parent = random.pick(all(root))
  if (!parent?.children) return
  const at = random.below(parent.children.length)
  const child = parent.children[at]
  const most = Math.floor(LONGEST / encode(child).length)
  const times = Math.min(most, random.pick([2, 10, 100, 1000]))
  parent.children.splice(at, 0, ...Array.from({ length: times }, () => structuredClone(child)))
}

/** Something of another input in the place of something. */
function graft(root: Node, others: Node[] | undefined, random: Random): void {
  if (!others || others.length === 0) return
  const from = random.pick(all({ tag: 0x30, value: new Uint8Array(0), children: others }))
  const to = random.pick(all(root))
  if (from?.children && to?.children)
    to.children[random.below(to.children.length)] = structuredClone(random.pick(from.children))
}

interface Vector {
  readonly at: number
  /** Bytes of its length. */
  readonly width: number
  readonly end: number
}

/** Where bytes could be the length of what follows them: of true vectors all, and some that are none. */
function vectors(bytes: Uint8Array): Vector[] {
  const found: Vector[] = []
  for (let at = 0; at < bytes.length; at++) {
    let length = 0
    for (let width = 1; width <= 3 && at + width <= bytes.length; width++) {
      length = length * 256 + bytes[at + width - 1]
      const end = at + width + length
      // A longer length begins with a byte that is no length itself.
      if (end <= bytes.length && (width === 1 || length < 2 ** (8 * (width - 1)) || bytes[at] > 0)) {
        found.push({ at, width, end })
      }
    }
  }
  return found
}

/** A change inside a vector of TLS; its length, and of some around it, is right again. */
function changeVector(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array | undefined {
  const candidates = vectors(bytes.length > 4096 ? bytes.subarray(0, 4096) : bytes)
  if (candidates.length === 0) return undefined
  const { at, width, end } = random.pick(candidates)
  const start = at + width
  const content = changeBytes(bytes.subarray(start, end), other, random)
  const changed = splice(bytes, start, end - start, content)
  const grown = content.length - (end - start)
  for (const around of candidates) {
    const isIt = around.at === at && around.width === width
    const holds = around.at + around.width <= at && around.end >= end
    if (!isIt && (!holds || random.once(8))) continue
    let length = around.end - around.at - around.width + grown
    if (length < 0 || length >= 2 ** (8 * around.width)) continue
    for (let i = around.width - 1; i >= 0; i--, length = Math.floor(length / 256)) changed[around.at + i] = length
  }
  return changed
}

/** What the format's words are: whole ones are put in, as well as letters. */
function changeText(bytes: Uint8Array, words: readonly string[], random: Random): Uint8Array | undefined {
  if (words.length === 0 || random.once(2)) return undefined
  const at = random.below(bytes.length + 1)
  return splice(bytes, at, random.once(3) ? random.below(16) : 0, Buffer.from(random.pick(words)))
}

/** A new input out of one of the corpus, and another to take pieces of. */
export function mutate(
  bytes: Uint8Array,
  other: Uint8Array,
  format: Format,
  words: readonly string[],
  random: Random,
): Uint8Array {
  let changed = bytes
  for (let times = random.pick([1, 1, 1, 2, 4]); times > 0; times--) {
    const byFormat = random.once(3)
      ? undefined
      : format === 'der'
        ? changeDer(changed, other, random)
        : format === 'tls'
          ? changeVector(changed, other, random)
          : changeText(changed, words, random)
    changed = byFormat ?? changeBytes(changed, other, random)
  }
  return changed.length > LONGEST ? changed.slice(0, LONGEST) : changed
}
