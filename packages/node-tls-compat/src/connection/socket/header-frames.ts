/** RFC 9113 §4.1: length, type, flags, stream. */
const FRAME_HEADER = 9
/** RFC 9113 §3.4: what a client says first. */
const PREFACE = 24
/** HEADERS, PUSH_PROMISE, CONTINUATION. */
const WITH_FIELDS = new Set([1, 5, 9])
const END_HEADERS = 4

/**
 * What of some bytes of HTTP/2 goes up to the end of the first header section. Node tells of one in a tick of its own, and
 * of data at once: natively the tick comes first, as each frame is told from C++. From here both would be told in one
 * call, `'data'` before `'response'`. Bytes that do not begin with a frame may be cut anywhere: HTTP/2 is a stream.
 */
export function untilHeaders(bytes: Uint8Array): Uint8Array {
  let at = bytes[0] === 0x50 && bytes[1] === 0x52 && bytes[2] === 0x49 ? PREFACE : 0
  while (at + FRAME_HEADER <= bytes.length) {
    const end = at + FRAME_HEADER + ((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!)
    if (WITH_FIELDS.has(bytes[at + 3]!) && bytes[at + 4]! & END_HEADERS) {
      return bytes.subarray(0, end)
    }
    at = end
  }
  return bytes
}
