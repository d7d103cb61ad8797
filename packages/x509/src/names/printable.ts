/** Longest piece of a peer's text in an error. */
const LONGEST = 120

/**
 * A peer's text for an error or a log line: control characters, line and paragraph separators and those that turn the
 * direction of writing are written as `\u{a}`, and a long text is cut. Whatever of a certificate goes into a `reason`
 * goes through here.
 */
export function printable(text: string, longest = LONGEST): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text
  let out = ''
  for (const character of shown) {
    const code = character.codePointAt(0)!
    out += isUnprintable(code) ? `\\u{${code.toString(16)}}` : character
  }
  return out
}

function isUnprintable(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xd800 && code < 0xe000) ||
    code === 0xfeff
  )
}
