/** What `node:util` and `node:url` say, as far as our messages and programs need it. */

const LONG = 128

/** A value as Node shows it in an error. */
export function inspect(value: unknown, { depth = 2 }: { depth?: number; colors?: boolean } = {}): string {
  if (typeof value === 'string') {
    return `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`
  }
  if (typeof value === 'bigint') {
    return `${value}n`
  }
  if (typeof value === 'function') {
    return `[Function: ${value.name || '(anonymous)'}]`
  }
  if (typeof value !== 'object' || value === null) {
    return Object.is(value, -0) ? '-0' : String(value)
  }
  const name = value.constructor?.name ?? '[Object: null prototype]'
  if (depth < 0) {
    return Array.isArray(value) ? '[Array]' : `[${name}]`
  }
  if (Array.isArray(value)) {
    return value.length === 0
      ? '[]'
      : `[ ${value
          .slice(0, LONG)
          .map((item) => inspect(item, { depth: depth - 1 }))
          .join(', ')} ]`
  }
  if (ArrayBuffer.isView(value)) {
    return `${name}(${value.byteLength})`
  }
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${inspect(item, { depth: depth - 1 })}`)
  const shown = entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  return name === 'Object' ? shown : `${name} ${shown}`
}

/** A warning goes to the console. */
export function emitWarning(warning: string | Error, type = 'Warning', code?: string): void {
  console.warn(`${code ? `[${code}] ` : ''}${type}: ${warning instanceof Error ? warning.message : warning}`)
}

/** The function, with a warning at its first call. */
export function deprecate<F extends Function>(work: F, message: string, code?: string): F {
  let warned = false
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    if (!warned) {
      warned = true
      emitWarning(message, 'DeprecationWarning', code)
    }
    return new.target ? Reflect.construct(work, args, new.target) : Reflect.apply(work, this, args)
  }
  return wrapper as unknown as F
}

/** The A-labels of a name (RFC 5890); empty for what is none. */
export function domainToASCII(name: string): string {
  try {
    return new URL(`http://${name}`).hostname
  } catch {
    return ''
  }
}
