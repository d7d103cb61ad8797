/** ClientHellos, and bytes that are none, written by hand: nothing here asks whether a server would like them. */

const u16 = (value: number): number[] => [value >> 8, value & 255]
const u24 = (value: number): number[] => [value >> 16, (value >> 8) & 255, value & 255]
const vector16 = (bytes: readonly number[]): number[] => [...u16(bytes.length), ...bytes]

export function times(count: number, bytes: (index: number) => readonly number[]): number[] {
  const out: number[] = []
  for (let i = 0; i < count; i++) out.push(...bytes(i))
  return out
}

export const extension = (type: number, body: readonly number[]): number[] => [...u16(type), ...vector16(body)]

/** A handshake message of this type. */
export const message = (type: number, body: readonly number[]): Uint8Array =>
  Uint8Array.from([type, ...u24(body.length), ...body])

const SCHEMES = [4, 3, 8, 4]
/** What a client of TLS 1.3 sends, but for the key share: groups P-256 and X25519. */
export const usual = (schemes: readonly number[] = SCHEMES, groups: readonly number[] = [0, 23, 0, 29]): number[] => [
  ...extension(10, vector16(groups)),
  ...extension(13, vector16(schemes)),
]
export const versions13 = extension(43, [2, 3, 4])
const X25519_BASE = [9, ...new Array<number>(31).fill(0)]
export const share = extension(51, vector16([0, 29, ...vector16(X25519_BASE)]))

export function hello(extensions: readonly number[], suites: readonly number[] = [0x13, 1, 0xc0, 0x2b]): Uint8Array {
  return message(1, [
    ...[3, 3, ...new Array<number>(32).fill(7), 0],
    ...vector16(suites),
    ...[1, 0],
    ...vector16(extensions),
  ])
}

/** A message in records of `size` bytes. */
export function records(bytes: Uint8Array, size = 16384, type = 22): Uint8Array {
  const out: number[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size)
    out.push(type, 3, 1, ...u16(part.length))
    for (const byte of part) out.push(byte)
  }
  return Uint8Array.from(out)
}

export { u16, vector16 }
