/**
 * `node --import @x/node-tls-compat/register app.js`: everything in the process that uses `tls`, and with it `https`,
 * `http2`, `fetch` and the drivers of databases, runs on this stack.
 *
 * The built-in exports object stays the one everybody holds; its properties are made to read, and write, ours. So late
 * look-ups inside Node find us, and a program that assigns `tls.DEFAULT_MAX_VERSION` is heeded.
 */

import Module, { createRequire } from 'node:module'
import builtin from 'node:tls'
import { native, refuseWhatOpensslRefuses } from '#host'
import { separateVerifiers } from './api/agent-names.ts'
import { tls } from './api/tls.ts'

// Before anything is patched: `native` copies what the runtime had.

const load = createRequire(import.meta.url)

type Constructor = Function & { prototype: object }

/** Node makes `https.Server` and http2's secure server inherit from `tls.Server` when it loads them. */
function relink(server: Constructor): void {
  Object.setPrototypeOf(server.prototype, tls.Server.prototype)
  Object.setPrototypeOf(server, tls.Server)
}

function patch(): void {
  refuseWhatOpensslRefuses()
  const loaded = new Set(
    ((process as unknown as { moduleLoadList?: string[] }).moduleLoadList ?? []).map((name) =>
      name.replace(/^NativeModule /, ''),
    ),
  )
  for (const [name, { enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(tls))) {
    const present = Object.getOwnPropertyDescriptor(builtin, name)
    // rootCertificates is fixed, and says the same.
    if (present && !present.configurable) {
      continue
    }
    Object.defineProperty(builtin, name, {
      enumerable,
      configurable: true,
      get: () => tls[name as keyof typeof tls],
      set: (value) => {
        ;(tls as unknown as Record<string, unknown>)[name] = value
      },
    })
  }
  Module.syncBuiltinESMExports()
  if (loaded.has('https')) {
    relink(load('node:https').Server)
  }
  if (loaded.has('internal/http2/core')) {
    relink(Object.getPrototypeOf(load('node:http2').createSecureServer()).constructor)
  }
}

/** The legacy aliases are objects of their own. */
const ALIASES: Record<string, readonly (keyof typeof tls)[]> = {
  _tls_wrap: ['TLSSocket', 'Server', 'createServer', 'connect'],
  _tls_common: ['SecureContext', 'createSecureContext'],
}

function redirectAliases(): void {
  const internals = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown }
  const original = internals._load
  internals._load = function (request, ...rest) {
    const names = ALIASES[request.replace(/^node:/, '')]
    const loaded = original.call(this, request, ...rest)
    if (!names) {
      return loaded
    }
    const view: Record<string, unknown> = { ...(loaded as object) }
    for (const name of names) {
      Object.defineProperty(view, name, { enumerable: true, get: () => tls[name] })
    }
    return view
  }
}

/** Names that the running Node lacks can't be added to its ES module namespace; a facade has them. */
function addMissingNames(): void {
  const missing = Object.keys(tls).filter((name) => !nativeNames.has(name))
  if (missing.length === 0) {
    return
  }
  ;(process as unknown as Record<symbol, unknown>)[Symbol.for('@x/node-tls-compat')] = tls
  const names = [...new Set([...nativeNames, ...Object.keys(tls)])].filter(
    (name) => name !== 'default' && /^[\w$]+$/.test(name),
  )
  const source = `const m = process[Symbol.for('@x/node-tls-compat')]\nexport default m\n${names.map((name) => `export const ${name} = m.${name}`).join('\n')}`
  const url = `data:text/javascript,${encodeURIComponent(source)}`
  const hooks = Module as unknown as { registerHooks?: (hooks: object) => void; register?: (url: string) => void }
  if (hooks.registerHooks) {
    hooks.registerHooks({
      resolve(
        specifier: string,
        context: { conditions?: string[] },
        next: (specifier: string, context: object) => unknown,
      ) {
        if (/^(node:)?tls$/.test(specifier) && context.conditions?.includes('import')) {
          return { url, shortCircuit: true, format: 'module' }
        }
        return next(specifier, context)
      },
    })
  } else if (hooks.register) {
    const code = `export async function resolve(s, c, n) { return /^(node:)?tls$/.test(s) ? { url: ${JSON.stringify(url)}, shortCircuit: true, format: 'module' } : n(s, c) }`
    hooks.register(`data:text/javascript,${encodeURIComponent(code)}`)
  }
}

const nativeNames = new Set(Object.keys(native))
patch()
separateVerifiers(() => load('node:https').Agent.prototype)
redirectAliases()
addMissingNames()
