import type { Random } from './random.ts'

/** A value of DER: its tag, and either what is in it or its contents. */
export interface Node {
  tag: number
  children?: Node[]
  value: Uint8Array
}

function lengthBytes(length: number): number[] {
  if (length < 128) return [length]
  const bytes = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

/** The values in `bytes`, one after the other; undefined when it is no DER. Strings that hold DER are opened, too. */
export function parseAll(bytes: Uint8Array): Node[] | undefined {
  const nodes: Node[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]
    let length = bytes[at + 1]
    let start = at + 2
    if ((tag & 31) === 31 || length === undefined) return undefined
    if (length > 128) {
      const count = length - 128
      if (count > 3) return undefined
      length = 0
      for (let i = 0; i < count; i++) length = length * 256 + bytes[start++]
    } else if (length === 128) return undefined
    const value = bytes.subarray(start, start + length)
    if (value.length !== length) return undefined
    const opens = tag & 0x20 || (tag === 4 && value.length > 1)
    const children = opens ? parseAll(value) : undefined
    if (tag & 0x20 && !children) return undefined
    nodes.push({ tag, value, ...(children && { children }) })
    at = start + length
  }
  return nodes
}

export function encode({ tag, children, value }: Node): Uint8Array {
  const content = children ? Buffer.concat(children.map(encode)) : value
  return Buffer.concat([Uint8Array.from([tag, ...lengthBytes(content.length)]), content])
}

/** Every value below this one, with where it hangs. */
function places(node: Node, found: { parent: Node; at: number }[] = []): { parent: Node; at: number }[] {
  node.children?.forEach((child, at) => {
    found.push({ parent: node, at })
    places(child, found)
  })
  return found
}

const TAGS = [
  1, 2, 3, 4, 5, 6, 10, 12, 19, 22, 23, 24, 28, 30, 0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0x87, 0xa0, 0xa1, 0xa3,
]

/** Changes something in the tree; lengths around it are mended when it is encoded. */
export function mutate(root: Node, random: Random): void {
  const all = places(root)
  if (all.length === 0) return
  const { parent, at } = random.pick(all)
  const siblings = parent.children!
  const node = siblings[at]
  switch (random.below(9)) {
    case 0:
      siblings.splice(at, 1)
      return
    case 1:
      siblings.splice(at, 0, structuredClone(node))
      return
    case 2: {
      const other = random.below(siblings.length)
      ;[siblings[at], siblings[other]] = [siblings[other], siblings[at]]
      return
    }
    case 3:
      siblings[at] = { ...node, tag: random.pick(TAGS) }
      return
    case 4: {
      const other = random.pick(all)
      siblings[at] = structuredClone(other.parent.children![other.at])
      return
    }
    case 5:
      siblings[at] = {
        tag: node.tag,
        value: random.pick([
          new Uint8Array(0),
          Uint8Array.of(0),
          Uint8Array.of(255),
          Uint8Array.of(1),
          random.bytes(1 + random.below(5)),
        ]),
      }
      return
    default: {
      if (node.children) {
        mutate(node, random)
        return
      }
      const value = node.value.slice()
      if (value.length === 0) {
        siblings[at] = { tag: node.tag, value: random.bytes(1) }
        return
      }
      const place = random.below(value.length)
      const kind = random.below(4)
      if (kind === 0) value[place] ^= 1 << random.below(8)
      else if (kind === 1) value[place] = random.pick([0, 1, 0x2e, 0x2a, 0x7f, 0x80, 0xff])
      siblings[at] = {
        tag: node.tag,
        value: kind === 2 ? value.slice(0, place) : kind === 3 ? Buffer.concat([value, random.bytes(1)]) : value,
      }
    }
  }
}

/** A signed thing (SEQUENCE of content, algorithm, signature) with its content changed. */
export function mutateSigned(
  signed: Uint8Array,
  random: Random,
  sign: (content: Uint8Array) => Uint8Array,
): Uint8Array {
  const [outer] = parseAll(signed)!
  const [content, algorithm] = outer.children!
  for (let times = random.pick([1, 1, 1, 2, 3]); times > 0; times--) mutate(content, random)
  // A few keep the old signature, or have another algorithm beside it than inside.
  if (random.once(20)) mutate(algorithm, random)
  const bytes = encode(content)
  const signature = random.once(20) ? outer.children![2].value : Buffer.concat([Uint8Array.of(0), sign(bytes)])
  return encode({ tag: 0x30, value: bytes, children: [content, algorithm, { tag: 3, value: signature }] })
}
