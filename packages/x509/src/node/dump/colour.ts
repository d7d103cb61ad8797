import { styleText } from 'node:util'

/** A dump for the eyes: headings, what is critical, and bytes that nobody reads. */
export function inColour(text: string): string {
  return text.replaceAll(/^( *)(.*)$/gm, (_, spaces: string, line: string) => `${spaces}${colouredLine(line)}`)
}

function colouredLine(line: string): string {
  if (/^([0-9a-f]{2}:)+([0-9a-f]{2})?$|^[0-9a-f]{2}$/i.test(line)) return styled('dim', line)
  const heading = /^([A-Z][\w ]*[\w)]) ?:/i.exec(line)
  if (!heading || /^(DNS|URI|CN|email)$/.test(heading[1]!)) return line
  const rest = line.slice(heading[0].length)
  return styled('cyan', heading[0]) + (/^ critical$/.test(rest) ? styled('yellow', rest) : rest)
}

/** Written out: `styleText` of Node 22 and later asks the terminal again, and the caller has. */
const styled = (style: 'dim' | 'cyan' | 'yellow', text: string) =>
  (styleText as (style: string, text: string, options?: object) => string)(style, text, { validateStream: false })
