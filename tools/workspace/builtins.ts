import type { Plugin } from 'rollup'

type Name = { readonly type: string; readonly name?: string; readonly value?: unknown }
const nameOf = ({ type, name, value }: Name) => (type === 'Identifier' ? name! : JSON.stringify(value))

/**
 * Has Node's modules asked of `process`, and not imported. For an `import`, Node first reads every property of such a
 * module, and many of them load something when they are read: `node:fs` its promises, `node:crypto` all of WebCrypto,
 * `node:tls` the bundled root certificates. On Node 24 and 26 that was 13 milliseconds of the CPU of a start.
 *
 * Node since 20.16, Deno and Bun have the function. Lines keep their numbers, so that maps stay right.
 */
export const builtinsByName: Plugin = {
  name: 'builtins by name',
  renderChunk(code) {
    const edits: { start: number; end: number; text: string }[] = []
    let aliases = 0
    for (const node of this.parse(code).body) {
      if (node.type !== 'ImportDeclaration' && node.type !== 'ExportNamedDeclaration') continue
      const from = node.source?.value
      if (typeof from !== 'string' || !from.startsWith('node:')) continue
      const { start, end } = node as typeof node & { start: number; end: number }
      const module = `process.getBuiltinModule(${JSON.stringify(from)})`
      const whole: string[] = []
      const parts: string[] = []
      const given: string[] = []
      for (const one of node.specifiers) {
        if (one.type === 'ExportSpecifier') {
          const alias = `builtin$${aliases++}`
          parts.push(`${nameOf(one.local)}: ${alias}`)
          given.push(`${alias} as ${nameOf(one.exported)}`)
        } else if (one.type === 'ImportSpecifier') parts.push(`${nameOf(one.imported)}: ${one.local.name}`)
        else whole.push(`const ${one.local.name} = ${module};`)
      }
      // `export { default }` gives the module itself.
      const [itself, others] = [
        parts.filter((part) => part.startsWith('default: ')),
        parts.filter((part) => !part.startsWith('default: ')),
      ]
      for (const part of itself) whole.push(`const ${part.slice('default: '.length)} = ${module};`)
      if (others.length > 0) whole.push(`const { ${others.join(', ')} } = ${module};`)
      if (given.length > 0) whole.push(`export { ${given.join(', ')} };`)
      edits.push({ start, end, text: whole.join(' ') })
    }
    for (const { start, end, text } of edits.reverse()) code = code.slice(0, start) + text + code.slice(end)
    return { code, map: null }
  },
}
